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
  const v1::ShareRow& row = response.row();
  const v1::IndicatorInfo& indicator = response.indicator();
  CatTo(text, indicator.name_en(), " (", row.definition(), ")\n", "  from: ", indicator.start(),
        "\n  to: ", indicator.stop(), "\n");
  if (indicator.has_limit_seconds())
    CatTo(text, "  limit: ", FormatDuration(seconds(indicator.limit_seconds())), "\n");
  CatTo(text, "\n", row.level(), " ", row.key(), ", ", row.measure(),
        row.window().empty() ? "" : Cat(", ", row.window()),
        row.has_from() ? Cat(", from ", Time(row.from()), " to ", Time(row.to())) : "", ", as of ",
        Time(response.as_of()), "\n");
  CatTo(text, "  ", row.within(), " of ", row.n(), " within the limit",
        row.has_share() ? Cat(": ", Percent(row.share()), " (95 %: ", Percent(row.wilson_low()), " to ",
                              Percent(row.wilson_high()), ")")
                        : "",
        "\n  before exclusions: ", row.within_before(), " of ", row.n_before(), "\n");
  if (row.has_goal()) CatTo(text, "  goal: ", Percent(row.goal()), "\n");
  if (row.has_misses_allowed()) CatTo(text, "  misses allowed: ", row.misses_allowed(), "\n");
  if (row.has_hits_needed()) CatTo(text, "  hits needed: ", row.hits_needed(), "\n");
  AddCounts("left out, excluded", response.left_out().excluded(), text);
  AddCounts("left out, closed", response.left_out().closed(), text);
  AddCounts("left out, invalid", response.left_out().invalid(), text);
  for (const v1::CaseStatus& status : response.cases()) {
    CatTo(text, "  ", status.state(), "  ", status.source(), " ", status.case_id(), "  ",
          status.has_start() ? Time(status.start()) : "", "\n");
  }
  return text;
}

}  // namespace vardvakt::cli
