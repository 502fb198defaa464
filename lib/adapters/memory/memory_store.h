#pragma once

#include <functional>
#include <string>

#include "absl/container/btree_map.h"
#include "lib/engine/store.h"

namespace vardvakt::memory {

// A Store in plain memory, gone with the process: for `replay`, which computes from the first record anyway.
// `durable` means nothing here. One thread.
class MemoryStore final : public engine::Store {
 public:
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override;
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override;
  absl::Status Write(engine::WriteBatch& batch, bool durable) override;

  size_t size() const { return pairs_.size(); }

 private:
  absl::btree_map<std::string, std::string, std::less<>> pairs_;
};

}  // namespace vardvakt::memory
