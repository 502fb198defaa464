#include "services/vardvakt/explain_text.h"

#include <array>
#include <cstdio>

#include "lib/base/strings.h"
#include "lib/base/time.h"
#include "lib/wire/compliance_codec.h"

namespace vardvakt::cli {
namespace {

namespace v1 = compliance::v1;

std::string Time(const google::protobuf::Timestamp& timestamp) {
  return FormatMillis(wire::ToInstant(timestamp));
}

std::string Percent(double fraction) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", fraction * 100);
  return text.data();
}

template <typename Tasks>
void AddTasks(const Tasks& tasks, std::string& text) {
  for (const v1::TaskStatus& task : tasks) {
    if (task.region().empty()) {
      CatTo(text, "no answer from ", task.process(), ": ", task.detail(), "\n");
    } else if (!task.caught_up()) {
      CatTo(text, "region ", task.region(), ", ", task.stream(), " is behind: ", task.detail(), "\n");
    }
  }
}

void AddRegister(const v1::RegisterInfo& info, std::string& text) {
  CatTo(text, "  ", info.kind(), info.name().empty() ? "" : Cat(" ", info.name()),
        info.resource().empty() ? "" : Cat(" by ", info.resource()),
        info.value().empty() ? "" : Cat(" = ", info.value()),
        info.decided_by().empty() ? "" : Cat(", decided by ", info.decided_by()),
        info.has_at() ? Cat(" at ", Time(info.at())) : "", info.set() ? "" : " (taken back)",
        "\n      said by ", info.source(), " at ", Time(info.recorded_at()), ", event ", info.event_id(),
        "\n");
}

void AddJudgement(const v1::JudgementInfo& info, std::string& text) {
  CatTo(text, "  ", info.definition().empty() ? info.indicator() : info.definition(), ": ", info.outcome(),
        info.reason().empty() ? "" : Cat(" (", info.reason(), ")"),
        info.has_within() ? (info.within() ? ", within the limit" : ", not within the limit") : "",
        info.waiting().empty() ? "" : Cat(", ", info.waiting()), "\n");
  for (const std::string& sentence : info.story()) CatTo(text, "      ", sentence, "\n");
}

void AddCounts(std::string_view what, const google::protobuf::Map<std::string, int32_t>& counts,
               std::string& text) {
  for (const auto& [reason, count] : counts) CatTo(text, "  ", what, " (", reason, "): ", count, "\n");
}

void AddDefinition(const v1::ExplainShareResponse& response, std::string& text) {
  const v1::IndicatorInfo& indicator = response.indicator();
  const std::string& definition =
      response.has_ratio() ? response.ratio().definition() : response.row().definition();
  CatTo(text, indicator.name_en(), " (", definition, ", revision ", response.revision(), ")\n  ",
        indicator.description_en(), "\n");
  if (!indicator.start().empty()) CatTo(text, "  from: ", indicator.start(), "\n");
  CatTo(text, indicator.start().empty() ? "  counts: " : "  to: ", indicator.stop(), "\n");
  for (const std::string& condition : indicator.where()) CatTo(text, "  where: ", condition, "\n");
  if (indicator.start().empty()) return;
  CatTo(text, "  limit: ", indicator.limit().empty() ? std::string("none") : indicator.limit(),
        indicator.only_without_table_limit() ? "; only cases whose pathway has no limit of its own" : "",
        "\n");
  if (indicator.limit().empty()) return;
  if (!indicator.warn().empty()) CatTo(text, "  at risk from: ", indicator.warn(), "\n");
  CatTo(text, "  an open case is decided ",
        indicator.deadline_decides()
            ? Cat("as a miss ", FormatDuration(seconds(indicator.settle_seconds())), " after its deadline")
            : std::string("by its stop alone, never by its deadline"),
        "\n  left out: ", indicator.pvv_excludes() ? "PvV, " : "",
        indicator.mov_excludes() ? "open cases with MoV, " : "", "cases with an exemption\n");
}

void AddRange(std::string_view window, const std::string& from, const std::string& to, std::string& text) {
  if (!window.empty()) CatTo(text, ", ", window);
  if (!from.empty()) CatTo(text, ", from ", from, " to ", to);
}

void AddShare(const v1::ShareRow& row, const std::string& as_of, std::string& text) {
  CatTo(text, "\n", row.level(), " ", row.key(), ", ", row.measure());
  AddRange(row.window(), row.has_from() ? Time(row.from()) : "", row.has_to() ? Time(row.to()) : "", text);
  CatTo(text, ", as of ", as_of, "\n");
  if (row.has_within()) {
    CatTo(text, "  ", row.within(), " of ", row.n(), " within the limit",
          row.has_share() ? Cat(": ", Percent(row.share()), " (95 %: ", Percent(row.wilson_low()), " to ",
                                Percent(row.wilson_high()), ")")
                          : "",
          "\n  before exclusions: ", row.within_before(), " of ", row.n_before(), "\n");
  } else {
    CatTo(text, "  n = ", row.n(), ", before exclusions ", row.n_before(), "\n");
  }
  if (row.has_p50()) {
    CatTo(text, "  median ", row.p50(), ", 90th percentile ", row.p90(), " ", row.unit(), "\n");
  }
  if (row.has_goal()) CatTo(text, "  goal: ", Percent(row.goal()), "\n");
  if (row.has_misses_allowed()) CatTo(text, "  misses allowed: ", row.misses_allowed(), "\n");
  if (row.has_hits_needed()) CatTo(text, "  hits needed: ", row.hits_needed(), "\n");
}

void AddRatio(const v1::RatioRow& row, const v1::IndicatorInfo& indicator, const std::string& as_of,
              std::string& text) {
  CatTo(text, "\n", row.level(), " ", row.key());
  AddRange(row.window(), Time(row.from()), Time(row.to()), text);
  CatTo(text, ", as of ", as_of, "\n  counted: ", row.numerator(), "\n");
  if (row.has_denominator()) {
    CatTo(text, "  of the ", row.denominator(), " that are expected",
          row.has_ratio() ? Cat(": ", Percent(row.ratio())) : "", "\n");
  }
  if (!row.has_goal()) return;
  CatTo(text, "  goal: ", indicator.shape() == "count" ? Cat(row.goal(), " a year") : Percent(row.goal()),
        "\n");
}

}  // namespace

