#include "lib/testkit/memory_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/strings.h"
#include "lib/engine/topic_check.h"

namespace vardvakt::testkit {
namespace {

using engine::Offset;
using engine::Outgoing;
using engine::Partition;
using engine::Record;

std::string Name(const Partition& partition) {
  return Cat("topic ", partition.topic, " partition ", partition.partition);
}

absl::Status Unreachable() { return absl::UnavailableError("the log can't be reached; ask again"); }

}  // namespace

class MemoryLog::MemoryReader final : public engine::Reader {
 public:
  MemoryReader(MemoryLog& log, Partition partition, Offset from)
      : log_(log), partition_(std::move(partition)), position_(from) {}

  absl::Status Poll(size_t max_records, Duration wait, std::vector<Record>& out) override {
    return log_.Poll(partition_, position_, max_records, wait, out);
  }
  absl::StatusOr<Offset> End() override {
    std::lock_guard lock(log_.mutex_);
    if (!log_.reachable_) return Unreachable();
    return log_.Find(partition_)->visible_end;
  }
  absl::StatusOr<Offset> Beginning() override {
    std::lock_guard lock(log_.mutex_);
    if (!log_.reachable_) return Unreachable();
    return log_.Find(partition_)->beginning;
  }
  Offset position() const override { return position_; }

 private:
  MemoryLog& log_;
  const Partition partition_;
  Offset position_;
};

class MemoryLog::MemoryAppender final : public engine::Appender {
 public:
  explicit MemoryAppender(MemoryLog& log) : log_(log) {}

  absl::Status Append(Outgoing record, Done done) override {
    return log_.Append(std::move(record), std::move(done));
  }
  absl::Status Flush(Duration wait) override {
    std::unique_lock lock(log_.mutex_);
    if (log_.appended_.wait_for(lock, wait, [&] { return log_.held_.empty(); })) return absl::OkStatus();
    return absl::DeadlineExceededError(Cat(log_.held_.size(), " records are not acknowledged"));
  }

