#include "services/compliance/monitor.h"

#include <algorithm>
#include <array>

#include "lib/base/strings.h"
#include "lib/domain/suppression.h"

namespace vardvakt::compliance {
namespace {

using engine::Metric;

constexpr Duration kBetweenLooks = seconds(1);
constexpr int64_t kLooksBetweenSizes = 15;
constexpr Duration kUntilReady = milliseconds(20);  // somebody waits for a process that starts

double SecondsOf(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Monitor::Monitor(const engine::Host& host, const Clock& clock, engine::Metrics& metrics,
                 runtime::Health& health)
    : host_(host), clock_(clock), metrics_(metrics), health_(health) {}

Monitor::~Monitor() { Stop(); }

void Monitor::Start() {
  SayAllHealth();
  thread_ = std::thread([this] { Run(); });
}

void Monitor::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Monitor::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    for (engine::Worker* worker : host_.Find("", "")) LookAt(*worker);
    lock.lock();
    const auto next = std::chrono::steady_clock::now() + kBetweenLooks;
    while (!stopping_ && std::chrono::steady_clock::now() < next) {
      const auto until = SayAllHealth() ? next : std::chrono::steady_clock::now() + kUntilReady;
      wake_.wait_until(lock, until, [this] { return stopping_; });
    }
  }
}

// True when every task is ready.
bool Monitor::SayAllHealth() {
  const bool shared_out = host_.shared_out();
  if (shared_out) {
    health_.SetReady("membership");
  } else {
    health_.SetNotReady("membership", "waits for the group to share out the regions");
  }
  bool ready = shared_out;
  for (const engine::Worker* worker : host_.Find("", "")) ready &= SayHealth(*worker, worker->status());
  return ready;
}

void Monitor::LookAt(engine::Worker& worker) {
  const engine::WorkerStatus status = worker.status();
  const std::string& region = worker.region();
  const std::string& stream = worker.stream();
  SayHealth(worker, status);
  metrics_.Set(Metric::kTaskCaughtUp, {region, stream}, status.state == engine::WorkerState::kReady ? 1 : 0);
  metrics_.Set(Metric::kTaskLagRecords, {region, stream},
               static_cast<double>(std::max<int64_t>(0, status.end - status.version.offset)));
  if (status.version.log_time != kBeginningOfTime) {
    metrics_.Set(Metric::kTaskLogTimeLagSeconds, {region, stream},
                 SecondsOf(clock_.Now() - status.version.log_time));
  }
  metrics_.Set(Metric::kConfigRevision, {region, stream}, status.version.revision);

  Watched& watched = watched_[&worker];
  if (watched.looks++ % kLooksBetweenSizes == 0) {
    if (const auto size = worker.StoreSizeBytes())
      metrics_.Set(Metric::kStoreSizeBytes, {worker.store_name()}, static_cast<double>(*size));
  }
  const double progress = status.judging
                              ? static_cast<double>(status.judging->judged) /
                                    static_cast<double>(std::max<int64_t>(1, status.judging->cases))
                              : 1;
  metrics_.Set(Metric::kTaskJudgedRatio, {region, stream}, progress);
  worker.Look([&](engine::Task& task) {
    if (!status.owned || watched.shown != task.setting().id) watched.figures.reset();
    watched.shown = task.setting().id;
    if (status.owned && watched.figures == nullptr)
      watched.figures = std::make_unique<FigureMetrics>(task.setting(), metrics_);
    metrics_.Set(Metric::kTaskTimersArmed, {region, stream}, static_cast<double>(task.timers().armed()));
    metrics_.Set(Metric::kTaskCases, {region, stream}, static_cast<double>(task.known_cases()));
    CountEvents(task, watched);
    ExportSources(task, watched);
    if (watched.figures == nullptr) return;
    ExportEpisodes(task);
    ExportFindings(task);
    watched.figures->Export(task);
  });
}

// A task that this process owns must keep up; one that it follows must have caught up once since the start,
// and may be behind from then on, but not without a log or a store.
bool Monitor::SayHealth(const engine::Worker& worker, const engine::WorkerStatus& status) {
  const std::string part = Cat("task ", worker.partition().topic, "/", worker.partition().partition);
  Watched& watched = watched_[&worker];
  watched.was_ready = watched.was_ready || status.state == engine::WorkerState::kReady;
  const bool behind = watched.was_ready && status.state == engine::WorkerState::kCatchingUp;
  const bool may_wait = !status.owned && (behind || !host_.follows());
  if (may_wait || status.state == engine::WorkerState::kReady) {
    health_.SetReady(part);
    return true;
  }
  const std::string_view state = engine::WorkerStateName(status.state);
  health_.SetNotReady(part, status.detail.empty() ? std::string(state) : Cat(state, ": ", status.detail));
  return false;
}

void Monitor::CountEvents(const engine::Task& task, Watched& watched) {
  const std::string& region = task.setting().region;
  const std::string& stream = task.setting().definition->stream;
  std::map<std::string, int64_t> rejected;
  for (const auto& [source, quality] : task.sources()) {
    for (const auto& [reason, count] : quality.rejected) rejected[reason] += count;
  }
  if (watched.seen) {
    // A store that was rebuilt counts from the beginning again.
    const int64_t accepted = std::max<int64_t>(0, task.accepted() - watched.accepted);
    metrics_.Count(Metric::kTaskEventsAccepted, {region, stream}, static_cast<double>(accepted));
    for (const auto& [reason, count] : rejected) {
      const int64_t more = std::max<int64_t>(0, count - watched.rejected[reason]);
      metrics_.Count(Metric::kTaskEventsRejected, {region, stream, reason}, static_cast<double>(more));
    }
  }
  watched.seen = true;
  watched.accepted = task.accepted();
  watched.rejected = std::move(rejected);
}

void Monitor::ExportSources(const engine::Task& task, Watched& watched) {
  using Counter = int64_t engine::SourceQuality::*;
  static constexpr std::array<std::pair<Metric, Counter>, 4> kCounters = {{
      {Metric::kSourceDuplicates, &engine::SourceQuality::duplicates},
      {Metric::kSourceMissesUndone, &engine::SourceQuality::miss_undone},
      {Metric::kSourceLateArrivals, &engine::SourceQuality::late_arrivals},
      {Metric::kSourceClosedPeriodCorrections, &engine::SourceQuality::closed_period_corrections},
  }};
  const std::string& region = task.setting().region;
  const std::string& stream = task.setting().definition->stream;
  for (const auto& [source, quality] : task.sources()) {
    if (quality.last_event == kBeginningOfTime) continue;
    metrics_.Set(Metric::kSourceLastEventTimestamp, {region, stream, source},
                 SecondsOf(quality.last_event.time_since_epoch()));
    // What was there before this process is not counted again.
    const auto seen =
        watched.sources.try_emplace(source, watched.sources_seen ? engine::SourceQuality() : quality).first;
    for (const auto& [metric, counter] : kCounters) {
      const int64_t more = std::max<int64_t>(0, quality.*counter - seen->second.*counter);
      metrics_.Count(metric, {region, stream, source}, static_cast<double>(more));
      seen->second.*counter = quality.*counter;
    }
  }
  watched.sources_seen = true;
}

// How many cases of each source have each finding; small numbers are hidden, and others that would give them
// away (spec §6).
void Monitor::ExportFindings(const engine::Task& task) {
  using domain::Finding;
  const std::string& region = task.setting().region;
  const std::string& stream = task.setting().definition->stream;
  const auto set = [&](const std::string& source, Finding finding, int64_t n, bool hidden) {
    const std::string_view name = domain::FindingName(finding);
    if (hidden) {
      metrics_.Remove(Metric::kSourceCases, {region, stream, source, name});
    } else {
      metrics_.Set(Metric::kSourceCases, {region, stream, source, name}, static_cast<double>(n));
    }
  };
  constexpr size_t kParts = 3;  // the findings that every case has one of
  for (const auto& [source, quality] : task.sources()) {
    const domain::FindingCounts findings = task.series().quality().OfSource(source);
    const auto parts = domain::Suppress(absl::MakeConstSpan(findings.by_finding).first(kParts), {});
    for (size_t i = 0; i < domain::kFindings; ++i) {
      const int64_t n = findings.by_finding[i];
      const bool small = i < kParts ? parts.hidden[i] : domain::Suppress({n}, {}).hidden.front();
      set(source, static_cast<Finding>(i), n, small);
    }
  }
  const auto units = task.series().quality().Units(task.version().log_time, *task.setting().zone);
  const auto standing_out =
      std::ranges::count_if(units, [](const domain::UnitRow& row) { return row.pvv.stands_out; });
  metrics_.Set(Metric::kUnitsCodingPvv, {region, stream}, static_cast<double>(standing_out));
}

void Monitor::ExportEpisodes(const engine::Task& task) {
  const engine::TaskSetting& setting = task.setting();
  std::map<std::pair<std::string, std::string>, int> firing;  // by rule and severity
  auto known = [&](const auto& rules) {
    for (const auto& rule : rules) {
      const bool ours = std::ranges::any_of(
          setting.definition->indicators, [&](const domain::Indicator& i) { return i.id == rule.indicator; });
      if (ours) firing[{rule.id, std::string(domain::SeverityName(rule.severity))}];
    }
  };
  known(setting.rules->case_rules);
  known(setting.rules->threshold_rules);
  for (const domain::Episode& episode : task.rules().OpenEpisodes()) {
    if (episode.state != domain::EpisodeState::kFiring) continue;
    ++firing[{episode.rule, std::string(domain::SeverityName(episode.severity))}];
  }
  for (const auto& [key, count] : firing) {
    metrics_.Set(Metric::kEpisodesFiring, {setting.region, key.first, key.second}, count);
  }
}

}  // namespace vardvakt::compliance
