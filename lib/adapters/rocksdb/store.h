#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "lib/engine/store.h"

namespace vardvakt::rocksdb {

// What the stores of a process share: one block cache, with their write buffers charged to it.
class MemoryBudget;
std::shared_ptr<MemoryBudget> MakeMemoryBudget(size_t bytes);

// What a directory holds. Both are kept in the store; a directory that holds anything else is refused.
struct Identity {
  std::string content;          // e.g. "task vardvakt.ambulance.v1/0"
  uint32_t format_version = 1;  // of the keys and values
};

// What to do with a damaged write-ahead log. A torn end, as power loss leaves it, is damage to neither.
enum class WalDamage : uint8_t {
  kStopBefore,  // open with what precedes it: for state that is written together with its input offset
  kRefuse,      // kDataLoss: for a store that is itself the source of truth
};

struct StoreOptions {
  std::shared_ptr<MemoryBudget> memory;  // null: a budget of its own of 128 MiB
  size_t write_buffer_bytes = size_t{64} << 20;
  WalDamage wal_damage = WalDamage::kStopBefore;
  bool verify_checksums = false;  // reads every block at opening
};

// A Store in a RocksDB directory. Reads may come from any thread beside the one that writes. Statuses:
// kDataLoss where it can't be trusted any more (SetAside, rebuild), kResourceExhausted on a full disk,
// kInternal otherwise.
class Store : public engine::Store {
 public:
  // A consistent copy in a directory that does not exist yet; hard links where it is the same file system.
  virtual absl::Status Checkpoint(const std::string& dir) = 0;
  // Reads every block: kDataLoss where one is damaged.
  virtual absl::Status VerifyChecksums() = 0;
  // On the disk, as near as it can be said.
  virtual uint64_t disk_bytes() const = 0;
};

// Creates the directory when it is missing. One process at a time: another one's is kUnavailable and names
// it. kFailedPrecondition: the directory holds something else, or another format. kDataLoss: it can't be
// trusted. kPermissionDenied, kResourceExhausted: as they say. Nothing is ever repaired or removed.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& dir, const Identity& identity,
                                                 const StoreOptions& options = {});

// Renames a directory that can't be trusted to DIR.damaged-<n>, for somebody to look at, so that it can be
// built anew; returns the new name. The store must be closed.
absl::StatusOr<std::string> SetAside(const std::string& dir);

}  // namespace vardvakt::rocksdb
