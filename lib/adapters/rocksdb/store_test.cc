#include "lib/adapters/rocksdb/store.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "lib/adapters/rocksdb/info_log.h"
#include "lib/adapters/rocksdb/status.h"
#include "lib/base/strings.h"
#include "lib/testkit/child_process.h"
#include "lib/testkit/store_contract.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::rocksdb {
namespace {

namespace fs = std::filesystem;
using engine::WriteBatch;
using testing::HasSubstr;
using testkit::ChildProcess;
using testkit::StoreContract;
using testkit::TempDir;

const Identity kIdentity{.content = "crash test"};

class RocksUnderTest final : public testkit::StoreUnderTest {
 public:
  RocksUnderTest() { Reopen(); }
  engine::Store& store() override { return *store_; }
  bool Reopen() override {
    store_.reset();
    auto opened = OpenStore(dir_ / "db", kIdentity, {.write_buffer_bytes = 64 << 10});
    EXPECT_TRUE(opened.ok()) << opened.status();
    store_ = std::move(*opened);
    return true;
  }

 private:
  TempDir dir_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(RocksDb, StoreContract,
                         testing::Values([] { return std::make_unique<RocksUnderTest>(); }));

absl::Status Put(engine::Store& store, std::string key, std::string value) {
  WriteBatch batch;
  batch.Put(std::move(key), std::move(value));
  return store.Write(batch, true);
}

// Changes bytes in the middle of a file.
void DamageFile(const fs::path& file, std::streamoff at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(at);
  bytes.write("\x5a\xa5\x5a\xa5", 4);
  ASSERT_TRUE(bytes.good()) << file;
}

fs::path LargestFile(const std::string& dir, const std::string& extension) {
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (entry.path().extension() == extension &&
        (largest.empty() || entry.file_size() > fs::file_size(largest))) {
      largest = entry.path();
    }
  }
  return largest;
}

class RocksStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(const StoreOptions& options = {}) {
    auto store = OpenStore(path_, kIdentity, options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  absl::Status OpenError(const Identity& identity = kIdentity, const StoreOptions& options = {}) {
    return OpenStore(path_, identity, options).status();
  }

  TempDir dir_;
  const std::string path_ = dir_ / "deep/er/db";
};

TEST_F(RocksStoreTest, RefusesAnotherContentAndAnotherFormat) {
  Open();
  const absl::Status other = OpenError({.content = "something else"});
  EXPECT_EQ(other.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(other.message()), HasSubstr("holds \"crash test\", not \"something else\""));

  {
    auto newer = OpenStore(dir_ / "newer", {.content = "crash test", .format_version = 2});
    ASSERT_TRUE(newer.ok());
  }
  const absl::Status refused = OpenStore(dir_ / "newer", kIdentity).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("format version 2, newer than this program's 1"));
  EXPECT_TRUE(OpenStore(path_, kIdentity).ok());  // a refusal leaves everything as it was
}

TEST_F(RocksStoreTest, RefusesASecondProcessByName) {
  ChildProcess first({CRASH_WRITER, path_});
  ASSERT_EQ(first.ReadLine(), "open");
  const absl::Status refused = OpenError();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr(Cat("in use by process ", first.pid())));
  first.Kill9();
  EXPECT_NE(Open(), nullptr);
}

TEST_F(RocksStoreTest, RefusesASecondOpeningInThisProcess) {
  auto first = Open();
  EXPECT_EQ(OpenError().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(Put(*first, "a", "1").ok());
  // The refusal must not have dropped our lock.
  ChildProcess second({CRASH_WRITER, path_});
  EXPECT_THAT(second.ReadLine().value_or(""), HasSubstr("refused"));
}

TEST_F(RocksStoreTest, SaysWhyADirectoryCannotBeMade) {
  std::ofstream(dir_ / "file") << "in the way";
  const absl::Status refused = OpenStore(dir_ / "file/db", kIdentity).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("file/db can't be made"));
}

