#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "lib/engine/task.h"
#include "lib/simulator/random.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/testkit/memory_store.h"

namespace vardvakt::simulation {

// What a process has said, all of one version.
struct Saying {
  engine::TaskVersion version;
  std::map<std::string, std::string> rows;  // "" where a case is no longer at risk or overdue
  std::optional<engine::TaskVersion> complete_since;
};

// A process that works on the task with a disk of its own, as engine::Worker does but step by step, so that
// it can be killed between any two of them, start on what its disk has left, on an older copy of it, or on an
// empty one. After an error it must be killed.
class Process {
 public:
  Process(engine::TaskSetting setting, engine::Task::Decode decode, testkit::MemoryLog& log,
          const testkit::ManualClock& truth, simulator::Random& random);

  absl::Status Start();
  engine::Task& task() { return *task_; }
  void set_skew(Duration skew) { skew_ = skew; }
  // Up to where it has last gone on by the clock.
  Instant advanced_to() const { return advanced_to_; }
  // How far log time stays behind the clock; it begins with what the log asks for.
  void set_clock_margin(Duration margin) { margin_ = margin; }

  // Reads at most so many records and applies them; where the log's end was reached, goes on to the clock.
  // Returns whether it was.
  absl::StatusOr<bool> Step(size_t max_records);
  absl::Status Commit();  // durable by chance
  absl::Status CommitDurably() { return task_->Commit(true); }
  // What changed since the last time; `all`: everything current, and the mark.
  absl::StatusOr<Saying> Say(bool all);

  void Kill();                      // the disk keeps what was durable and of the rest a part
  void LoseDisk();                  // after Kill
  void GoBack();                    // after Kill: an older copy of the disk is put back
  void SpoilWrite(size_t nth = 1);  // that write from now fails, and may be there all the same
  void SpoilRead(size_t nth);
  // At once, or (after Kill) from the next start on.
  absl::Status Redefine(engine::TaskSetting setting);
  uint32_t revision() const { return setting_.id.revision; }
  // Where former definitions are looked for at a start.
  using Former = std::function<std::optional<engine::TaskSetting>(const engine::DefinitionsId& id)>;
  void set_former(Former former) { former_ = std::move(former); }

 private:
  using Pairs = absl::btree_map<std::string, std::string, std::less<>>;

  engine::TaskSetting setting_;
  engine::Task::Decode decode_;
  Former former_;
  testkit::MemoryLog& log_;
  const testkit::ManualClock& truth_;
  simulator::Random& random_;
  Duration skew_{};
  Duration margin_;
  Instant advanced_to_ = kBeginningOfTime;
  std::unique_ptr<testkit::MemoryStore> disk_ = std::make_unique<testkit::MemoryStore>();
  std::unique_ptr<engine::Store> handle_;
  std::unique_ptr<engine::Task> task_;
  std::unique_ptr<engine::Reader> reader_;
  std::vector<Pairs> copies_;
  bool starting_ = true;  // nothing said since the start
  int64_t replaced_ = 0;  // as the task had it when something was last said
};

}  // namespace vardvakt::simulation
