#include "tests/simulation/truth.h"

#include <algorithm>
#include <sstream>

#include "lib/base/strings.h"
#include "lib/domain/windows.h"
#include "lib/engine/batch.h"
#include "lib/engine/episode_text.h"
#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"
#include "lib/wire/report.h"
#include "tests/simulation/world.h"

namespace vardvakt::simulation {
namespace {

using domain::Episode;
using domain::EpisodeState;
using domain::Event;
using domain::Waiting;
using engine::Record;
using engine::TaskSetting;

// A record as the task must take it: why it is refused, or the event.
std::optional<domain::Reject> Refusal(const TaskSetting& setting, const engine::Task::Decode& decode,
                                      const Record& record, Event& event) {
  if (const auto unreadable = decode(record.value, event)) return unreadable->reason;
  if (const auto rejection = domain::CheckEvent(event, *setting.intake, record.append_time))
    return rejection->reason;
  if (event.stream != setting.definition->stream ||
      (!event.region.empty() && event.region != setting.region)) {
    return domain::Reject::kWrongPartition;
  }
  return std::nullopt;
}

std::string OptionalText(const std::optional<Instant>& at) { return at ? FormatMillis(*at) : "-"; }

std::string StandingText(Waiting waiting, const domain::Judgement& j, std::string_view unit,
                         std::string_view municipality) {
  return Cat(waiting == Waiting::kOverdue ? "overdue" : "at risk", " from ", OptionalText(j.start),
             " warned ", OptionalText(j.warn_at), " deadline ", OptionalText(j.deadline), " ", unit, "/",
             municipality);
}

template <typename Rows>
Answer AnswerOf(Rows figures, Instant as_of, int64_t received, int64_t accepted, int64_t standing) {
  wire::ReplayReport report;
  report.as_of = as_of;
  report.events = {.received = received, .accepted = accepted, .without_effect = accepted - standing};
  report.regions[std::string(kRegion)] = {.shares = std::move(figures.shares),
                                          .waiting = std::move(figures.waiting),
                                          .left_out = std::move(figures.left_out)};
  return {.report = wire::ReportJson(report)};
}

}  // namespace

std::string FirstDifference(const Answer& ours, const Answer& truth) {
  std::istringstream a(ours.report), b(truth.report);
  std::string line_a, line_b;
  while (true) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a));
    const bool more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) break;
    if (more_a != more_b || line_a != line_b)
      return Cat("the task says\n  ", more_a ? line_a : "(nothing)", "\nthe truth is\n  ",
                 more_b ? line_b : "(nothing)");
  }
  for (const auto& [key, standing] : truth.waiting) {
    const auto it = ours.waiting.find(key);
    const std::string said = it == ours.waiting.end() ? "(nothing)" : it->second;
    if (said != standing) return Cat("case ", key, ": the task says ", said, ", the truth is ", standing);
  }
  for (const auto& [key, standing] : ours.waiting) {
    if (!truth.waiting.contains(key))
      return Cat("case ", key, ": the task says ", standing, ", and is wrong");
  }
  return "";
}

Answer Truth(const TaskSetting& setting, const engine::Task::Decode& decode,
             const std::vector<Record>& records, size_t count, Instant as_of) {
  engine::Batch batch(setting);
  Event event;
  for (size_t i = 0; i < count; ++i) {
    if (Refusal(setting, decode, records[i], event)) continue;
    if (!batch.Add(event).ok()) return {.report = "the batch can't add an event"};
  }
  auto figures = batch.Finish(as_of);
  if (!figures.ok()) return {.report = "the batch can't finish"};
  Answer answer =
      AnswerOf(*std::move(figures), as_of, static_cast<int64_t>(count), batch.accepted(), batch.standing());
  const auto judge = [&](std::string_view key, engine::CaseRecord& record) {
    const engine::JudgedCase judged = engine::JudgeCase(record.state, setting, as_of);
    for (size_t i = 0; i < judged.judgements.size(); ++i) {
      const domain::Judgement& j = judged.judgements[i];
      if (j.waiting != Waiting::kAtRisk && j.waiting != Waiting::kOverdue) continue;
      answer.waiting[Cat(setting.definition->indicators[i].id, " ", engine::ParseCaseKey(key).case_id, " of ",
                         engine::ParseCaseKey(key).source)] =
          StandingText(j.waiting, j, record.state.Attribute("unit"), record.state.Attribute("municipality"));
    }
    return true;
  };
  if (!batch.cases().ForEach(judge).ok()) return {.report = "the batch can't be read"};
  return answer;
}

