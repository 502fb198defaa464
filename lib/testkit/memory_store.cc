#include "lib/testkit/memory_store.h"

#include <algorithm>
#include <utility>

#include "lib/base/strings.h"

namespace vardvakt::testkit {

using engine::WriteBatch;

// Dead after the next crash.
class MemoryStore::Handle final : public engine::Store {
 public:
  explicit Handle(MemoryStore& store) : store_(store), opened_at_crash_(store.crashes_) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    if (absl::Status alive = Alive(); !alive.ok()) return alive;
    return store_.Get(key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override {
    if (absl::Status alive = Alive(); !alive.ok()) return alive;
    return store_.MultiGet(keys);
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override {
    if (absl::Status alive = Alive(); !alive.ok()) return alive;
    return store_.Scan(from, to, visit);
  }
  absl::Status Write(WriteBatch& batch, bool durable) override {
    if (absl::Status alive = Alive(); !alive.ok()) return alive;
    return store_.Write(batch, durable);
  }

 private:
  absl::Status Alive() const {
    std::lock_guard lock(store_.mutex_);
    if (store_.crashes_ == opened_at_crash_) return absl::OkStatus();
    return absl::AbortedError("this handle was opened before the crash; open the store again");
  }

  MemoryStore& store_;
  const size_t opened_at_crash_;
};

std::unique_ptr<engine::Store> MemoryStore::OpenHandle() { return std::make_unique<Handle>(*this); }

absl::StatusOr<std::optional<std::string>> MemoryStore::Get(std::string_view key) {
  std::lock_guard lock(mutex_);
  if (absl::Status status = BeforeRead(); !status.ok()) return status;
  if (absl::Status status = CheckDamage(key); !status.ok()) return status;
  auto it = pairs_.find(key);
  if (it == pairs_.end()) return std::nullopt;
  return it->second;
}

absl::StatusOr<std::vector<std::optional<std::string>>> MemoryStore::MultiGet(
    const std::vector<std::string_view>& keys) {
  std::lock_guard lock(mutex_);
  if (absl::Status status = BeforeRead(); !status.ok()) return status;
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (std::string_view key : keys) {
    if (absl::Status status = CheckDamage(key); !status.ok()) return status;
    auto it = pairs_.find(key);
    values.push_back(it == pairs_.end() ? std::nullopt : std::optional(it->second));
  }
  return values;
}

absl::Status MemoryStore::Scan(std::string_view from, std::string_view to,
                               absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) {
  std::lock_guard lock(mutex_);
  if (absl::Status status = BeforeRead(); !status.ok()) return status;
  for (auto it = pairs_.lower_bound(from); it != pairs_.end() && it->first < to; ++it) {
    if (absl::Status status = CheckDamage(it->first); !status.ok()) return status;
    if (!visit(it->first, it->second)) break;
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Write(WriteBatch& batch, bool durable) {
  std::lock_guard lock(mutex_);
  ++writes_;
  if (broken_) return absl::InternalError("the store has failed a write before; open it again");
  if (write_to_fail_ == writes_) {
    broken_ = true;
    if (failed_write_applied_) undecided_ = batch.ops();
    return absl::InternalError(
        "writing failed: input/output error; the outcome is unknown, open the store again");
  }
  undo_.push_back(Apply(batch.ops()));
  if (durable) undo_.clear();
  batch.Clear();
  return absl::OkStatus();
}

void MemoryStore::Crash(size_t surviving) {
  std::lock_guard lock(mutex_);
  // A failed write that is there needs all that was written before it.
  if (!undecided_.empty()) surviving = undo_.size();
  while (undo_.size() > surviving) {
    Apply(undo_.back());
    undo_.pop_back();
  }
  undo_.clear();
  Apply(undecided_);
  undecided_.clear();
  read_to_fail_.reset();
  write_to_fail_.reset();
  broken_ = false;
  ++crashes_;
}

void MemoryStore::FailWrite(size_t nth, bool applied) {
  std::lock_guard lock(mutex_);
  write_to_fail_ = writes_ + nth;
  failed_write_applied_ = applied;
}

void MemoryStore::FailRead(size_t nth) {
  std::lock_guard lock(mutex_);
  read_to_fail_ = reads_ + nth;
}

void MemoryStore::Damage(std::string key) {
  std::lock_guard lock(mutex_);
  damaged_.insert(std::move(key));
}

absl::Status MemoryStore::BeforeRead() {
  ++reads_;
  if (!read_to_fail_.has_value() || reads_ < *read_to_fail_) return absl::OkStatus();
  return absl::InternalError("reading failed: input/output error; stop and open the store again");
}

absl::Status MemoryStore::CheckDamage(std::string_view key) const {
  if (!damaged_.contains(key)) return absl::OkStatus();
  return absl::DataLossError("block checksum mismatch; set the store aside and rebuild it");
}

// Returns what takes it back, in the order in which to apply it.
MemoryStore::Undo MemoryStore::Apply(std::vector<WriteBatch::Op>& ops) {
  Undo undo;
  undo.reserve(ops.size());
  for (WriteBatch::Op& op : ops) {
    auto it = pairs_.find(op.key);
    undo.push_back({op.key, it == pairs_.end() ? std::nullopt : std::optional(it->second)});
    if (op.value.has_value()) {
      pairs_.insert_or_assign(std::move(op.key), *std::move(op.value));
    } else if (it != pairs_.end()) {
      pairs_.erase(it);
    }
  }
  std::reverse(undo.begin(), undo.end());
  return undo;
}

}  // namespace vardvakt::testkit
