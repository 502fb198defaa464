#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace vardvakt::engine {

// Changes that become visible and durable together, or not at all.
class WriteBatch {
 public:
  void Put(std::string key, std::string value) { ops_.push_back({std::move(key), std::move(value)}); }
  void Delete(std::string key) { ops_.push_back({std::move(key), std::nullopt}); }
  bool empty() const { return ops_.empty(); }
  size_t size() const { return ops_.size(); }
  void Clear() { ops_.clear(); }

  struct Op {
    std::string key;
    std::optional<std::string> value;  // nullopt: delete
  };
  std::vector<Op>& ops() { return ops_; }
  const std::vector<Op>& ops() const { return ops_; }

 private:
  std::vector<Op> ops_;
};

// One task's ordered map of bytes to bytes. "Not found" is an optional, a read error is an error. After a
// failed Write the outcome is unknown: stop, reopen, read again. One writer thread; reads from that thread.
class Store {
 public:
  virtual ~Store() = default;

  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) = 0;
  // Values in the order of `keys` (which should be sorted).
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) = 0;
  // Every pair with from <= key < to, ascending, until `visit` returns false.
  virtual absl::Status Scan(std::string_view from, std::string_view to,
                            absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) = 0;
  // `durable`: on the disk when it returns, else with the next durable one at the latest. Takes the batch's
  // contents: it is empty after Ok.
  virtual absl::Status Write(WriteBatch& batch, bool durable) = 0;
};

}  // namespace vardvakt::engine
