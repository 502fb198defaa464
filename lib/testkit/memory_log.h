#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/clock.h"
#include "lib/engine/log.h"

namespace vardvakt::testkit {

struct MemoryLogOptions {
  Duration clock_margin{0};
  size_t max_unacknowledged = 100'000;  // records; one more is kResourceExhausted
  size_t max_record_bytes = 1 << 20;
};

// The log in memory, with faults at the test's command. Stamps with the given clock, never backwards within a
// partition; acknowledges inside Append, on the caller's thread, unless told to hold. A compacted topic drops
// the older record of a key at once. Thread-safe; must outlive its readers and appender.
class MemoryLog final : public engine::Log {
 public:
  explicit MemoryLog(const Clock& clock, MemoryLogOptions options = {});
  ~MemoryLog() override;

  absl::StatusOr<std::unique_ptr<engine::Reader>> OpenReader(const engine::Partition& partition,
                                                             engine::Offset from) override;
  std::shared_ptr<engine::Appender> appender() override { return appender_; }
  absl::Status EnsureTopics(const std::vector<engine::TopicSpec>& topics) override;
  absl::Status CheckTopics(const std::vector<engine::TopicSpec>& topics) override;
  Duration clock_margin() const override { return options_.clock_margin; }

  // Everything that the log has of a partition, hidden records included.
  std::vector<engine::Record> Records(const engine::Partition& partition) const;

  // Not reachable: every call and every append says kUnavailable; nothing is appended.
  void SetReachable(bool reachable);
  // The next `count` appends are called back with `why`; `appended`: the record is in the log all the same.
  void FailAppends(size_t count, absl::Status why, bool appended);
  // Appended, but called back only on release, in order of appending.
  void HoldAcknowledgements();
  void ReleaseAcknowledgements();
  // Stamped and acknowledged, but neither Poll nor End shows it before ShowAppends.
  void HideAppends();
  void ShowAppends();
  // Adds to every later stamp, as a broker whose clock is off.
  void SkewStamps(Duration by);
  // Forgets the records before `beginning`, as retention does.
  void DropBefore(const engine::Partition& partition, engine::Offset beginning);
  // The topic as after deletion and creation: empty, offsets from 0.
  void Recreate(const std::string& topic);
  // Reading that record says kDataLoss from now on.
  void Damage(const engine::Partition& partition, engine::Offset offset);

 private:
  class MemoryReader;
  class MemoryAppender;
  struct PartitionState {
    std::map<engine::Offset, engine::Record> records;             // with gaps once compacted
    std::unordered_map<std::string, engine::Offset> last_of_key;  // of a compacted topic
    engine::Offset beginning = 0;
    engine::Offset end = 0;
    engine::Offset visible_end = 0;  // == end unless hidden
    Instant last_append = kBeginningOfTime;
    std::set<engine::Offset> damaged;
  };
  struct Topic {
    engine::TopicSpec spec;
    std::vector<PartitionState> partitions;
  };
  struct Held {
    engine::Appender::Done done;
    absl::StatusOr<engine::Offset> answer;
  };

  PartitionState* Find(const engine::Partition& partition);
  absl::Status CheckRecord(const engine::Outgoing& record);
  absl::StatusOr<engine::Offset> Add(engine::Outgoing record);
  absl::Status Append(engine::Outgoing record, engine::Appender::Done done);
  absl::Status Poll(const engine::Partition& partition, engine::Offset& position, size_t max_records,
                    Duration wait, std::vector<engine::Record>& out);
  absl::Status CheckPosition(const engine::Partition& partition, engine::Offset position);

  const Clock& clock_;
  const MemoryLogOptions options_;
  const std::shared_ptr<engine::Appender> appender_;

  mutable std::mutex mutex_;
  std::condition_variable appended_;
  std::map<std::string, Topic> topics_;
  bool reachable_ = true;
  bool holding_ = false;
  bool hiding_ = false;
  Duration skew_{0};
  size_t failures_left_ = 0;
  absl::Status failure_;
  bool failure_appends_ = false;
  std::deque<Held> held_;
};

}  // namespace vardvakt::testkit