TEST_F(RocksStoreTest, NamesTheCauseOfAFailure) {
  using Rocks = ::rocksdb::Status;
  EXPECT_EQ(ToStatus(Rocks::NoSpace(), Place{"d"}, "writing").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ToStatus(Rocks::Corruption("x"), Place{"d"}, "reading").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ToStatus(Rocks::IOError("x"), Place{"d"}, "writing").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(OpenStatus(Rocks::NotSupported("x"), Place{"d"}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksStoreTest, SurvivesKill9WithWholeBatches) {
  long acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    {
      ChildProcess writer({CRASH_WRITER, path_});
      ASSERT_EQ(writer.ReadLine(), "open");
      for (int i = 0; i < 40 * (round + 1); ++i) acknowledged = std::stol(writer.ReadLine().value());
      writer.Kill9();
      while (auto line = writer.ReadLine(std::chrono::milliseconds(0))) acknowledged = std::stol(*line);
    }
    auto store = Open();
    ASSERT_NE(store, nullptr);
    const std::string last = store->Get("last")->value();
    EXPECT_GE(std::stol(last), acknowledged);
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(store->Get(Cat("k", i))->value(), last + std::string(500, 'x'));
    }
  }
}

TEST_F(RocksStoreTest, ADamagedTableIsAnErrorAndNeverNotFound) {
  constexpr int kKeys = 5000;
  {
    auto store = Open();
    WriteBatch batch;
    for (int i = 0; i < kKeys; ++i)
      batch.Put(Cat("key", i), std::string(100, static_cast<char>('a' + i % 26)));
    ASSERT_TRUE(store->Write(batch, true).ok());
    // A checkpoint flushes what is in memory to tables.
    ASSERT_TRUE(store->Checkpoint(dir_ / "copy").ok());
    EXPECT_EQ(store->Checkpoint(dir_ / "copy").code(), absl::StatusCode::kAlreadyExists);
  }
  {
    auto copy = OpenStore(dir_ / "copy", kIdentity);
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_TRUE((*copy)->VerifyChecksums().ok());
    EXPECT_TRUE((*copy)->Get("key77")->has_value());
  }
  const fs::path table = LargestFile(dir_ / "copy", ".sst");
  ASSERT_FALSE(table.empty());
  DamageFile(table, static_cast<std::streamoff>(fs::file_size(table) / 3));

  EXPECT_EQ(OpenStore(dir_ / "copy", kIdentity, {.verify_checksums = true}).status().code(),
            absl::StatusCode::kDataLoss);
  auto copy = OpenStore(dir_ / "copy", kIdentity);
  ASSERT_TRUE(copy.ok()) << copy.status();
  int errors = 0;
  for (int i = 0; i < kKeys; ++i) {
    auto value = (*copy)->Get(Cat("key", i));
    EXPECT_TRUE(!value.ok() || value->has_value()) << "lost without a word: " << i;
    if (!value.ok()) {
      EXPECT_EQ(value.status().code(), absl::StatusCode::kDataLoss);
      ++errors;
    }
  }
  EXPECT_GT(errors, 0);
  auto visit = [](std::string_view, std::string_view) { return true; };
  EXPECT_EQ((*copy)->Scan("", "\xff", visit).code(), absl::StatusCode::kDataLoss);
}

TEST_F(RocksStoreTest, ADamagedWriteAheadLogStopsBeforeItOrIsRefused) {
  {
    auto store = Open();
    for (int i = 0; i < 100; ++i) {
      WriteBatch batch;
      batch.Put("state", Cat(i, std::string(200, 's')));
      batch.Put("offset", Cat(i));
      ASSERT_TRUE(store->Write(batch, true).ok());
    }
  }
  const fs::path wal = LargestFile(path_, ".log");
  ASSERT_FALSE(wal.empty());
  DamageFile(wal, static_cast<std::streamoff>(fs::file_size(wal) / 2));

  const absl::Status refused = OpenError(kIdentity, {.wal_damage = WalDamage::kRefuse});
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
  auto store = Open({.wal_damage = WalDamage::kStopBefore});
  ASSERT_NE(store, nullptr);
  const std::string offset = store->Get("offset")->value();
  EXPECT_LT(std::stoi(offset), 99);
  EXPECT_EQ(store->Get("state")->value(), Cat(offset, std::string(200, 's')));
}

TEST_F(RocksStoreTest, ATornWriteAheadLogIsNoDamage) {
  {
    auto store = Open({.wal_damage = WalDamage::kRefuse});
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(Put(*store, "last", Cat(i)).ok());
  }
  const fs::path wal = LargestFile(path_, ".log");
  fs::resize_file(wal, fs::file_size(wal) - 5);
  auto store = Open({.wal_damage = WalDamage::kRefuse});
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->Get("last")->value(), "8");
}

TEST_F(RocksStoreTest, MissingFilesAreRefusedAndTheStoreSetAside) {
  {
    auto store = Open();
    ASSERT_TRUE(Put(*store, "a", "1").ok());
  }
  fs::remove(path_ + "/CURRENT");
  const absl::Status refused = OpenError();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
  EXPECT_EQ(*SetAside(path_), path_ + ".damaged-1");
  EXPECT_TRUE(fs::exists(path_ + ".damaged-1/IDENTITY"));
  Open();
  EXPECT_EQ(*SetAside(path_), path_ + ".damaged-2");
  EXPECT_EQ(SetAside(path_).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(RocksStoreTest, GoesOnWhereItsOwnLogCantBeWritten) {
  fs::create_directories(dir_ / "full");
  fs::create_symlink("/dev/full", dir_ / "full/LOG");
  auto store = OpenStore(dir_ / "full", kIdentity);
  ASSERT_TRUE(store.ok()) << store.status();
  const auto log = MakeInfoLog(dir_ / "full");
  for (int i = 0; i < 3; ++i) ::rocksdb::Log(::rocksdb::InfoLogLevel::WARN_LEVEL, log, "no room for %d", i);
  WriteBatch batch;
  batch.Put("key", "value");
  EXPECT_TRUE((*store)->Write(batch, true).ok());
}

TEST_F(RocksStoreTest, KeepsTheNewestOfItsOwnLog) {
  fs::create_directories(path_);
  const auto log = MakeInfoLog(path_);
  const std::string text(4000, 'x');
  for (int i = 0; i < 3000; ++i) ::rocksdb::Log(::rocksdb::InfoLogLevel::WARN_LEVEL, log, "%s", text.c_str());
  EXPECT_GT(fs::file_size(path_ + "/LOG"), 0U);
  EXPECT_LT(fs::file_size(path_ + "/LOG"), size_t{5} << 20);
  EXPECT_LT(fs::file_size(path_ + "/LOG.old"), size_t{5} << 20);
}

TEST_F(RocksStoreTest, StoresShareOneBudget) {
  auto memory = MakeMemoryBudget(8 << 20);
  auto one = Open({.memory = memory});
  auto two = OpenStore(dir_ / "two", kIdentity, {.memory = memory});
  ASSERT_TRUE(two.ok());
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(Put(*one, Cat(i), std::string(50'000, 'x')).ok());
    ASSERT_TRUE(Put(**two, Cat(i), std::string(50'000, 'y')).ok());
  }
  EXPECT_GT(one->disk_bytes(), 0u);
  EXPECT_EQ(one->Get("17")->value(), std::string(50'000, 'x'));
  EXPECT_EQ((*two)->Get("17")->value(), std::string(50'000, 'y'));
}

}  // namespace
}  // namespace vardvakt::rocksdb
