#include "lib/adapters/memory/memory_store.h"

#include <utility>

namespace vardvakt::memory {

absl::StatusOr<std::optional<std::string>> MemoryStore::Get(std::string_view key) {
  auto it = pairs_.find(key);
  if (it == pairs_.end()) return std::nullopt;
  return it->second;
}

absl::StatusOr<std::vector<std::optional<std::string>>> MemoryStore::MultiGet(
    const std::vector<std::string_view>& keys) {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (std::string_view key : keys) {
    auto it = pairs_.find(key);
    values.push_back(it == pairs_.end() ? std::nullopt : std::optional(it->second));
  }
  return values;
}

absl::Status MemoryStore::Scan(std::string_view from, std::string_view to,
                               absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) {
  for (auto it = pairs_.lower_bound(from); it != pairs_.end() && it->first < to; ++it) {
    if (!visit(it->first, it->second)) break;
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Write(engine::WriteBatch& batch, bool /*durable*/) {
  for (engine::WriteBatch::Op& op : batch.ops()) {
    if (op.value.has_value()) {
      pairs_.insert_or_assign(std::move(op.key), *std::move(op.value));
    } else {
      pairs_.erase(op.key);
    }
  }
  batch.Clear();
  return absl::OkStatus();
}

}  // namespace vardvakt::memory
