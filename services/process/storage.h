#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/adapters/rocksdb/store.h"
#include "lib/base/clock.h"
#include "lib/engine/log.h"
#include "lib/engine/worker.h"
#include "lib/runtime/options.h"

namespace vardvakt::process {

struct StorageOptions {
  std::string data_dir = "data";
  size_t memory_mb = 512;  // block cache and write buffers of all stores together
};
void DeclareStorage(runtime::Options& options, StorageOptions* storage);

// Everything that a process keeps on disk: RocksDB directories below one data directory, which share one
// memory budget. Thread-safe.
class Storage {
 public:
  // Creates the data directory; kFailedPrecondition naming it when that can't be written.
  static absl::StatusOr<std::unique_ptr<Storage>> Open(const StorageOptions& options);

  // The embedded log, in DATA_DIR/log. One process at a time.
  absl::StatusOr<std::unique_ptr<engine::Log>> OpenLog(const Clock& clock);
  // The tasks' state, in DATA_DIR/tasks.
  engine::StoreProvider& tasks() { return *tasks_; }
  // The notifier's, DATA_DIR/notifier; after a failed write it opens itself again.
  absl::StatusOr<std::unique_ptr<engine::Store>> OpenNotifierStore() const;
  // Where compliance keeps the definitions that its tasks have judged by.
  std::string definitions_folder() const { return PathOf("definitions"); }

 private:
  explicit Storage(const StorageOptions& options);
  std::string PathOf(const std::string& name) const;

  const StorageOptions options_;
  const std::shared_ptr<rocksdb::MemoryBudget> memory_;
  const std::unique_ptr<engine::StoreProvider> tasks_;
};

}  // namespace vardvakt::process
