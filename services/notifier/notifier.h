#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "lib/adapters/alertmanager/sink.h"
#include "lib/base/clock.h"
#include "lib/base/logger.h"
#include "lib/engine/log.h"
#include "lib/engine/metrics.h"
#include "lib/engine/store.h"
#include "lib/runtime/health.h"
#include "services/notifier/inbox.h"
#include "services/notifier/outbox.h"
#include "services/notifier/sink_worker.h"

namespace vardvakt::notifier {

// One receiver, with what ends a delivery that is under way (any thread).
struct NotifierSink {
  Outbox::SinkName name;
  std::unique_ptr<alertmanager::Sink> sink;
  std::function<void()> cancel;
};

struct NotifierOptions {
  PlanOptions plan;
  size_t max_notices = 500;            // in one delivery
  Duration keep = hours(24 * 430);     // finished episodes; longer than compliance says them again (400 days)
  Duration start_grace = seconds(10);  // how long a log that can't be read may hold up what is known already
};

// What it works with; all of it outlives the notifier. `chance` gives numbers in [0, 1).
struct Surroundings {
  engine::Log& log;
  engine::Store& store;  // may be written again after a failed write
  const Clock& clock;
  Logger& logger;
  engine::Metrics& metrics;
  runtime::Health& health;
  std::function<double()> chance;
};

// Reads vardvakt.alerts.v1 and tells every sink what it has not been told. What is known of an episode and
// the offset behind it are one batch of the store, so nothing is told less than once after a crash. A thread
// for each partition reads, one for each sink delivers (so none delays another), and one, which owns store
// and outbox, decides. After a start nothing is told before the log has been read to its end, so nobody is
// paged for what is over.
class Notifier {
 public:
  // `failed` is called once, from a thread of the notifier, when it can't go on.
  Notifier(NotifierOptions options, Surroundings with, int32_t partitions, std::vector<NotifierSink> sinks,
           std::function<void(absl::Status)> failed);
  ~Notifier() { Stop(); }

  // Reads the store and starts. kDataLoss: the store can't be read.
  absl::Status Start();
  // Waits a moment for deliveries that are under way, then ends them.
  void Stop();

 private:
  struct SinkState {
    NotifierSink sink;
    std::unique_ptr<SinkWorker> worker;
    bool busy = false;
    int failures = 0;  // in a row
    Instant not_before = kBeginningOfTime;
  };

  absl::Status Restore();
  absl::StatusOr<engine::Offset> StoredOffset(int32_t partition);
  void ReadPartition(int32_t partition, engine::Offset from);
  absl::Status Follow(int32_t partition, engine::Offset& position);
  void Decide();
  bool Busy() const;
  void TakeRecords(const std::vector<Inbox::Read>& read, Instant now);
  void TakeResults(std::vector<SinkWorker::Done> done, Instant now);
  void TellOutcome(const SinkState& state, const SinkWorker::Done& done, size_t i);
  void NoteSinkHealth(SinkState& state, const alertmanager::Result* failure, Instant now);
  absl::Status Save();
  absl::Status NoteStoreHealth(const absl::Status& written);
  absl::Status Prune(Instant now);
  // Starts what is due; when to look again.
  Instant Dispatch(Instant now);

  const NotifierOptions options_;
  const Surroundings with_;
  const int32_t partitions_;
  const std::function<void(absl::Status)> failed_;
  Outbox outbox_;
  Inbox inbox_;
  std::vector<SinkState> sinks_;
  std::map<int32_t, engine::Offset> offsets_;  // of the next record to take
  std::set<int32_t> unsaved_offsets_;
  std::set<EpisodeKey> unsaved_;
  bool store_fails_ = false;
  Instant next_prune_ = kBeginningOfTime;
  std::vector<std::thread> readers_;
  std::future<void> decides_;
};

}  // namespace vardvakt::notifier
