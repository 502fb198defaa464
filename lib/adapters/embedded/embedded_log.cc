#include "lib/adapters/embedded/embedded_log.h"

#include <algorithm>
#include <optional>

#include "lib/base/strings.h"
#include "lib/engine/topic_check.h"

namespace vardvakt::embedded {

using engine::Offset;
using engine::Outgoing;
using engine::Partition;
using engine::Record;
using engine::Retention;

namespace {

constexpr size_t kMaxPollBytes = size_t{16} << 20;

std::string Name(const Partition& partition) {
  return Cat("topic ", partition.topic, " partition ", partition.partition);
}

class EmbeddedReader final : public engine::Reader {
 public:
  EmbeddedReader(EmbeddedLog& log, PartitionState& partition, Offset from)
      : log_(log), partition_(partition), position_(from) {}

  absl::Status Poll(size_t max_records, Duration wait, std::vector<Record>& out) override {
    return log_.Poll(partition_, position_, max_records, wait, out);
  }
  absl::StatusOr<Offset> End() override { return log_.End(partition_); }
  absl::StatusOr<Offset> Beginning() override { return log_.Beginning(partition_); }
  Offset position() const override { return position_; }

 private:
  EmbeddedLog& log_;
  PartitionState& partition_;
  Offset position_;
};

class EmbeddedAppender final : public engine::Appender {
 public:
  explicit EmbeddedAppender(EmbeddedLog& log) : log_(log) {}
  absl::Status Append(Outgoing record, Done done) override {
    return log_.Append(std::move(record), std::move(done));
  }
  absl::Status Flush(Duration wait) override { return log_.Flush(wait); }