Answer Told(engine::Task& task) {
  const TaskSetting& setting = task.setting();
  const Instant as_of = task.version().log_time;
  const engine::Figures figures(*setting.definition, *setting.zone, as_of);
  engine::Batch::Figures rows;
  task.series().ForEach([&](engine::Series& series) {
    for (domain::Measure measure : {domain::Measure::kCompleted, domain::Measure::kDecided}) {
      for (domain::Window window : domain::kWindows) {
        if (auto row = figures.Share(series, measure, window)) rows.shares.push_back(*std::move(row));
      }
    }
    rows.waiting.push_back(figures.Waiting(series));
    rows.left_out.push_back(figures.LeftOut(series));
  });
  Answer answer =
      AnswerOf(std::move(rows), as_of, task.accepted() + task.rejected(), task.accepted(), task.standing());
  const auto cases = task.CurrentCases(std::nullopt, std::nullopt, SIZE_MAX);
  if (!cases.ok()) return {.report = std::string(ToStd(cases.status().message()))};
  for (const engine::CaseStatus& status : *cases) {
    const engine::CaseName name = engine::ParseCaseKey(status.case_key);
    const domain::Judgement j{.start = status.start, .warn_at = status.warn_at, .deadline = status.deadline};
    answer.waiting[Cat(setting.definition->indicators[status.indicator].id, " ", name.case_id, " of ",
                       name.source)] = StandingText(status.waiting, j, status.unit, status.municipality);
  }
  return answer;
}

namespace {

void AddSnapshot(LocalDay day, const domain::WaitingRow& row, std::map<std::string, std::string>& texts) {
  if (row.open == 0) return;
  std::string text = Cat(row.open, " open ", row.at_risk, " at risk ", row.overdue, " overdue");
  if (row.by_age) {
    for (const int64_t n : *row.by_age) text += Cat(" ", n);
  }
  const domain::SeriesKey& s = row.series;
  texts[Cat(FormatLocalDay(day), " ", s.indicator, " ", s.level, "=", s.key, " ", domain::SexName(s.sex), " ",
            domain::AgeName(s.age))] = text;
}

}  // namespace

std::map<std::string, std::string> PlainSnapshots(const TaskSetting& setting,
                                                  const engine::Task::Decode& decode,
                                                  const std::vector<Record>& records, Instant until) {
  std::map<std::string, std::string> texts;
  if (records.empty()) return texts;
  Event event;
  Instant x = engine::MidnightFrom(records.front().append_time, *setting.zone);
  for (; x <= until; x = engine::MidnightFrom(x + milliseconds(1), *setting.zone)) {
    engine::Batch batch(setting);
    for (const Record& record : records) {
      if (record.append_time > x) break;
      if (!Refusal(setting, decode, record, event)) batch.Add(event).IgnoreError();
    }
    const auto figures = batch.Finish(x);
    if (!figures.ok()) continue;
    for (const domain::WaitingRow& row : figures->waiting) AddSnapshot(setting.zone->DayOf(x), row, texts);
  }
  return texts;
}

absl::StatusOr<std::map<std::string, std::string>> KeptSnapshots(engine::Task& task, LocalDay first,
                                                                 LocalDay last) {
  std::map<std::string, std::string> texts;
  absl::Status status;
  task.series().ForEach([&](engine::Series& series) {
    const auto kept = task.Snapshots(series.key, first, last);
    if (!kept.ok()) {
      status = kept.status();
      return;
    }
    for (const engine::Snapshot& snapshot : *kept) AddSnapshot(snapshot.day, snapshot.row, texts);
  });
  if (!status.ok()) return status;
  return texts;
}

std::map<engine::Offset, domain::Reject> Refused(const TaskSetting& setting,
                                                 const engine::Task::Decode& decode,
                                                 const std::vector<Record>& records) {
  std::map<engine::Offset, domain::Reject> refused;
  Event event;
  for (const Record& record : records) {
    if (const auto reason = Refusal(setting, decode, record, event)) refused[record.offset] = *reason;
  }
  return refused;
}

std::string EpisodeText(const Episode& e) {
  return Cat(e.rule, " ", e.fingerprint, " ", e.level, "=", e.key, " from ", FormatMillis(e.started_at),
             " fired ", OptionalText(e.firing_at), " resolved ", OptionalText(e.resolved_at), " with ",
             e.within, "/", e.n);
}

std::vector<std::string> FiredEpisodes(const std::vector<Episode>& episodes) {
  std::vector<std::string> texts;
  for (const Episode& e : episodes) {
    if (e.firing_at) texts.push_back(EpisodeText(e));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace vardvakt::simulation
