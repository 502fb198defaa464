#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "lib/engine/store.h"

namespace vardvakt::testkit {

// A store with its disk: what was written durably outlives Crash, and of what came after it a prefix of whole
// batches at most, as RocksDB's log does. Faults come at the test's command. It is itself a Store; OpenHandle
// gives one to a task that wants to own it, and a handle of before a crash can neither read nor write.
// Thread-safe.
class MemoryStore final : public engine::Store {
 public:
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override;
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override;
  absl::Status Write(engine::WriteBatch& batch, bool durable) override;

  // Must not outlive this object.
  std::unique_ptr<engine::Store> OpenHandle();

  // The process dies and the machine loses power: of the batches since the last durable one only the first
  // `surviving` are there after it. Ends FailWrites and FailReads; damage stays.
  void Crash(size_t surviving = 0);
  size_t unsynced_batches() const {
    std::lock_guard lock(mutex_);
    return undo_.size();
  }

  // The `nth` write from now (1: the next) fails, and every later one until Crash; `applied`: the failed
  // batch is there all the same after the crash.
  void FailWrite(size_t nth, bool applied);
  // The `nth` read from now (1: the next) fails, and every later one until Crash.
  void FailRead(size_t nth);
  // Reading or scanning that key says kDataLoss from now on.
  void Damage(std::string key);

  size_t reads() const {
    std::lock_guard lock(mutex_);
    return reads_;
  }
  size_t writes() const {
    std::lock_guard lock(mutex_);
    return writes_;
  }
  absl::btree_map<std::string, std::string, std::less<>> pairs() const {
    std::lock_guard lock(mutex_);
    return pairs_;
  }

 private:
  class Handle;
  using Undo = std::vector<engine::WriteBatch::Op>;

  absl::Status BeforeRead();
  absl::Status CheckDamage(std::string_view key) const;
  Undo Apply(std::vector<engine::WriteBatch::Op>& ops);

  mutable std::recursive_mutex mutex_;  // recursive: a visitor may read
  absl::btree_map<std::string, std::string, std::less<>> pairs_;
  std::vector<Undo> undo_;  // one for each batch since the last durable one, oldest first
  std::set<std::string, std::less<>> damaged_;
  std::optional<size_t> read_to_fail_, write_to_fail_;  // in the counts below
  bool failed_write_applied_ = false;
  std::vector<engine::WriteBatch::Op> undecided_;  // of a failed write that is there after the crash
  bool broken_ = false;
  size_t reads_ = 0, writes_ = 0;
  size_t crashes_ = 0;
};

}  // namespace vardvakt::testkit
