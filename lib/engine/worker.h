#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/clock.h"
#include "lib/base/logger.h"
#include "lib/engine/figures.h"
#include "lib/engine/log.h"
#include "lib/engine/publisher.h"
#include "lib/engine/store.h"
#include "lib/engine/task.h"

namespace vardvakt::engine {

// Names the store of a partition's task: "vardvakt.ambulance.v1-0".
std::string StoreName(const Partition& partition);

// Where tasks keep their state, by those names.
class StoreProvider {
 public:
  virtual ~StoreProvider() = default;
  virtual absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& name) = 0;
  // Moves a closed store that can't be trusted out of the way, never removes it; returns where it is now.
  virtual absl::StatusOr<std::string> SetAside(const std::string& name) = 0;
  // On the disk; nullopt where that is not known.
  virtual std::optional<int64_t> SizeBytes(const std::string&) { return std::nullopt; }
};

struct WorkerOptions {
  TaskOptions task;
  size_t max_batch = 20'000;                // records read at a time
  Duration poll_wait = milliseconds(20);    // so long a deadline may wait for an idle log
  Duration publish_every = seconds(1);      // changed rows
  Duration publish_all_every = minutes(1);  // everything current
  size_t series_at_once = 64;               // of which all rows go out in one step
  size_t cases_at_once = 500;               // likewise, when everything current is published
  size_t episodes_at_once = 500;            // likewise
  size_t judged_at_once = 4'000;            // cases that are judged by coming definitions between two batches
  Duration behind_after = seconds(10);  // log time so far behind the clock, with records unread, is "behind"
  Duration sync_every = seconds(10);    // a durable commit; the log has what is lost before it
  Duration max_clock_step_back = seconds(1);
};

enum class WorkerState : uint8_t { kStarting, kCatchingUp, kReady, kRetrying, kStopped };
std::string_view WorkerStateName(WorkerState state);

struct WorkerStatus {
  WorkerState state = WorkerState::kStarting;
  std::string detail;  // what is missing, or why it stopped
  bool owned = false;
  TaskVersion version;
  Offset end = 0;                         // as last named by the log
  std::string set_aside;                  // where a store that could not be trusted was moved
  std::optional<Task::Progress> judging;  // by other definitions than are shown
  std::string refused;                    // why the newest definitions were not taken
};

// Runs one task on a thread of its own: reads, applies, advances log time, commits, publishes. Where the log
// or the store fails it opens them again, with back-off; what can't be decided stops it with a named reason.
// Publishes only while it owns the partition and is not behind. Thread-safe.
class Worker {
 public:
  Worker(TaskSetting setting, WorkerOptions options, Task::Decode decode, Log& log, const Clock& clock,
         StoreProvider& stores, std::unique_ptr<Publisher> publisher, Logger& logger);
  ~Worker();

  void Start();
  // Ends the thread after the batch at hand, with a durable commit.
  void Stop();
  // Judges by other definitions from the next batch on, as Task::Redefine says; of the same region and
  // stream.
  void Redefine(TaskSetting setting);
  // Whether this process is the one that publishes.
  void SetOwned(bool owned) { owned_.store(owned); }

  // Runs `look` on the task between two batches, on the caller's thread; false when there is no task now.
  bool Look(const std::function<void(Task&)>& look);
  WorkerStatus status() const;
  const Partition& partition() const { return partition_; }
  const std::string& region() const { return region_; }
  const std::string& stream() const { return stream_; }
  const std::string& store_name() const { return store_name_; }
  std::optional<int64_t> StoreSizeBytes() { return stores_.SizeBytes(store_name_); }
  // What is shown is judged by, or would be if there were something.
  TaskSetting setting() const;

 private:
  void Run();
  absl::Status RunOnce();
  absl::Status OpenTask();
  absl::Status CheckAnchor(Reader& reader);
  absl::Status Step(Reader& reader);
  absl::Status TakeDefinitions();
  std::optional<TaskSetting> Former(const TaskSetting& setting, const DefinitionsId& id) const;
  absl::Status Work(bool at_end, Instant asked_at);
  absl::Status JudgeMore(bool& judged);
  void NoteReplaced();
  bool LogIsAway(const absl::Status& status);
  void Publish();
  void SayRows(Publication& out);
  bool SayAllBegin(Publication& out);
  void SayEpisodes(Publication& out, bool begun);
  void SayMoreCases(Publication& out);
  void SayRatios(const Figures& figures, Publication& out);
  static void AddSeries(const Figures& figures, const Series& series, Publication& out);
  bool Recover(const absl::Status& why);
  void SetState(WorkerState state, std::string detail);
  bool Wait(Duration time);

  const std::string region_;
  const std::string stream_;
  const Partition partition_;
  WorkerOptions options_;
  Task::Decode decode_;
  Log& log_;
  const Clock& clock_;
  StoreProvider& stores_;
  std::unique_ptr<Publisher> publisher_;
  Logger& logger_;
  std::string store_name_;

  std::atomic<bool> owned_{false};
  std::atomic<bool> stopping_{false};
  std::mutex wake_mutex_;
  std::condition_variable wake_;

  mutable std::mutex task_mutex_;  // held while the task works or is looked at
  std::unique_ptr<Store> store_;
  std::unique_ptr<Task> task_;

  mutable std::mutex status_mutex_;
  WorkerStatus status_;
  TaskSetting shown_;                  // likewise under it
  std::optional<TaskSetting> wanted_;  // not yet taken

  // Of the thread alone.
  TaskSetting setting_;                // the newest that was taken
  std::vector<TaskSetting> formerly_;  // those before, for a store that is still judged by them
  int64_t replaced_ = 0;               // as the task has it
  int64_t tenths_judged_ = 0;          // as last logged
  Duration back_off_ = milliseconds(200);
  int times_set_aside_ = 0;
  bool caught_up_ = false;
  bool log_away_ = false;  // in this step
  bool say_all_ = true;
  std::vector<Series*> to_say_;
  std::vector<domain::Episode> episodes_to_say_;                // the last one first
  std::set<std::pair<std::string, Instant>> episodes_changed_;  // since those were read, and said
  std::optional<std::string> say_cases_after_;  // set while the cases of a round are being said
  std::optional<TaskVersion> unmarked_;  // everything was said since then; the mark follows its delivery
  Instant said_rows_at_ = InstantFromMillis(0);
  Instant said_all_at_ = InstantFromMillis(0);
  Instant synced_at_ = InstantFromMillis(0);
  std::vector<Record> records_;
  std::thread thread_;
};

}  // namespace vardvakt::engine