std::string ExplainText(const v1::ExplainCaseResponse& response) {
  std::string text;
  AddTasks(response.tasks(), text);
  if (!response.found()) return Cat(text, "No such case is known.\n");
  CatTo(text, "As of ", Time(response.as_of()), "\n\nWhat is known of the case\n");
  for (const v1::RegisterInfo& info : response.registers()) AddRegister(info, text);
  CatTo(text, "\nHow it is judged\n");
  for (const v1::JudgementInfo& info : response.judgements()) AddJudgement(info, text);
  return text;
}

std::string ExplainText(const v1::ExplainShareResponse& response) {
  std::string text;
  AddTasks(response.tasks(), text);
  AddDefinition(response, text);
  if (response.has_ratio()) {
    AddRatio(response.ratio(), response.indicator(), Time(response.as_of()), text);
  } else {
    AddShare(response.row(), Time(response.as_of()), text);
  }
  AddCounts("left out, excluded", response.left_out().excluded(), text);
  AddCounts("left out, closed", response.left_out().closed(), text);
  AddCounts("left out, invalid", response.left_out().invalid(), text);
  if (response.has_left_out()) CatTo(text, "  (left out: of all cases known, whenever they began)\n");
  for (const v1::CaseStatus& status : response.cases()) {
    CatTo(text, "  ", status.state(), "  ", status.source(), " ", status.case_id(), "  ",
          status.has_start() ? Time(status.start()) : "", "\n");
  }
  return text;
}

}  // namespace vardvakt::cli
