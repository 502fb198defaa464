// How soon a case is shown overdue after its deadline has passed, with many timers armed and no event
// flowing: a compliance service on the embedded log and RocksDB with the machine's clock, read at the topic
// of cases. Prints one JSON object.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/base/hash.h"
#include "lib/base/strings.h"
#include "lib/engine/static_membership.h"
#include "lib/engine/topics.h"
#include "lib/runtime/json_logger.h"
#include "lib/runtime/system_clock.h"
#include "lib/wire/compliance_codec.h"
#include "lib/wire/event_codec.h"
#include "services/compliance/service.h"
#include "services/process/configuration.h"
#include "services/process/front.h"
#include "services/process/storage.h"
#include "vardvakt/compliance/v1/compliance.pb.h"

namespace vardvakt {
namespace {

struct Options {
  std::string config;
  std::string data_dir;
  int64_t cases = 1'000'000;
  int64_t spread_ms = 100'000;  // from the first deadline to the last
  int64_t lead_ms = 60'000;     // from the start to the first deadline: the time to load
  int64_t watch_ms = 60'000;    // from the first deadline on; what is due later only stands armed
};

// The cases' numbers are their ids; case i is due at first_deadline + i * spread / cases.
struct Plan {
  Options options;
  engine::Partition events;
  std::string stream;
  Duration limit{};
  Instant first_deadline;

