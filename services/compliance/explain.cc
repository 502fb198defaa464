#include "services/compliance/explain.h"

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"
#include "lib/wire/compliance_codec.h"
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

// Whether a case counts in the share that is explained, and if so whether within.
std::optional<bool> CountsIn(const Filter& filter, const engine::Series& series,
                             const engine::TaskSetting& setting, const engine::CountedCase& counted,
                             const domain::Bounds& bounds) {
  const engine::Contribution& c = counted.by_indicator[series.indicator];
  const auto& count = filter.measure == domain::Measure::kDecided ? c.decided : c.completed;
  if (!count || count->at < bounds.from || count->at >= bounds.to) return std::nullopt;
  const auto& levels = setting.definition->levels;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].name == series.key.level && counted.keys[i] != series.key.key) return std::nullopt;
  }
  if (series.key.sex != domain::Sex::kAll && series.key.sex != counted.sex) return std::nullopt;
  if (series.key.age != domain::Age::kAll && series.key.age != c.age) return std::nullopt;
  return count->within;
}

absl::Status AddCases(engine::Task& task, const Filter& filter, const engine::Series& series,
                      const domain::Bounds& bounds, v1::ExplainShareResponse& response) {
  if (absl::Status status = task.Commit(); !status.ok()) return status;  // so that the store has every case
  const engine::TaskSetting& setting = task.setting();
  return task.cases().ForEach([&](std::string_view key, engine::CaseRecord& record) {
    const engine::JudgedCase judged = engine::JudgeCase(record.state, setting, task.version().log_time);
    const auto within = CountsIn(filter, series, setting, judged.counted, bounds);
    if (!within) return true;
    const domain::Judgement& j = judged.judgements[series.indicator];
    v1::CaseStatus& status = *response.add_cases();
    status = ToProto(engine::CaseStatus{.indicator = series.indicator,
                                        .case_key = std::string(key),
                                        .start = j.start,
                                        .warn_at = j.warn_at,
                                        .deadline = j.deadline,
                                        .unit = std::string(record.state.Attribute("unit")),
                                        .municipality = std::string(record.state.Attribute("municipality"))},
                     setting);
    status.set_state(*within ? "within" : "missed");
    return response.cases_size() < kMostCases;
  });
}

}  // namespace

v1::IndicatorInfo DescribeIndicator(const domain::Indicator& indicator,
                                    const domain::StreamDefinition& stream, LocalDay today) {
  const domain::IndicatorVersion& version = indicator.VersionOn(today);
  v1::IndicatorInfo info;
  info.set_id(indicator.id);
  info.set_stream(stream.stream);
  info.set_name_sv(indicator.name_sv);
  info.set_name_en(indicator.name_en);
  info.set_description_sv(indicator.description_sv);
  info.set_description_en(indicator.description_en);
  info.set_source(indicator.source);
  info.set_better(indicator.better == domain::Better::kHigher ? "higher" : "lower");
  if (indicator.shape == domain::Shape::kShare) info.set_start(DescribeSelector(version.start));
  info.set_stop(DescribeSelector(version.stop));
  if (const auto* limit = version.limit ? std::get_if<domain::DurationLimit>(&*version.limit) : nullptr) {
    info.set_limit_seconds(static_cast<int32_t>(std::chrono::floor<seconds>(limit->limit).count()));
  }
  for (const domain::Goal& goal : indicator.goals) {
    v1::GoalInfo& out = *info.add_goals();
    out.set_valid_from(FormatLocalDay(goal.valid_from));
    out.set_goal(indicator.shape == domain::Shape::kCount ? goal.value : goal.value / 1000.0);
  }
  for (const domain::RollUp& roll_up : indicator.roll_ups) info.add_levels(stream.levels[roll_up.level].name);
  info.set_definition(indicator.VersionName(version));
  return info;
}

v1::SourceQuality DescribeSource(const std::string& source, const engine::SourceQuality& quality,
                                 const engine::Task& task) {
  v1::SourceQuality out;
  out.set_region(task.setting().region);
  out.set_stream(task.setting().definition->stream);
  out.set_source(source.empty() ? "unknown" : source);
  if (quality.last_event != kBeginningOfTime)
    wire::SetTimestamp(quality.last_event, out.mutable_last_event());
  out.set_accepted(quality.accepted);
  out.set_events_per_minute(quality.EventsPerMinute(task.version().log_time));
  for (const auto& [reason, n] : quality.rejected) (*out.mutable_rejected())[reason] = n;
  out.set_duplicates(quality.duplicates);
  out.set_miss_undone(quality.miss_undone);
  out.set_late_arrivals(quality.late_arrivals);
  out.set_closed_period_corrections(quality.closed_period_corrections);
  out.set_unknown_unit(quality.unknown_unit);
  out.set_unknown_municipality(quality.unknown_municipality);
  return out;
}

absl::Status ExplainCaseOf(engine::Task& task, const std::string& source, const std::string& case_id,
                           v1::ExplainCaseResponse& response) {
  std::vector<std::string> sources = {source};
  if (source.empty()) {
    for (const auto& [name, quality] : task.sources()) sources.push_back(name);
  }
  for (const std::string& name : sources) {
    domain::Event event;
    event.source = name;
    event.case_id = case_id;
    auto record = task.cases().Peek(engine::CaseKeyOf(event, false));
    if (!record.ok()) return record.status();
    if (*record == nullptr) continue;
    response.set_found(true);
    const domain::CaseState& state = (*record)->state;
    AddRegisters(state, response);
    const engine::TaskSetting& setting = task.setting();
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
  const Instant now = task.version().log_time;
  const engine::Figures figures(*setting.definition, *setting.zone, now);
  domain::Bounds bounds{InstantFromMillis(INT64_MIN / 2), InstantFromMillis(INT64_MAX / 2)};
  if (filter.bounds) {
    auto row = figures.ShareBetween(*series, *filter.measure, filter.bounds->from, filter.bounds->to);
    if (!row.ok()) return row.status();
    *response.mutable_row() = wire::ToProto(*row, setting.region);
    bounds = *filter.bounds;
  } else {
    const auto row = figures.Share(*series, *filter.measure, *filter.window, true);
    if (!row) return absl::InvalidArgumentError("measure: an indicator without a limit is never decided");
    *response.mutable_row() = wire::ToProto(*row, setting.region);
    if (*filter.window != domain::Window::kAll) {
      bounds = domain::BoundsOf(domain::WindowPanes(*filter.window, now, *setting.zone), *setting.zone);
    }
  }
  *response.mutable_indicator() = DescribeIndicator(setting.definition->indicators[series->indicator],
                                                    *setting.definition, setting.zone->DayOf(now));
  *response.mutable_left_out() = wire::ToProto(engine::Figures::LeftOut(*series), setting.region);
  response.set_revision(task.version().revision);
  return with_cases ? AddCases(task, filter, *series, bounds, response) : absl::OkStatus();
}

}  // namespace vardvakt::compliance
