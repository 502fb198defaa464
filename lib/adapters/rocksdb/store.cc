#include "lib/adapters/rocksdb/store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "lib/adapters/rocksdb/info_log.h"
#include "lib/adapters/rocksdb/status.h"
#include "lib/base/strings.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_buffer_manager.h"

namespace vardvakt::rocksdb {

class MemoryBudget {
 public:
  explicit MemoryBudget(size_t bytes)
      : cache(::rocksdb::NewLRUCache(bytes)),
        // Half for write buffers at most; what they take, the cache gives up.
        write_buffers(std::make_shared<::rocksdb::WriteBufferManager>(bytes / 2, cache)) {}

  std::shared_ptr<::rocksdb::Cache> cache;
  std::shared_ptr<::rocksdb::WriteBufferManager> write_buffers;
};

std::shared_ptr<MemoryBudget> MakeMemoryBudget(size_t bytes) { return std::make_shared<MemoryBudget>(bytes); }

namespace {

namespace fs = std::filesystem;
using ::rocksdb::ColumnFamilyHandle;
using ::rocksdb::Slice;

constexpr size_t kOwnBudgetBytes = size_t{128} << 20;
// The identity lives in a column family of its own, out of the way of its owner's keys.
constexpr char kIdentityFamily[] = "identity";
constexpr char kContentKey[] = "content";
constexpr char kFormatKey[] = "format_version";

Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ToView(const Slice& slice) { return {slice.data(), slice.size()}; }

::rocksdb::ColumnFamilyOptions FamilyOptions(const StoreOptions& options) {
  ::rocksdb::BlockBasedTableOptions table;
  table.block_cache = options.memory->cache;
  table.cache_index_and_filter_blocks = true;  // else they are outside the budget
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(::rocksdb::NewBloomFilterPolicy(10));
  table.block_size = 8 << 10;
  table.format_version = 5;
  ::rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(::rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 3;
  family.compression = ::rocksdb::kLZ4Compression;
  family.level_compaction_dynamic_level_bytes = true;
  return family;
}

::rocksdb::DBOptions DatabaseOptions(const std::string& dir, const StoreOptions& options) {
  ::rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.write_buffer_manager = options.memory->write_buffers;
  const bool refuse = options.wal_damage == WalDamage::kRefuse;
  db.wal_recovery_mode = refuse ? ::rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                : ::rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // After a failed fsync nobody knows what the disk has of the log: a source of truth writes it out anew.
  db.avoid_flush_during_recovery = !refuse;
  db.max_total_wal_size = 4 * options.write_buffer_bytes;
  db.max_open_files = 512;
  db.max_background_jobs = 2;
  db.bytes_per_sync = 1 << 20;
  db.info_log = MakeInfoLog(dir);
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

class RocksStore final : public Store {
 public:
  RocksStore(Place place, ::rocksdb::DB* db, std::vector<ColumnFamilyHandle*> families,
             std::shared_ptr<MemoryBudget> memory)
      : place_(std::move(place)), memory_(std::move(memory)), db_(db), families_(std::move(families)) {}
  ~RocksStore() override {
    for (ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    std::string value;
    const ::rocksdb::Status status = db_->Get({}, ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return ToStatus(status, place_, "reading");
    return value;
  }

  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override {
    std::vector<Slice> slices;
    slices.reserve(keys.size());
    for (std::string_view key : keys) slices.push_back(ToSlice(key));
    std::vector<::rocksdb::PinnableSlice> values(keys.size());
    std::vector<::rocksdb::Status> statuses(keys.size());
    db_->MultiGet({}, db_->DefaultColumnFamily(), keys.size(), slices.data(), values.data(), statuses.data(),
                  std::is_sorted(keys.begin(), keys.end()));
    std::vector<std::optional<std::string>> found(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        found[i].emplace(values[i].data(), values[i].size());
      } else if (!statuses[i].IsNotFound()) {
        return ToStatus(statuses[i], place_, "reading");
      }
    }
    return found;
  }

  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override {
    if (from >= to) return absl::OkStatus();
    const Slice end = ToSlice(to);
    ::rocksdb::ReadOptions options;
    options.iterate_upper_bound = &end;
    std::unique_ptr<::rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(ToSlice(from)); it->Valid(); it->Next()) {
      if (!visit(ToView(it->key()), ToView(it->value()))) break;
    }
    return ToStatus(it->status(), place_, "reading");
  }

  absl::Status Write(engine::WriteBatch& batch, bool durable) override {
    rocks_batch_.Clear();
    for (const engine::WriteBatch::Op& op : batch.ops()) {
      const ::rocksdb::Status added =
          op.value.has_value() ? rocks_batch_.Put(op.key, *op.value) : rocks_batch_.Delete(op.key);
      if (!added.ok()) return ToStatus(added, place_, "writing");
    }
    ::rocksdb::WriteOptions options;
    options.sync = durable;
    const ::rocksdb::Status written = db_->Write(options, &rocks_batch_);
    if (written.ok()) batch.Clear();
    return ToStatus(written, place_, "writing");
  }

  absl::Status Checkpoint(const std::string& dir) override {
    ::rocksdb::Checkpoint* made = nullptr;
    ::rocksdb::Status status = ::rocksdb::Checkpoint::Create(db_.get(), &made);
    std::unique_ptr<::rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(dir);
    if (status.IsInvalidArgument()) {
      return absl::AlreadyExistsError(
          Cat("store ", place_.dir, ": copying to ", dir, ": ", status.ToString(), "; name a new directory"));
    }
    return ToStatus(status, place_, "copying");
  }

  absl::Status VerifyChecksums() override { return ToStatus(db_->VerifyChecksum(), place_, "verifying"); }

  uint64_t disk_bytes() const override {
    uint64_t tables = 0, live = 0;
    db_->GetIntProperty(::rocksdb::DB::Properties::kTotalSstFilesSize, &tables);
    db_->GetIntProperty(::rocksdb::DB::Properties::kSizeAllMemTables, &live);
    return tables + live;
  }

  absl::Status CheckIdentity(const Identity& identity);

 private:
  absl::Status WriteIdentity(const Identity& identity);
  absl::StatusOr<bool> IsEmpty();

  const Place place_;
  const std::shared_ptr<MemoryBudget> memory_;
  const std::unique_ptr<::rocksdb::DB> db_;
  const std::vector<ColumnFamilyHandle*> families_;  // default, identity
  ::rocksdb::WriteBatch rocks_batch_;
};

absl::StatusOr<bool> RocksStore::IsEmpty() {
  std::unique_ptr<::rocksdb::Iterator> it(db_->NewIterator({}));
  it->SeekToFirst();
  if (!it->status().ok()) return ToStatus(it->status(), place_, "reading");
  return !it->Valid();
}

absl::Status RocksStore::WriteIdentity(const Identity& identity) {
  ::rocksdb::WriteBatch batch;
  ::rocksdb::Status status = batch.Put(families_[1], kContentKey, identity.content);
  if (status.ok()) status = batch.Put(families_[1], kFormatKey, std::to_string(identity.format_version));
  ::rocksdb::WriteOptions options;
  options.sync = true;
  if (status.ok()) status = db_->Write(options, &batch);
  // In a table at once: a family that is never flushed would hold every later write-ahead log.
  if (status.ok()) status = db_->Flush({}, families_[1]);
  return ToStatus(status, place_, "writing");
}

absl::Status RocksStore::CheckIdentity(const Identity& identity) {
  std::string content, format;
  ::rocksdb::Status status = db_->Get({}, families_[1], kContentKey, &content);
  if (status.IsNotFound()) {
    auto empty = IsEmpty();
    if (!empty.ok()) return empty.status();
    if (*empty) return WriteIdentity(identity);
    return absl::FailedPreconditionError(Cat(
        "store ", place_.dir, " holds data that says nothing of what it is; name another data directory"));
  }
  if (status.ok()) status = db_->Get({}, families_[1], kFormatKey, &format);
  if (!status.ok()) return ToStatus(status, place_, "reading");
  if (content != identity.content) {
    return absl::FailedPreconditionError(Cat("store ", place_.dir, " holds \"", content, "\", not \"",
                                             identity.content, "\"; name another data directory"));
  }
  if (format == std::to_string(identity.format_version)) return absl::OkStatus();
  const bool newer = std::stoul("0" + format) > identity.format_version;
  return absl::FailedPreconditionError(
      Cat("store ", place_.dir, " has format version ", format, ", ", newer ? "newer" : "older",
          " than this program's ", identity.format_version,
          newer ? "; run the program that wrote it, or " : "; ", place_.remedy));
}

absl::Status MakeDirectory(const std::string& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (!error) return absl::OkStatus();
  const std::string text = Cat("data directory ", dir, " can't be made: ", error.message());
  if (error == std::errc::no_space_on_device) {
    return absl::ResourceExhaustedError(Cat(text, "; free space on that disk"));
  }
  return absl::PermissionDeniedError(Cat(text, "; make it, writable for this user, or name another one"));
}

// RocksDB would make a new, empty database beside the old tables.
absl::Status CheckCurrent(const Place& place) {
  std::error_code error;
  if (fs::exists(place.dir + "/CURRENT", error)) return absl::OkStatus();
  for (fs::directory_iterator it(place.dir, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".sst") {
      return absl::DataLossError(
          Cat("store ", place.dir, " has tables but no CURRENT file; it can't be trusted: ", place.remedy));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& dir, const Identity& identity,
                                                 const StoreOptions& given) {
  StoreOptions options = given;
  if (options.memory == nullptr) options.memory = MakeMemoryBudget(kOwnBudgetBytes);
  if (absl::Status made = MakeDirectory(dir); !made.ok()) return made;
  Place place{dir};
  if (options.wal_damage == WalDamage::kRefuse) place.remedy = "restore it from a copy";
  if (absl::Status whole = CheckCurrent(place); !whole.ok()) return whole;

  ::rocksdb::ColumnFamilyOptions identity_family = FamilyOptions(options);
  identity_family.write_buffer_size = 64 << 10;
  const std::vector<::rocksdb::ColumnFamilyDescriptor> families = {
      {::rocksdb::kDefaultColumnFamilyName, FamilyOptions(options)}, {kIdentityFamily, identity_family}};
  std::vector<ColumnFamilyHandle*> handles;
  ::rocksdb::DB* db = nullptr;
  const ::rocksdb::Status opened =
      ::rocksdb::DB::Open(DatabaseOptions(dir, options), dir, families, &handles, &db);
  if (!opened.ok()) return OpenStatus(opened, place);
  auto store = std::make_unique<RocksStore>(place, db, std::move(handles), options.memory);
  if (absl::Status known = store->CheckIdentity(identity); !known.ok()) return known;
  if (options.verify_checksums) {
    if (absl::Status sound = store->VerifyChecksums(); !sound.ok()) return sound;
  }
  return store;
}

absl::StatusOr<std::string> SetAside(const std::string& dir) {
  for (int n = 1;; ++n) {
    const std::string aside = Cat(dir, ".damaged-", n);
    std::error_code error;
    if (fs::exists(aside, error)) continue;
    fs::rename(dir, aside, error);
    if (!error) return aside;
    return absl::PermissionDeniedError(
        Cat("store ", dir, " can't be set aside as ", aside, ": ", error.message(), "; move it by hand"));
  }
}

}  // namespace vardvakt::rocksdb