  Instant DeadlineOf(int64_t number) const {
    return first_deadline + milliseconds(number * options.spread_ms / options.cases);
  }
  // Those due while it is watched.
  int64_t Watched() const {
    return std::min(options.cases, options.cases * options.watch_ms / options.spread_ms);
  }
};

absl::StatusOr<Plan> MakePlan(const Options& options, const config::Configuration& configuration,
                              Instant now) {
  const config::RegionConfiguration& region = configuration.regions.front();
  const domain::StreamDefinition& stream = region.streams.front();
  const domain::IndicatorVersion& version = stream.indicators.front().versions.back();
  if (!version.limit) return absl::InvalidArgumentError("the first indicator has no limit");
  return Plan{.options = options,
              .events = {engine::StreamTopic(stream.stream), region.partition},
              .stream = stream.stream,
              .limit = std::get<domain::DurationLimit>(*version.limit).limit,
              .first_deadline = now + milliseconds(options.lead_ms)};
}

// One call for each case, and then silence.
absl::Status Load(const Plan& plan, engine::Log& log, const Clock& clock) {
  const std::shared_ptr<engine::Appender> appender = log.appender();
  domain::Event event{.source = "bench", .stream = plan.stream, .milestone = "call_received"};
  event.attributes = {{"municipality", "0680"}, {"priority", "1"}};
  for (int64_t number = 0; number < plan.options.cases; ++number) {
    event.case_id = std::to_string(number);
    event.event_id = event.case_id;
    event.recorded_at = clock.Now();
    // The deadline is the first instant after the limit.
    event.occurred_at = plan.DeadlineOf(number) - plan.limit - milliseconds(1);
    const std::string bytes = wire::EncodeEvent(event);
    while (true) {
      const absl::Status taken = appender->Append({.to = plan.events, .key = event.case_id, .value = bytes},
                                                  [](const absl::StatusOr<engine::Offset>&) {});
      if (taken.ok()) break;
      if (taken.code() != absl::StatusCode::kResourceExhausted) return taken;
      if (absl::Status flushed = appender->Flush(seconds(10)); !flushed.ok()) return flushed;
    }
  }
  return appender->Flush(minutes(1));
}

// Waits until every timer is armed, and says how long before the first deadline that was.
absl::StatusOr<Duration> AwaitArmed(const Plan& plan, const compliance::Service& service,
                                    const Clock& clock) {
  engine::Worker& worker = *service.host().Find("", plan.stream).front();
  while (clock.Now() < plan.first_deadline) {
    int64_t armed = 0;
    worker.Look([&](const engine::Task& task) { armed = task.timers().armed(); });
    if (armed == plan.options.cases && worker.status().state == engine::WorkerState::kReady)
      return plan.first_deadline - clock.Now();
    std::this_thread::sleep_for(milliseconds(20));
  }
  return absl::DeadlineExceededError("the timers were not armed before the first deadline; give --lead more");
}

struct Seen {
  std::vector<int64_t> delays_ms;  // by case; -1: not yet
  int64_t count = 0;
};

absl::StatusOr<Seen> Watch(const Plan& plan, engine::Log& log, const Clock& clock) {
  auto reader = log.OpenReader({std::string(engine::kCasesTopic), plan.events.partition}, engine::Offset{0});
  if (!reader.ok()) return reader.status();
  Seen seen{.delays_ms = std::vector<int64_t>(static_cast<size_t>(plan.Watched()), -1)};
  const Instant end = plan.DeadlineOf(plan.Watched()) + minutes(1);
  std::vector<engine::Record> records;
  while (seen.count < plan.Watched() && clock.Now() < end) {
    records.clear();
    if (absl::Status status = (*reader)->Poll(10'000, milliseconds(100), records); !status.ok())
      return status;
    const Instant now = clock.Now();
    for (const engine::Record& record : records) {
      compliance::v1::CaseRecord row;
      if (!row.ParseFromString(record.value) || row.status().state() != "overdue") continue;
      const auto number = static_cast<size_t>(std::stoll(row.status().case_id()));
      if (number >= seen.delays_ms.size() || seen.delays_ms[number] >= 0) continue;
      const Instant deadline = wire::ToInstant(row.status().deadline());
      if (deadline != plan.DeadlineOf(static_cast<int64_t>(number)) || now < deadline)
        return absl::InternalError("a case was shown with another deadline than its own, or too early");
      seen.delays_ms[number] = (now - deadline).count();
      ++seen.count;
    }
  }
  return seen;
}

void Print(const Plan& plan, const Seen& seen, Duration spare) {
  StableHash digest;
  std::vector<int64_t> delays;
  for (size_t number = 0; number < seen.delays_ms.size(); ++number) {
    if (seen.delays_ms[number] < 0) continue;
    digest.Add(uint64_t{number});
    digest.Add(
        static_cast<uint64_t>((plan.DeadlineOf(static_cast<int64_t>(number)) - plan.first_deadline).count()));
    delays.push_back(seen.delays_ms[number]);
  }
  std::sort(delays.begin(), delays.end());
  const auto at = [&](size_t per_mille) {
    return delays.empty() ? -1 : delays[std::max<size_t>(1, (delays.size() * per_mille + 999) / 1000) - 1];
  };
  std::printf(
      "{\"armed\": %lld, \"watched\": %lld, \"shown\": %lld, \"p50_ms\": %lld, \"p99_ms\": %lld, "
      "\"p999_ms\": %lld, \"max_ms\": "
      "%lld, "
      "\"spare_ms\": %lld, \"digest\": \"%016llx\"}\n",
      static_cast<long long>(plan.options.cases), static_cast<long long>(plan.Watched()),
      static_cast<long long>(seen.count), static_cast<long long>(at(500)), static_cast<long long>(at(990)),
      static_cast<long long>(at(999)), static_cast<long long>(at(1000)),
      static_cast<long long>(spare.count()), static_cast<unsigned long long>(digest.value()));
}

absl::Status Run(const Options& options) {
  const runtime::SystemClock clock;
  runtime::JsonLogger logger("deadlines", LogLevel::kWarning, clock);
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto storage = process::Storage::Open({.data_dir = options.data_dir});
  if (!storage.ok()) return storage.status();
  auto log = (*storage)->OpenLog(clock);
  if (!log.ok()) return log.status();
  if (absl::Status status = (*log)->EnsureTopics(process::TopicsOf(**configuration)); !status.ok())
    return status;
  const auto vitals = process::MakeVitals("deadlines", clock);
  compliance::Service service(
      *configuration, std::make_unique<engine::StaticMembership>(compliance::TaskPartitions(**configuration)),
      {**log, (*storage)->tasks(), clock, vitals->metrics, vitals->health, logger}, {}, "deadlines");
  if (absl::Status status = service.Start(); !status.ok()) return status;

  auto plan = MakePlan(options, **configuration, clock.Now());
  if (!plan.ok()) return plan.status();
  if (absl::Status status = Load(*plan, **log, clock); !status.ok()) return status;
  auto spare = AwaitArmed(*plan, service, clock);
  if (!spare.ok()) return spare.status();
  auto seen = Watch(*plan, **log, clock);
  if (!seen.ok()) return seen.status();
  Print(*plan, *seen, *spare);
  return absl::OkStatus();
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = argv[i + 1];
    int64_t number = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool positive = error == std::errc() && rest == value.data() + value.size() && number > 0;
    if (name == "--config") {
      options.config = value;
    } else if (name == "--data-dir") {
      options.data_dir = value;
    } else if (name == "--cases" && positive) {
      options.cases = number;
    } else if (name == "--spread-ms" && positive) {
      options.spread_ms = number;
    } else if (name == "--watch-ms" && positive) {
      options.watch_ms = number;
    } else if (name == "--lead-ms" && positive) {
      options.lead_ms = number;
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !options.config.empty() && !options.data_dir.empty();
}

int Main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: deadlines --config DIR --data-dir DIR [--cases N] [--spread-ms N] [--lead-ms N] "
                 "[--watch-ms N]\n");
    return 2;
  }
  const absl::Status status = Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "deadlines: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace vardvakt

int main(int argc, char** argv) { return vardvakt::Main(argc, argv); }
