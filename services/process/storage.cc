#include "services/process/storage.h"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <utility>

#include "lib/adapters/embedded/log.h"
#include "lib/base/strings.h"

namespace vardvakt::process {

void DeclareStorage(runtime::Options& options, StorageOptions* storage) {
  options.Text("data-dir", &storage->data_dir, "Where state is kept; created when it is missing.")
      .Integer("memory-mb", &storage->memory_mb, "Memory for the stores' caches and write buffers, in MiB.",
               {.least = 64, .most = 1 << 20});
}

namespace {

// Of the keys and values that a task, and the notifier, writes.
constexpr uint32_t kTaskFormatVersion = 1;
constexpr uint32_t kNotifierFormatVersion = 1;

class TaskStores final : public engine::StoreProvider {
 public:
  TaskStores(std::string dir, std::shared_ptr<rocksdb::MemoryBudget> memory)
      : dir_(std::move(dir)), memory_(std::move(memory)) {}

  absl::StatusOr<std::unique_ptr<engine::Store>> Open(const std::string& name) override {
    std::error_code error;
    std::filesystem::create_directories(dir_, error);
    if (error) return absl::FailedPreconditionError(Cat(dir_, " can't be created: ", error.message()));
    return rocksdb::OpenStore(PathOf(name), {Cat("task ", name), kTaskFormatVersion}, {.memory = memory_});
  }

  absl::StatusOr<std::string> SetAside(const std::string& name) override {
    return rocksdb::SetAside(PathOf(name));
  }

  // Files may come and go meanwhile.
  std::optional<int64_t> SizeBytes(const std::string& name) override {
    int64_t sum = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator it(PathOf(name), error), end; !error && it != end;
         it.increment(error)) {
      std::error_code gone;
      const auto size = it->file_size(gone);
      if (!gone) sum += static_cast<int64_t>(size);
    }
    if (error) return std::nullopt;
    return sum;
  }

 private:
  std::string PathOf(const std::string& name) const { return (std::filesystem::path(dir_) / name).string(); }

  const std::string dir_;
  const std::shared_ptr<rocksdb::MemoryBudget> memory_;
};

// A store that is opened again after a write that failed, at the next call: what RocksDB then does is
// read-only.
class ReopenedStore final : public engine::Store {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<engine::Store>>()>;
  ReopenedStore(Open open, std::unique_ptr<engine::Store> store)
      : open_(std::move(open)), store_(std::move(store)) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    if (absl::Status status = Ensure(); !status.ok()) return status;
    return store_->Get(key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override {
    if (absl::Status status = Ensure(); !status.ok()) return status;
    return store_->MultiGet(keys);
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override {
    if (absl::Status status = Ensure(); !status.ok()) return status;
    return store_->Scan(from, to, visit);
  }
  absl::Status Write(engine::WriteBatch& batch, bool durable) override {
    if (absl::Status status = Ensure(); !status.ok()) return status;
    absl::Status written = store_->Write(batch, durable);
    if (!written.ok()) store_.reset();
    return written;
  }

 private:
  absl::Status Ensure() {
    if (store_ != nullptr) return absl::OkStatus();
    auto store = open_();
    if (store.ok()) store_ = *std::move(store);
    return store.status();
  }

  const Open open_;
  std::unique_ptr<engine::Store> store_;
};

}  // namespace

Storage::Storage(const StorageOptions& options)
    : options_(options),
      memory_(rocksdb::MakeMemoryBudget(options.memory_mb << 20)),
      tasks_(std::make_unique<TaskStores>(PathOf("tasks"), memory_)) {}

absl::StatusOr<std::unique_ptr<Storage>> Storage::Open(const StorageOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error || ::access(options.data_dir.c_str(), W_OK | X_OK) != 0) {
    return absl::FailedPreconditionError(
        Cat("the data directory ", options.data_dir, " can't be written",
            error ? Cat(" (", error.message(), ")") : std::string(),
            "; give it to the user that runs this, or name another one by --data-dir"));
  }
  return std::unique_ptr<Storage>(new Storage(options));
}

absl::StatusOr<std::unique_ptr<engine::Log>> Storage::OpenLog(const Clock& clock) {
  auto open = [dir = PathOf("log"), memory = memory_]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
    return rocksdb::OpenStore(dir, {std::string(embedded::kContent), embedded::kFormatVersion},
                              {.memory = memory, .wal_damage = rocksdb::WalDamage::kRefuse});
  };
  return embedded::OpenLog(std::move(open), clock);
}

absl::StatusOr<std::unique_ptr<engine::Store>> Storage::OpenNotifierStore() const {
  auto open = [dir = PathOf("notifier"),
               memory = memory_]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
    return rocksdb::OpenStore(dir, {"notifier", kNotifierFormatVersion}, {.memory = memory});
  };
  auto store = open();
  if (!store.ok()) return store.status();
  return std::make_unique<ReopenedStore>(std::move(open), *std::move(store));
}

std::string Storage::PathOf(const std::string& name) const {
  return (std::filesystem::path(options_.data_dir) / name).string();
}

}  // namespace vardvakt::process
