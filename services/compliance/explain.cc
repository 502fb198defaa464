#include "services/compliance/explain.h"

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"
#include "lib/wire/compliance_codec.h"
#include "services/compliance/indicator_info.h"
#include "services/compliance/messages.h"
#include "services/compliance/story.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

constexpr int kMostCases = 10'000;

void AddRegisters(const domain::CaseState& state, v1::ExplainCaseResponse& response) {
  for (const domain::Register& r : state.registers) {
    const domain::Stamp& stamp = state.stamps[r.stamp];
    v1::RegisterInfo& info = *response.add_registers();
    info.set_kind(std::string(RegisterKindName(r.kind)));
    info.set_name(r.name);
    info.set_resource(r.resource);
    info.set_value(r.text);
    info.set_set(r.set);
    if (r.at != kBeginningOfTime) wire::SetTimestamp(r.at, info.mutable_at());
    wire::SetTimestamp(stamp.recorded_at, info.mutable_recorded_at());
    info.set_source(stamp.source);
    info.set_event_id(stamp.event_id);
    info.set_decided_by(r.extra);
  }
}

void AddJudgement(const domain::CaseState& state, const domain::Indicator& indicator,
                  const domain::Judgement& j, const TimeZone& zone, v1::ExplainCaseResponse& response) {
  v1::JudgementInfo& info = *response.add_judgements();
  info.set_indicator(indicator.id);
  if (j.version != nullptr) info.set_definition(indicator.VersionName(*j.version));
  info.set_outcome(std::string(OutcomeName(j.outcome)));
  info.set_reason(j.reason);
  if (j.start) wire::SetTimestamp(*j.start, info.mutable_start());
  if (j.stop) wire::SetTimestamp(*j.stop, info.mutable_stop());
  if (j.warn_at) wire::SetTimestamp(*j.warn_at, info.mutable_warn_at());
  if (j.deadline) wire::SetTimestamp(*j.deadline, info.mutable_deadline());
  if (j.completed && j.deadline) info.set_within(j.completed->within);
  info.set_decided(j.decided.has_value());
  info.set_waiting(std::string(WaitingName(j.waiting)));
  for (std::string& sentence : TellStory(state, indicator, j, zone)) info.add_story(std::move(sentence));
}

bool IsOfSeries(const engine::Series& series, const engine::TaskSetting& setting,
                const engine::CountedCase& counted) {
  const auto& levels = setting.definition->levels;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].name == series.key.level && counted.keys[i] != series.key.key) return false;
  }
  const domain::Age age = counted.by_indicator[series.indicator].age;
  return (series.key.sex == domain::Sex::kAll || series.key.sex == counted.sex) &&
         (series.key.age == domain::Age::kAll || series.key.age == age);
}

// How a case counts in what is explained: "within", "missed", "counted" where there is no limit to be within,
// "excluded (reason)" where it counts before exclusions alone; empty: not at all.
std::string StateIn(const Filter& filter, const domain::Indicator& indicator,
                    const domain::Judgement& judgement, const engine::Contribution& c,
                    const domain::Bounds& bounds) {
  const bool decided =
      filter.measure == domain::Measure::kDecided && indicator.shape == domain::Shape::kShare;
  const auto in_bounds = [&](const std::optional<domain::Count>& count) {
    return count && count->at >= bounds.from && count->at < bounds.to;
  };
  const auto& count = decided ? c.decided : c.completed;
  if (in_bounds(count)) return !judgement.deadline ? "counted" : count->within ? "within" : "missed";
  if (c.left_out == engine::LeftOut::kExcluded &&
      in_bounds(decided ? c.decided_before : c.completed_before)) {
    return Cat("excluded (", c.reason, ")");
  }
  return "";
}

absl::Status AddCases(engine::Task& task, const Filter& filter, const engine::Series& series,
                      const domain::Bounds& bounds, v1::ExplainShareResponse& response) {
  if (absl::Status status = task.Commit(); !status.ok()) return status;  // so that the store has every case
  const engine::TaskSetting& setting = task.setting();
  return task.cases().ForEach([&](std::string_view key, engine::CaseRecord& record) {
    const engine::JudgedCase judged = engine::JudgeCase(record.state, setting, task.version().log_time);
    if (!IsOfSeries(series, setting, judged.counted)) return true;
    const domain::Judgement& j = judged.judgements[series.indicator];
    std::string state = StateIn(filter, setting.definition->indicators[series.indicator], j,
                                judged.counted.by_indicator[series.indicator], bounds);
    if (state.empty()) return true;
    v1::CaseStatus& status = *response.add_cases();
    status = ToProto(engine::CaseStatus{.indicator = series.indicator,
                                        .case_key = std::string(key),
                                        .start = j.start ? j.start : j.stop,
                                        .warn_at = j.warn_at,
                                        .deadline = j.deadline,
                                        .unit = std::string(record.state.Attribute("unit")),
                                        .municipality = std::string(record.state.Attribute("municipality"))},
                     setting);
    status.set_state(std::move(state));
    return response.cases_size() < kMostCases;
  });
}