 private:
  EmbeddedLog& log_;
};

size_t SizeOf(const Outgoing& record) {
  size_t bytes = record.key.size() + record.value.size();
  for (const engine::Header& header : record.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<engine::Log>> OpenLog(StoreOpener open_store, const Clock& clock,
                                                     const LogOptions& options) {
  auto log = std::make_unique<EmbeddedLog>(std::move(open_store), clock, options);
  if (absl::Status started = log->Start(); !started.ok()) return started;
  return log;
}

EmbeddedLog::EmbeddedLog(StoreOpener open_store, const Clock& clock, const LogOptions& options)
    : open_store_(std::move(open_store)),
      clock_(clock),
      options_(options),
      appender_(std::make_shared<EmbeddedAppender>(*this)) {}

EmbeddedLog::~EmbeddedLog() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
}

absl::Status EmbeddedLog::Start() {
  auto store = open_store_();
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  if (absl::Status loaded = LoadTopics(); !loaded.ok()) return loaded;
  writer_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<engine::Reader>> EmbeddedLog::OpenReader(const Partition& partition,
                                                                        Offset from) {
  std::lock_guard lock(mutex_);
  PartitionState* state = Find(partition);
  if (state == nullptr) return absl::NotFoundError(Name(partition) + " does not exist");
  return std::make_unique<EmbeddedReader>(*this, *state, from);
}

absl::Status EmbeddedLog::EnsureTopics(const std::vector<engine::TopicSpec>& topics) {
  {
    std::lock_guard write_lock(write_mutex_);
    engine::WriteBatch batch;
    std::vector<std::pair<engine::TopicSpec, uint32_t>> added;
    {
      std::lock_guard lock(mutex_);
      if (!broken_.ok()) return broken_;
      uint32_t next_id = 1;
      for (const auto& [name, topic] : topics_) next_id = std::max(next_id, topic.id + 1);
      for (const engine::TopicSpec& spec : topics) {
        if (topics_.contains(spec.name)) continue;
        added.emplace_back(spec, next_id);
        batch.Put(TopicKey(spec.name), Encode(TopicEntry{next_id++, spec.partitions, spec.retention}));
      }
    }
    if (!added.empty()) {
      std::shared_lock store_lock(store_mutex_);
      if (absl::Status written = store_->Write(batch, true); !written.ok()) {
        Break(written);
        return written;
      }
    }
    std::lock_guard lock(mutex_);
    for (const auto& [spec, id] : added) AddTopic(spec, id);
  }
  return CheckTopics(topics);
}

absl::Status EmbeddedLog::CheckTopics(const std::vector<engine::TopicSpec>& topics) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> problems;
  for (const engine::TopicSpec& spec : topics) {
    auto it = topics_.find(spec.name);
    engine::CompareTopic(spec, it == topics_.end() ? std::nullopt : std::optional(it->second.spec), problems);
  }
  return engine::TopicProblems(problems);
}

absl::Status EmbeddedLog::Append(Outgoing record, engine::Appender::Done done) {
  const size_t bytes = SizeOf(record);
  std::unique_lock lock(mutex_);
  PartitionState* partition = Find(record.to);
  absl::Status refused;
  if (partition == nullptr) {
    refused = absl::InvalidArgumentError(Name(record.to) + " does not exist");
  } else if (bytes > options_.max_record_bytes) {
    refused = absl::InvalidArgumentError(Cat(Name(record.to), ": a record of ", bytes,
                                             " bytes is over the limit of ", options_.max_record_bytes));
  } else if (partition->retention == Retention::kCompact && record.key.empty()) {
    refused = absl::InvalidArgumentError(Name(record.to) + " is compacted: a record needs a key");
  } else if (stopping_ || !broken_.ok()) {
    refused = stopping_ ? absl::UnavailableError("the log is closing") : broken_;
  }
  if (!refused.ok()) {
    lock.unlock();
    done(refused);
    return absl::OkStatus();
  }
  if (unacknowledged_ >= options_.max_unacknowledged ||
      unacknowledged_bytes_ + bytes > options_.max_unacknowledged_bytes) {
    return absl::ResourceExhaustedError(
        Cat(unacknowledged_, " records wait to be written to the log; try again"));
  }
  ++unacknowledged_;
  unacknowledged_bytes_ += bytes;
  queue_.push_back({std::move(record), std::move(done), partition, 0, {}, bytes});
  if (queue_.size() == 1) work_.notify_one();
  return absl::OkStatus();
}

absl::Status EmbeddedLog::Flush(Duration wait) {
  std::unique_lock lock(mutex_);
  if (drained_.wait_for(lock, wait, [&] { return unacknowledged_ == 0; })) return absl::OkStatus();
  return absl::DeadlineExceededError(
      Cat(unacknowledged_, " records are not written within ", wait.count(), " ms"));
}

absl::StatusOr<Offset> EmbeddedLog::End(const PartitionState& partition) {
  std::lock_guard lock(mutex_);
  if (!broken_.ok()) return broken_;
  return partition.assigned_end;
}

absl::StatusOr<Offset> EmbeddedLog::Beginning(const PartitionState& partition) {
  std::lock_guard lock(mutex_);
  if (!broken_.ok()) return broken_;
  return partition.beginning;
}

absl::Status EmbeddedLog::Poll(PartitionState& partition, Offset& position, size_t max_records, Duration wait,
                               std::vector<Record>& out) {
  Offset end = 0;
  {
    std::unique_lock lock(mutex_);
    auto ready = [&] {
      return broken_.ok() && (position < partition.visible_end || !CheckRange(partition, position).ok());
    };
    if (!ready() && wait > Duration::zero()) partition.appended.wait_for(lock, wait, ready);
    if (!broken_.ok()) return broken_;
    if (absl::Status in_range = CheckRange(partition, position); !in_range.ok()) return in_range;
    end = partition.visible_end;
  }
  if (position >= end) return absl::OkStatus();
  absl::Status read = ReadRange(partition, position, end, max_records, out);
  if (read.ok()) return read;
  // Retention may have overtaken the read.
  std::lock_guard lock(mutex_);
  absl::Status in_range = CheckRange(partition, position);
  return in_range.ok() ? read : in_range;
}

absl::Status EmbeddedLog::ReadRange(PartitionState& partition, Offset& position, Offset end,
                                    size_t max_records, std::vector<Record>& out) {
  const bool gaps = partition.retention == Retention::kCompact;
  const std::string from = RecordKey(partition.id, position), to = RecordKey(partition.id, end);
  size_t added = 0, bytes = 0;
  absl::Status damage;
  auto visit = [&](std::string_view key, std::string_view value) {
    const Offset offset = OffsetOfRecordKey(key);
    Record record;
    if ((offset != position && !gaps) || !DecodeRecord(value, record)) {
      damage = absl::DataLossError(Cat(Name(partition.name), ": the record at offset ", position,
                                       " is missing or damaged; restore the log from a copy"));
      return false;
    }
    record.offset = offset;
    out.push_back(std::move(record));
    position = offset + 1;
    bytes += value.size();
    return ++added < max_records && bytes < kMaxPollBytes;
  };
  std::shared_lock lock(store_mutex_);
  if (store_ == nullptr) return absl::UnavailableError("the log's store is closed; ask again");
  if (absl::Status scanned = store_->Scan(from, to, visit); !scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  if (added == max_records || bytes >= kMaxPollBytes || position == end) return absl::OkStatus();
  if (!gaps) {
    return absl::DataLossError(Cat(Name(partition.name), ": the records from offset ", position, " to ",
                                   end - 1, " are missing; restore the log from a copy"));
  }
  position = end;
  return absl::OkStatus();
}

PartitionState* EmbeddedLog::Find(const Partition& partition) {
  auto it = topics_.find(partition.topic);
  if (it == topics_.end() || partition.partition < 0 ||
      partition.partition >= static_cast<int32_t>(it->second.partitions.size())) {
    return nullptr;
  }
  return it->second.partitions[partition.partition].get();
}

absl::Status EmbeddedLog::CheckRange(const PartitionState& partition, Offset position) const {
  if (position >= partition.beginning && position <= partition.assigned_end) return absl::OkStatus();
  return absl::OutOfRangeError(
      Cat(Name(partition.name), ": offset ", position, " is not between ", partition.beginning, " and ",
          partition.assigned_end,
          "; the log was replaced or shortened: restore it, or set aside what was computed from it"));
}

void EmbeddedLog::AddTopic(const engine::TopicSpec& spec, uint32_t id) {
  Topic& topic = topics_[spec.name];
  topic.spec = spec;
  topic.id = id;
  for (int32_t p = 0; p < spec.partitions; ++p) {
    topic.partitions.push_back(std::make_unique<PartitionState>(engine::Partition{spec.name, p},
                                                                PartitionId{id, p}, spec.retention));
  }
}

// Adds the topics that are not known yet, and reads every partition's state.
absl::Status EmbeddedLog::LoadTopics() {
  std::vector<std::pair<std::string, TopicEntry>> found;
  bool whole = true;
  auto visit = [&](std::string_view key, std::string_view value) {
    TopicEntry entry;
    whole = whole && Decode(value, entry);
    found.emplace_back(key.substr(1), entry);
    return true;
  };
  if (absl::Status scanned = store_->Scan(kTopicsBegin, kTopicsEnd, visit); !scanned.ok()) return scanned;
  if (!whole) return absl::DataLossError("the log's list of topics is damaged; restore the log from a copy");
  std::lock_guard lock(mutex_);
  for (const auto& [name, entry] : found) {
    if (!topics_.contains(name)) AddTopic({name, entry.partitions, entry.retention}, entry.id);
  }
  for (auto& [name, topic] : topics_) {
    for (auto& partition : topic.partitions) {
      if (absl::Status loaded = LoadPartition(*partition); !loaded.ok()) return loaded;
    }
  }
  return absl::OkStatus();
}

absl::Status EmbeddedLog::LoadPartition(PartitionState& partition) {
  auto bytes = store_->Get(PartitionKey(partition.id));
  if (!bytes.ok()) return bytes.status();
  PartitionEntry entry;
  if (bytes->has_value() && !Decode(**bytes, entry)) {
    return absl::DataLossError(Name(partition.name) + ": its state is damaged; restore the log from a copy");
  }
  partition.beginning = entry.beginning;
  partition.visible_end = partition.assigned_end = entry.end;
  partition.last_append = entry.last_append;
  partition.tombstones_from = 0;
  return absl::OkStatus();
}

}  // namespace vardvakt::embedded
