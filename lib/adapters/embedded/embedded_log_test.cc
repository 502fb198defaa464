#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "lib/adapters/embedded/codec.h"
#include "lib/adapters/embedded/log.h"
#include "lib/adapters/rocksdb/store.h"
#include "lib/base/strings.h"
#include "lib/testkit/child_process.h"
#include "lib/testkit/log_contract.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_store.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::embedded {
namespace {

using engine::Log;
using engine::Offset;
using engine::Partition;
using engine::Record;
using engine::Retention;
using testing::ElementsAre;
using testkit::ChildProcess;
using testkit::LogContract;
using testkit::ManualClock;
using testkit::MemoryStore;
using testkit::TempDir;

const Partition kPartition{"t", 0};

StoreOpener RocksOpener(const std::string& dir) {
  return [dir]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
    return rocksdb::OpenStore(dir, {std::string(kContent), kFormatVersion},
                              {.wal_damage = rocksdb::WalDamage::kRefuse});
  };
}

class EmbeddedUnderTest final : public testkit::LogUnderTest {
 public:
  EmbeddedUnderTest() { Reopen(); }
  Log& log() override { return *log_; }
  bool Reopen() override {
    log_.reset();
    auto opened =
        OpenLog(RocksOpener(dir_ / "log"), clock_, {.max_unacknowledged = 2000, .max_record_bytes = 500'000});
    EXPECT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(*opened);
    return true;
  }
  size_t max_record_bytes() const override { return 500'000; }
  size_t max_unacknowledged() const override { return 2000; }
  void Stall() override { stalled_.Stall(*log_, "stall"); }
  void Resume() override { stalled_.Resume(); }

 private:
  TempDir dir_;
  ManualClock clock_;
  testkit::StalledCallback stalled_;
  std::unique_ptr<Log> log_;
};

INSTANTIATE_TEST_SUITE_P(Embedded, LogContract,
                         testing::Values([] { return std::make_unique<EmbeddedUnderTest>(); }));

void WaitFor(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(milliseconds(1));
  }
}

// The log on a store whose faults the test commands; opening it again is a crash.
class EmbeddedLogTest : public testing::Test {
 protected:
  void Open(Retention retention = Retention::kKeep) {
    auto opened = OpenLog(
        [this]() -> absl::StatusOr<std::unique_ptr<engine::Store>> {
          if (!openable_) return absl::ResourceExhaustedError("no space left; free some");
          store_.Crash();
          return store_.OpenHandle();
        },
        clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = *std::move(opened);
    ASSERT_TRUE(log_->EnsureTopics({{"t", 1, retention}}).ok());
  }
  absl::StatusOr<Offset> Append(std::string value, std::string key = "") {
    return log_->AppendAndWait({kPartition, std::move(key), std::move(value), {}});
  }
  std::vector<std::string> Values(Offset from) {
    std::vector<Record> records;
    const absl::Status polled = (*log_->OpenReader(kPartition, from))->Poll(1000, Duration(0), records);
    EXPECT_TRUE(polled.ok()) << polled;
    std::vector<std::string> values;
    for (const Record& record : records) values.push_back(record.value);
    return values;
  }
  absl::StatusOr<Offset> Beginning() { return (*log_->OpenReader(kPartition, 0))->Beginning(); }
  void WaitUntilItWritesAgain() {
    WaitFor([&] { return (*log_->OpenReader(kPartition, 0))->End().ok(); });
  }

  MemoryStore store_;
  ManualClock clock_;
  std::atomic<bool> openable_ = true;
  std::unique_ptr<Log> log_;
};

TEST_F(EmbeddedLogTest, StampsWithItsClockButNeverBackwardsAcrossRestarts) {
  Open();
  const Instant began = clock_.Now();
  ASSERT_TRUE(Append("a").ok());
  log_.reset();
  clock_.Advance(-hours(1));
  Open();
  ASSERT_TRUE(Append("b").ok());
  clock_.Advance(hours(2));
  ASSERT_TRUE(Append("c").ok());
  std::vector<Record> records;
  ASSERT_TRUE((*log_->OpenReader(kPartition, 0))->Poll(10, Duration(0), records).ok());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].append_time, began);
  EXPECT_EQ(records[1].append_time, began);
  EXPECT_EQ(records[2].append_time, began + hours(1));
}

TEST_F(EmbeddedLogTest, AcknowledgesOnlyWhatIsDurable) {
  Open();
  ASSERT_TRUE(Append("a").ok());
  EXPECT_EQ(store_.unsynced_batches(), 0u);
}

TEST_F(EmbeddedLogTest, RecoversFromAFailedWriteWithWhatTheStoreHas) {
  for (const bool applied : {false, true}) {
    Open();
    const Offset end = *Append("before") + 1;
    store_.FailWrite(1, applied);
    EXPECT_EQ(Append("unsure").status().code(), absl::StatusCode::kUnavailable);
    WaitUntilItWritesAgain();
    EXPECT_EQ(*Append("after"), applied ? end + 1 : end);
    if (applied) {
      EXPECT_THAT(Values(end), ElementsAre("unsure", "after"));
    } else {
      EXPECT_THAT(Values(end), ElementsAre("after"));
    }
    log_.reset();
  }
}

TEST_F(EmbeddedLogTest, IsUnavailableWithTheCauseWhileItsStoreCannotBeOpened) {
  Open();
  ASSERT_TRUE(Append("before").ok());
  openable_ = false;
  store_.FailWrite(1, false);
  EXPECT_FALSE(Append("lost").ok());
  WaitFor(
      [&] { return std::string(Append("x").status().message()).find("no space left") != std::string::npos; });
  EXPECT_EQ(Append("x").status().code(), absl::StatusCode::kUnavailable);
  std::vector<Record> records;
  auto reader = log_->OpenReader(kPartition, 0);
  EXPECT_EQ((*reader)->Poll(1, Duration(0), records).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ((*reader)->End().status().code(), absl::StatusCode::kUnavailable);
  openable_ = true;
  WaitUntilItWritesAgain();
  EXPECT_TRUE(Append("after").ok());
  EXPECT_THAT(Values(0), ElementsAre("before", "after"));
}

TEST_F(EmbeddedLogTest, AMissingOrDamagedRecordIsDataLoss) {
  Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append(Cat(i)).ok());
  engine::WriteBatch hole;
  hole.Delete(RecordKey({1, 0}, 3));
  ASSERT_TRUE(store_.Write(hole, true).ok());
  std::vector<Record> records;
  auto reader = log_->OpenReader(kPartition, 0);
  EXPECT_EQ((*reader)->Poll(10, Duration(0), records).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(records.size(), 3u);
  EXPECT_EQ((*reader)->position(), 3);
  store_.Damage(RecordKey({1, 0}, 4));
  EXPECT_EQ((*log_->OpenReader(kPartition, 4))->Poll(10, Duration(0), records).code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(EmbeddedLogTest, DropsRecordsAfter90Days) {
  Open(Retention::kDays90);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append("old").ok());
  clock_.Advance(days(89));
  ASSERT_TRUE(Append("newer").ok());
  clock_.Advance(days(1) + milliseconds(1));
  ASSERT_TRUE(Append("newest").ok());
  WaitFor([&] { return *Beginning() == 3; });
  EXPECT_THAT(Values(3), ElementsAre("newer", "newest"));
  std::vector<Record> records;
  EXPECT_EQ((*log_->OpenReader(kPartition, 2))->Poll(1, Duration(0), records).code(),
            absl::StatusCode::kOutOfRange);
  log_.reset();
  Open(Retention::kDays90);
  EXPECT_EQ(*(*log_->OpenReader(kPartition, 3))->End(), 5);
}

TEST_F(EmbeddedLogTest, DropsTombstonesAfterADayWithAllTraceOfTheirKey) {
  Open(Retention::kCompact);
  ASSERT_TRUE(Append("1", "gone").ok());
  ASSERT_TRUE(Append("", "gone").ok());
  ASSERT_TRUE(Append("", "back").ok());
  ASSERT_TRUE(Append("2", "back").ok());
  EXPECT_THAT(Values(0), ElementsAre("", "2"));
  clock_.Advance(days(1) + milliseconds(1));
  ASSERT_TRUE(Append("3", "other").ok());
  WaitFor([&] { return Values(0).size() == 2; });
  EXPECT_THAT(Values(0), ElementsAre("2", "3"));
  const auto pairs = store_.pairs();
  EXPECT_FALSE(pairs.contains(LastOfKeyKey({1, 0}, "gone")));
  EXPECT_TRUE(pairs.contains(LastOfKeyKey({1, 0}, "back")));
  EXPECT_EQ(*Append("4", "gone"), 5);
}

TEST_F(EmbeddedLogTest, EndCountsWhatIsStampedBeforeItIsShown) {
  // Many appends in flight: at no time may a reader that has read to End see an older stamp than the clock it
  // read before asking.
  Open();
  std::jthread appends([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      clock_.Advance(milliseconds(1));
      log_->appender()->Append({kPartition, "", "x", {}}, [](const auto&) {}).IgnoreError();  // when full
    }
  });
  auto reader = *log_->OpenReader(kPartition, 0);
  Instant log_time = kBeginningOfTime;
  std::vector<Record> records;
  size_t read = 0;
  while (read < 100'000) {
    records.clear();
    const Instant before = clock_.Now();
    const Offset end = *reader->End();
    ASSERT_TRUE(reader->Poll(1000, Duration(0), records).ok());
    for (const Record& record : records) ASSERT_GE(record.append_time, log_time);
    read += records.size();
    if (!records.empty()) log_time = std::max(log_time, records.back().append_time);
    if (reader->position() >= end) log_time = std::max(log_time, before - milliseconds(1));
  }
}

TEST(EmbeddedLogCrashTest, LosesNothingAcknowledgedToKill9) {
  TempDir dir;
  ManualClock clock;
  Offset acknowledged = 0;
  for (int round = 0; round < 4; ++round) {
    ChildProcess appender({CRASH_APPENDER, dir / "log"});
    ASSERT_EQ(appender.ReadLine(), "open");
    for (int i = 0; i < 20; ++i) acknowledged = std::stol(appender.ReadLine().value());
    appender.Kill9();
    while (auto line = appender.ReadLine(milliseconds(0))) acknowledged = std::stol(*line);

    auto log = OpenLog(RocksOpener(dir / "log"), clock);
    ASSERT_TRUE(log.ok()) << log.status();
    auto reader = *(*log)->OpenReader(kPartition, 0);
    const Offset end = *reader->End();
    EXPECT_GT(end, acknowledged);
    std::vector<Record> records;
    while (reader->position() < end) ASSERT_TRUE(reader->Poll(10'000, Duration(0), records).ok());
    ASSERT_EQ(static_cast<Offset>(records.size()), end);
    for (size_t i = 1; i < records.size(); ++i) ASSERT_GE(records[i].append_time, records[i - 1].append_time);
  }
}

}  // namespace
}  // namespace vardvakt::embedded
