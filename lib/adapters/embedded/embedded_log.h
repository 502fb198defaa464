#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/adapters/embedded/codec.h"
#include "lib/adapters/embedded/log.h"

namespace vardvakt::embedded {

// One partition. All but `name`, `id` and `retention` is guarded by the log's mutex.
struct PartitionState {
  PartitionState(engine::Partition name_in, PartitionId id_in, engine::Retention retention_in)
      : name(std::move(name_in)), id(id_in), retention(retention_in) {}

  const engine::Partition name;
  const PartitionId id;
  const engine::Retention retention;
  engine::Offset beginning = 0;
  engine::Offset visible_end = 0;  // durable, and shown by Poll
  engine::Offset assigned_end =
      0;  // stamped; what End says, so that no stamp is older than a clock read before
  Instant last_append = kBeginningOfTime;
  engine::Offset tombstones_from = 0;  // below it none is left; the writer's alone
  std::condition_variable appended;
};

// Invariants: offsets are assigned under `mutex_` in the order of stamping; `visible_end <= assigned_end`,
// and equal when nothing is in flight; only the writer thread writes records; the store is replaced by the
// writer thread alone, under `store_mutex_`; `broken_` is ok exactly when the store is open and no write has
// failed.
class EmbeddedLog final : public engine::Log {
 public:
  EmbeddedLog(StoreOpener open_store, const Clock& clock, const LogOptions& options);
  ~EmbeddedLog() override;
  absl::Status Start();

  absl::StatusOr<std::unique_ptr<engine::Reader>> OpenReader(const engine::Partition& partition,
                                                             engine::Offset from) override;
  std::shared_ptr<engine::Appender> appender() override { return appender_; }
  absl::Status EnsureTopics(const std::vector<engine::TopicSpec>& topics) override;
  absl::Status CheckTopics(const std::vector<engine::TopicSpec>& topics) override;
  Duration clock_margin() const override { return Duration(0); }

  // For its readers and its appender.
  absl::Status Append(engine::Outgoing record, engine::Appender::Done done);
  absl::Status Flush(Duration wait);
  absl::Status Poll(PartitionState& partition, engine::Offset& position, size_t max_records, Duration wait,
                    std::vector<engine::Record>& out);
  absl::StatusOr<engine::Offset> End(const PartitionState& partition);
  absl::StatusOr<engine::Offset> Beginning(const PartitionState& partition);

 private:
  struct Topic {
    engine::TopicSpec spec;
    uint32_t id = 0;
    std::vector<std::unique_ptr<PartitionState>> partitions;
  };
  struct Pending {
    engine::Outgoing record;
    engine::Appender::Done done;
    PartitionState* partition = nullptr;
    engine::Offset offset = 0;
    Instant append_time;
    size_t bytes = 0;
  };
  using LastOfKeys = std::map<std::string, std::optional<engine::Offset>>;

  PartitionState* Find(const engine::Partition& partition);
  absl::Status CheckRange(const PartitionState& partition, engine::Offset position) const;
  // Adds the records of [position, end) to `out`, and moves `position` behind the last of them.
  absl::Status ReadRange(PartitionState& partition, engine::Offset& position, engine::Offset end,
                         size_t max_records, std::vector<engine::Record>& out);

  // The writer thread.
  void Run();
  std::vector<Pending> TakeAndStamp();
  absl::Status WriteRecords(std::vector<Pending>& records);
  absl::StatusOr<LastOfKeys> FindLastOfKeys(const std::vector<Pending>& records);
  void Finish(std::vector<Pending>& records, const absl::Status& written);
  void Break(const absl::Status& cause);
  void Reopen();
  absl::Status LoadTopics();
  void AddTopic(const engine::TopicSpec& spec, uint32_t id);
  absl::Status LoadPartition(PartitionState& partition);

  // Retention, on the writer thread; true: there is more to do at once.
  absl::StatusOr<bool> Sweep();
  absl::StatusOr<bool> DropOldRecords(PartitionState& partition, Instant before);
  absl::StatusOr<bool> DropOldTombstones(PartitionState& partition, Instant before);

  const StoreOpener open_store_;
  const Clock& clock_;
  const LogOptions options_;
  const std::shared_ptr<engine::Appender> appender_;

  std::mutex mutex_;
  std::condition_variable work_;     // for the writer
  std::condition_variable drained_;  // for Flush
  std::map<std::string, Topic> topics_;
  std::deque<Pending> queue_;
  size_t unacknowledged_ = 0;
  size_t unacknowledged_bytes_ = 0;
  absl::Status broken_;
  bool stopping_ = false;
  Instant swept_ = kBeginningOfTime;  // the writer's alone

  // Taken in this order: write_mutex_ (one writer at a time: the thread, or EnsureTopics), store_mutex_
  // (unique to replace the store), mutex_.
  std::mutex write_mutex_;
  std::shared_mutex store_mutex_;
  std::unique_ptr<engine::Store> store_;
  std::thread writer_;
};

}  // namespace vardvakt::embedded