// Adds the row of a share; the window's bounds.
absl::StatusOr<domain::Bounds> AddShare(const engine::Figures& figures, const engine::Series& series,
                                        const Filter& filter, const engine::TaskSetting& setting, Instant now,
                                        v1::ExplainShareResponse& response) {
  if (filter.bounds) {
    auto row = figures.ShareBetween(series, *filter.measure, filter.bounds->from, filter.bounds->to);
    if (!row.ok()) return row.status();
    *response.mutable_row() = wire::ToProto(*row, setting.region);
    return *filter.bounds;
  }
  const auto row = figures.Share(series, *filter.measure, *filter.window, true);
  if (!row) return absl::InvalidArgumentError("measure: an indicator without a limit is never decided");
  *response.mutable_row() = wire::ToProto(*row, setting.region);
  if (*filter.window == domain::Window::kAll) {
    return domain::Bounds{InstantFromMillis(INT64_MIN / 2), InstantFromMillis(INT64_MAX / 2)};
  }
  return domain::BoundsOf(domain::WindowPanes(*filter.window, now, *setting.zone), *setting.zone);
}

// The same of a ratio or a count.
absl::StatusOr<domain::Bounds> AddRatio(const engine::Figures& figures, const engine::SeriesTable& table,
                                        const engine::Series& series, const Filter& filter,
                                        const engine::TaskSetting& setting,
                                        v1::ExplainShareResponse& response) {
  for (const domain::RatioRow& row : figures.Ratios(table, series.indicator)) {
    if (row.series != series.key || row.window != filter.window) continue;
    *response.mutable_ratio() = wire::ToProto(row, setting.region);
    return domain::Bounds{row.from, row.to};
  }
  return absl::InvalidArgumentError(
      "window: a ratio or a count is given for month, previous_month, year and 365d, where it counts "
      "anything "
      "and every year that is needed has a configured denominator");
}

}  // namespace

absl::Status ExplainCaseOf(engine::Task& task, const std::string& source, const std::string& case_id,
                           v1::ExplainCaseResponse& response) {
  const engine::TaskSetting& setting = task.setting();
  const auto schema = setting.intake->streams.find(setting.definition->stream);
  const bool by_id_alone = schema != setting.intake->streams.end() && schema->second.case_scope_stream;
  std::vector<std::string> sources = {source};
  if (source.empty() && !by_id_alone) {
    for (const auto& [name, quality] : task.sources()) sources.push_back(name);
  }
  for (const std::string& name : sources) {
    domain::Event event;
    event.source = name;
    event.case_id = case_id;
    auto record = task.cases().Peek(engine::CaseKeyOf(event, by_id_alone));
    if (!record.ok()) return record.status();
    if (*record == nullptr) continue;
    response.set_found(true);
    const domain::CaseState& state = (*record)->state;
    AddRegisters(state, response);
    for (const domain::Indicator& indicator : setting.definition->indicators) {
      AddJudgement(state, indicator, domain::Judge(state, indicator, task.version().log_time, *setting.zone),
                   *setting.zone, response);
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ExplainShareOf(engine::Task& task, const Filter& filter, bool with_cases,
                            v1::ExplainShareResponse& response) {
  if (!filter.measure || !(filter.window || filter.bounds) || !filter.sex || !filter.age) {
    return absl::InvalidArgumentError(
        "say which share: indicator, level, key, measure, and a window or from and to");
  }
  const engine::TaskSetting& setting = task.setting();
  const domain::SeriesKey key{.indicator = filter.indicator,
                              .level = filter.level.empty() ? "region" : filter.level,
                              .key = filter.key.empty() ? std::string(domain::kRegionKey) : filter.key,
                              .sex = *filter.sex,
                              .age = *filter.age};
  const engine::Series* series = task.series().Find(key);
  if (series == nullptr) return absl::NotFoundError("no case has been counted in that series");
  const domain::Indicator& indicator = setting.definition->indicators[series->indicator];
  const Instant now = task.version().log_time;
  const engine::Figures figures(*setting.definition, *setting.zone, now);
  const auto bounds = indicator.shape == domain::Shape::kShare
                          ? AddShare(figures, *series, filter, setting, now, response)
                          : AddRatio(figures, task.series(), *series, filter, setting, response);
  if (!bounds.ok()) return bounds.status();
  *response.mutable_indicator() = DescribeIndicator(indicator, *setting.definition, setting.zone->DayOf(now));
  *response.mutable_left_out() = wire::ToProto(engine::Figures::LeftOut(*series), setting.region);
  response.set_revision(task.version().revision);
  return with_cases ? AddCases(task, filter, *series, *bounds, response) : absl::OkStatus();
}

}  // namespace vardvakt::compliance
