// The embedded log's writer thread: what it has been handed becomes durable, then visible, then acknowledged.
#include <algorithm>
#include <chrono>
#include <set>

#include "lib/adapters/embedded/embedded_log.h"
#include "lib/base/strings.h"

namespace vardvakt::embedded {

using engine::Offset;
using engine::Retention;
using engine::WriteBatch;

namespace {

constexpr size_t kMaxBatchRecords = 10'000;
constexpr size_t kMaxBatchBytes = size_t{8} << 20;
constexpr size_t kMaxSweptRecords = 10'000;
constexpr Duration kSweepEvery = minutes(1);
constexpr Duration kReopenEvery = milliseconds(500);
constexpr Duration kTombstonesKept = days(1);
constexpr Duration kDays90 = days(90);

}  // namespace

void EmbeddedLog::Run() {
  bool more_to_sweep = true;
  while (true) {
    bool broken = false;
    {
      std::unique_lock lock(mutex_);
      if (!more_to_sweep || !broken_.ok()) {
        work_.wait_for(lock, broken_.ok() ? kSweepEvery : kReopenEvery,
                       [&] { return stopping_ || !queue_.empty(); });
      }
      if (stopping_ && queue_.empty()) return;
      broken = !broken_.ok();
    }
    if (broken) {
      Reopen();
      continue;
    }
    if (std::vector<Pending> records = TakeAndStamp(); !records.empty()) {
      const absl::Status written = WriteRecords(records);
      Finish(records, written);
    }
    const Instant now = clock_.Now();
    if (more_to_sweep || now < swept_ || now - swept_ >= kSweepEvery) {
      auto swept = Sweep();
      if (!swept.ok()) Break(swept.status());
      more_to_sweep = swept.ok() && *swept;
      swept_ = now;
    }
  }
}

std::vector<EmbeddedLog::Pending> EmbeddedLog::TakeAndStamp() {
  std::vector<Pending> records;
  size_t bytes = 0;
  std::lock_guard lock(mutex_);
  const Instant now = clock_.Now();
  while (!queue_.empty() && records.size() < kMaxBatchRecords && bytes < kMaxBatchBytes) {
    Pending& pending = records.emplace_back(std::move(queue_.front()));
    queue_.pop_front();
    PartitionState& partition = *pending.partition;
    partition.last_append = std::max(partition.last_append, now);
    pending.append_time = partition.last_append;
    pending.offset = partition.assigned_end++;
    bytes += pending.bytes;
  }
  return records;
}

// The last record of each key of compacted topics that is in these records, by the key of its entry.
absl::StatusOr<EmbeddedLog::LastOfKeys> EmbeddedLog::FindLastOfKeys(const std::vector<Pending>& records) {
  LastOfKeys last;
  for (const Pending& pending : records) {
    if (pending.partition->retention != Retention::kCompact) continue;
    last.try_emplace(LastOfKeyKey(pending.partition->id, pending.record.key));
  }
  if (last.empty()) return last;
  std::vector<std::string_view> keys;
  for (const auto& [key, offset] : last) keys.push_back(key);
  auto values = store_->MultiGet(keys);
  if (!values.ok()) return values.status();
  size_t i = 0;
  for (auto& [key, offset] : last) {
    const std::optional<std::string>& value = (*values)[i++];
    if (value.has_value() && !DecodeNumber(*value, offset.emplace())) {
      return absl::DataLossError("the log's index of keys is damaged; restore the log from a copy");
    }
  }
  return last;
}

absl::Status EmbeddedLog::WriteRecords(std::vector<Pending>& records) {
  std::lock_guard write_lock(write_mutex_);
  std::shared_lock store_lock(store_mutex_);
  auto last_of_keys = FindLastOfKeys(records);
  if (!last_of_keys.ok()) return last_of_keys.status();
  WriteBatch batch;
  std::map<const PartitionState*, const Pending*> last_of_partition;
  for (const Pending& pending : records) {
    const PartitionState& partition = *pending.partition;
    batch.Put(RecordKey(partition.id, pending.offset), EncodeRecord(pending.record, pending.append_time));
    last_of_partition[&partition] = &pending;
    if (partition.retention != Retention::kCompact) continue;
    std::optional<Offset>& older = (*last_of_keys)[LastOfKeyKey(partition.id, pending.record.key)];
    if (older.has_value()) batch.Delete(RecordKey(partition.id, *older));
    older = pending.offset;
    if (pending.record.value.empty()) {
      batch.Put(TombstoneKey(partition.id, pending.offset), EncodeNumber(MillisOf(pending.append_time)));
    }
  }
  for (const auto& [key, offset] : *last_of_keys) batch.Put(key, EncodeNumber(*offset));
  for (const auto& [partition, pending] : last_of_partition) {
    // Only this thread moves `beginning`.
    const PartitionEntry entry{partition->beginning, pending->offset + 1, pending->append_time};
    batch.Put(PartitionKey(partition->id), Encode(entry));
  }
  return store_->Write(batch, /*durable=*/true);
}

void EmbeddedLog::Finish(std::vector<Pending>& records, const absl::Status& written) {
  size_t bytes = 0;
  if (written.ok()) {
    std::lock_guard lock(mutex_);
    std::set<PartitionState*> touched;
    for (const Pending& pending : records) {
      pending.partition->visible_end = pending.offset + 1;
      touched.insert(pending.partition);
    }
    for (PartitionState* partition : touched) partition->appended.notify_all();
  } else {
    Break(written);
  }
  for (Pending& pending : records) {
    bytes += pending.bytes;
    if (written.ok()) {
      pending.done(pending.offset);
    } else {
      pending.done(absl::UnavailableError(Cat(
          "the log could not be written, the record may be there all the same: ", ToStd(written.message()))));
    }
  }
  std::lock_guard lock(mutex_);
  unacknowledged_ -= records.size();
  unacknowledged_bytes_ -= bytes;
  if (unacknowledged_ == 0) drained_.notify_all();
}

// From here on everything is kUnavailable (kDataLoss stays what it is), and what is queued is called back so.
void EmbeddedLog::Break(const absl::Status& cause) {
  std::vector<Pending> refused;
  size_t bytes = 0;
  absl::Status why;
  {
    std::lock_guard lock(mutex_);
    const bool lost = cause.code() == absl::StatusCode::kDataLoss;
    broken_ = absl::Status(lost ? cause.code() : absl::StatusCode::kUnavailable, cause.message());
    why = broken_;
    refused.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
  }
  for (Pending& pending : refused) {
    bytes += pending.bytes;
    pending.done(why);
  }
  std::lock_guard lock(mutex_);
  unacknowledged_ -= refused.size();
  unacknowledged_bytes_ -= bytes;
  if (unacknowledged_ == 0) drained_.notify_all();
}

// What the failed write left is known only after opening the store anew.
void EmbeddedLog::Reopen() {
  std::lock_guard write_lock(write_mutex_);
  std::unique_lock store_lock(store_mutex_);
  store_.reset();
  auto store = open_store_();
  absl::Status opened = store.status();
  if (opened.ok()) {
    store_ = *std::move(store);
    opened = LoadTopics();
  }
  if (!opened.ok()) {
    store_lock.unlock();
    Break(opened);
    return;
  }
  std::lock_guard lock(mutex_);
  broken_ = absl::OkStatus();
  for (auto& [name, topic] : topics_) {
    for (auto& partition : topic.partitions) partition->appended.notify_all();
  }
}

absl::StatusOr<bool> EmbeddedLog::Sweep() {
  std::vector<PartitionState*> partitions;
  {
    std::lock_guard lock(mutex_);
    for (auto& [name, topic] : topics_) {
      for (auto& partition : topic.partitions) partitions.push_back(partition.get());
    }
  }
  const Instant now = clock_.Now();
  bool more = false;
  for (PartitionState* partition : partitions) {
    absl::StatusOr<bool> swept = false;
    if (partition->retention == Retention::kDays90) swept = DropOldRecords(*partition, now - kDays90);
    if (partition->retention == Retention::kCompact)
      swept = DropOldTombstones(*partition, now - kTombstonesKept);
    if (!swept.ok()) return swept;
    more = more || *swept;
  }
  return more;
}

absl::StatusOr<bool> EmbeddedLog::DropOldRecords(PartitionState& partition, Instant before) {
  std::lock_guard write_lock(write_mutex_);
  std::shared_lock store_lock(store_mutex_);
  WriteBatch batch;
  Offset beginning = partition.beginning;
  const absl::Status scanned =
      store_->Scan(RecordKey(partition.id, beginning), RecordKey(partition.id, partition.visible_end),
                   [&](std::string_view key, std::string_view value) {
                     engine::Record record;
                     if (!DecodeRecord(value, record) || record.append_time >= before) return false;
                     batch.Delete(std::string(key));
                     beginning = OffsetOfRecordKey(key) + 1;
                     return batch.size() < kMaxSweptRecords;
                   });
  if (!scanned.ok()) return scanned;
  if (batch.empty()) return false;
  const bool more = batch.size() == kMaxSweptRecords;
  {
    std::lock_guard lock(mutex_);
    partition.beginning = beginning;  // first: a reader then sees "out of range", not a hole
    batch.Put(PartitionKey(partition.id),
              Encode(PartitionEntry{beginning, partition.visible_end, partition.last_append}));
  }
  if (absl::Status written = store_->Write(batch, /*durable=*/false); !written.ok()) return written;
  return more;
}

absl::StatusOr<bool> EmbeddedLog::DropOldTombstones(PartitionState& partition, Instant before) {
  std::lock_guard write_lock(write_mutex_);
  std::shared_lock store_lock(store_mutex_);
  std::vector<Offset> old;
  const absl::Status scanned = store_->Scan(
      TombstoneKey(partition.id, partition.tombstones_from),
      TombstoneKey(partition.id, partition.visible_end), [&](std::string_view key, std::string_view value) {
        int64_t append_millis = 0;
        if (!DecodeNumber(value, append_millis) || InstantFromMillis(append_millis) >= before) {
          return false;
        }
        old.push_back(OffsetOfRecordKey(key));
        return old.size() < kMaxSweptRecords;
      });
  if (!scanned.ok()) return scanned;
  WriteBatch batch;
  for (const Offset offset : old) {
    batch.Delete(TombstoneKey(partition.id, offset));
    auto bytes = store_->Get(RecordKey(partition.id, offset));
    if (!bytes.ok()) return bytes.status();
    engine::Record record;
    // Not there any more: a newer record of that key has taken its place.
    if (!bytes->has_value() || !DecodeRecord(**bytes, record)) continue;
    batch.Delete(RecordKey(partition.id, offset));
    batch.Delete(LastOfKeyKey(partition.id, record.key));
  }
  if (old.empty()) return false;
  partition.tombstones_from = old.back() + 1;
  if (absl::Status written = store_->Write(batch, /*durable=*/false); !written.ok()) return written;
  return old.size() == kMaxSweptRecords;
}

}  // namespace vardvakt::embedded