 private:
  MemoryLog& log_;
};

MemoryLog::MemoryLog(const Clock& clock, MemoryLogOptions options)
    : clock_(clock), options_(options), appender_(std::make_shared<MemoryAppender>(*this)) {}

MemoryLog::~MemoryLog() = default;

absl::StatusOr<std::unique_ptr<engine::Reader>> MemoryLog::OpenReader(const Partition& partition,
                                                                      Offset from) {
  std::lock_guard lock(mutex_);
  if (Find(partition) == nullptr) return absl::NotFoundError(Name(partition) + " does not exist");
  return std::make_unique<MemoryReader>(*this, partition, from);
}

absl::Status MemoryLog::EnsureTopics(const std::vector<engine::TopicSpec>& topics) {
  {
    std::lock_guard lock(mutex_);
    if (!reachable_) return Unreachable();
    for (const engine::TopicSpec& spec : topics) {
      auto [it, added] = topics_.try_emplace(spec.name);
      if (added) it->second = {spec, std::vector<PartitionState>(spec.partitions)};
    }
  }
  return CheckTopics(topics);
}

absl::Status MemoryLog::CheckTopics(const std::vector<engine::TopicSpec>& topics) {
  std::lock_guard lock(mutex_);
  if (!reachable_) return Unreachable();
  std::vector<std::string> problems;
  for (const engine::TopicSpec& spec : topics) {
    auto it = topics_.find(spec.name);
    engine::CompareTopic(spec, it == topics_.end() ? std::nullopt : std::optional(it->second.spec), problems);
  }
  return engine::TopicProblems(problems);
}

std::vector<Record> MemoryLog::Records(const Partition& partition) const {
  std::lock_guard lock(mutex_);
  auto* state = const_cast<MemoryLog*>(this)->Find(partition);
  if (state == nullptr) return {};
  std::vector<Record> all;
  for (const auto& [offset, record] : state->records) all.push_back(record);
  return all;
}

void MemoryLog::SetReachable(bool reachable) {
  std::lock_guard lock(mutex_);
  reachable_ = reachable;
  appended_.notify_all();
}

void MemoryLog::FailAppends(size_t count, absl::Status why, bool appended) {
  std::lock_guard lock(mutex_);
  failures_left_ = count;
  failure_ = std::move(why);
  failure_appends_ = appended;
}

void MemoryLog::HoldAcknowledgements() {
  std::lock_guard lock(mutex_);
  holding_ = true;
}

void MemoryLog::ReleaseAcknowledgements() {
  while (true) {
    std::optional<Held> held;
    {
      std::lock_guard lock(mutex_);
      if (held_.empty()) {
        holding_ = false;
        appended_.notify_all();
        return;
      }
      held = std::move(held_.front());
      held_.pop_front();
    }
    held->done(std::move(held->answer));
  }
}

void MemoryLog::HideAppends() {
  std::lock_guard lock(mutex_);
  hiding_ = true;
}

void MemoryLog::ShowAppends() {
  std::lock_guard lock(mutex_);
  hiding_ = false;
  for (auto& [name, topic] : topics_) {
    for (PartitionState& state : topic.partitions) state.visible_end = state.end;
  }
  appended_.notify_all();
}

void MemoryLog::SkewStamps(Duration by) {
  std::lock_guard lock(mutex_);
  skew_ = by;
}

void MemoryLog::DropBefore(const Partition& partition, Offset beginning) {
  std::lock_guard lock(mutex_);
  PartitionState& state = *Find(partition);
  state.beginning = std::clamp(beginning, state.beginning, state.end);
  state.records.erase(state.records.begin(), state.records.lower_bound(state.beginning));
}

void MemoryLog::Recreate(const std::string& topic) {
  std::lock_guard lock(mutex_);
  Topic& state = topics_.at(topic);
  state.partitions = std::vector<PartitionState>(state.spec.partitions);
}

void MemoryLog::Damage(const Partition& partition, Offset offset) {
  std::lock_guard lock(mutex_);
  Find(partition)->damaged.insert(offset);
}

MemoryLog::PartitionState* MemoryLog::Find(const Partition& partition) {
  auto it = topics_.find(partition.topic);
  if (it == topics_.end() || partition.partition < 0 ||
      partition.partition >= static_cast<int32_t>(it->second.partitions.size())) {
    return nullptr;
  }
  return &it->second.partitions[partition.partition];
}

absl::Status MemoryLog::CheckRecord(const Outgoing& record) {
  if (Find(record.to) == nullptr) return absl::InvalidArgumentError(Name(record.to) + " does not exist");
  if (record.key.size() + record.value.size() > options_.max_record_bytes) {
    return absl::InvalidArgumentError(Cat("a record of ", record.key.size() + record.value.size(),
                                          " bytes is over the limit of ", options_.max_record_bytes));
  }
  if (record.key.empty() && topics_.at(record.to.topic).spec.retention == engine::Retention::kCompact) {
    return absl::InvalidArgumentError("topic " + record.to.topic + " is compacted: a record needs a key");
  }
  return absl::OkStatus();
}

absl::StatusOr<Offset> MemoryLog::Add(Outgoing record) {
  PartitionState& state = *Find(record.to);
  const Offset offset = state.end++;
  if (topics_.at(record.to.topic).spec.retention == engine::Retention::kCompact) {
    auto [it, is_new] = state.last_of_key.try_emplace(record.key, offset);
    if (!is_new) state.records.erase(std::exchange(it->second, offset));
  }
  state.last_append = std::max(state.last_append, clock_.Now() + skew_);
  if (!hiding_) state.visible_end = state.end;
  state.records[offset] = {offset, state.last_append, std::move(record.key), std::move(record.value),
                           std::move(record.headers)};
  appended_.notify_all();
  return offset;
}

absl::Status MemoryLog::Append(Outgoing record, engine::Appender::Done done) {
  absl::StatusOr<Offset> answer;
  {
    std::lock_guard lock(mutex_);
    if (held_.size() >= options_.max_unacknowledged) {
      return absl::ResourceExhaustedError(Cat(held_.size(), " records wait for the log; try again"));
    }
    if (absl::Status valid = CheckRecord(record); !valid.ok()) {
      answer = valid;
    } else if (!reachable_) {
      answer = Unreachable();
    } else if (failures_left_ > 0) {
      --failures_left_;
      answer = failure_;
      if (failure_appends_) Add(std::move(record)).IgnoreError();
    } else {
      answer = Add(std::move(record));
    }
    if (holding_) {
      held_.push_back({std::move(done), std::move(answer)});
      return absl::OkStatus();
    }
  }
  done(std::move(answer));
  return absl::OkStatus();
}

absl::Status MemoryLog::CheckPosition(const Partition& partition, Offset position) {
  const PartitionState& state = *Find(partition);
  if (position >= state.beginning && position <= state.end) return absl::OkStatus();
  return absl::OutOfRangeError(
      Cat(Name(partition), ": offset ", position, " is not between ", state.beginning, " and ", state.end));
}

absl::Status MemoryLog::Poll(const Partition& partition, Offset& position, size_t max_records, Duration wait,
                             std::vector<Record>& out) {
  std::unique_lock lock(mutex_);
  auto ready = [&] {
    const PartitionState& state = *Find(partition);
    return !reachable_ || position < state.beginning || position > state.end || position < state.visible_end;
  };
  if (wait > Duration::zero()) appended_.wait_for(lock, wait, ready);
  if (!reachable_) return Unreachable();
  if (absl::Status in_range = CheckPosition(partition, position); !in_range.ok()) return in_range;
  PartitionState& state = *Find(partition);
  size_t added = 0;
  for (auto it = state.records.lower_bound(position);
       it != state.records.end() && it->first < state.visible_end && added < max_records; ++it, ++added) {
    if (state.damaged.contains(it->first)) {
      if (added > 0) return absl::OkStatus();
      return absl::DataLossError(Cat(Name(partition), ": the record at offset ", it->first,
                                     " is damaged; restore the log from a copy"));
    }
    out.push_back(it->second);
    position = it->first + 1;
  }
  if (added < max_records) position = std::max(position, state.visible_end);
  return absl::OkStatus();
}

}  // namespace vardvakt::testkit
