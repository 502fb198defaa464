#include "lib/testkit/memory_log.h"

#include <gmock/gmock.h>

#include "lib/testkit/log_contract.h"
#include "lib/testkit/manual_clock.h"

namespace vardvakt::testkit {
namespace {

using engine::Offset;
using engine::Partition;
using engine::Record;

const Partition kPartition{"t", 0};

class MemoryLogUnderTest final : public LogUnderTest {
 public:
  engine::Log& log() override { return log_; }
  size_t max_record_bytes() const override { return 1000; }
  size_t max_unacknowledged() const override { return 2000; }
  void Stall() override { log_.HoldAcknowledgements(); }
  void Resume() override { log_.ReleaseAcknowledgements(); }

 private:
  ManualClock clock_;
  MemoryLog log_{clock_, {.max_unacknowledged = 2000, .max_record_bytes = 1000}};
};

INSTANTIATE_TEST_SUITE_P(Memory, LogContract,
                         testing::Values([] { return std::make_unique<MemoryLogUnderTest>(); }));

class MemoryLogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(log_.EnsureTopics({{"t", 1, engine::Retention::kKeep}}).ok()); }
  absl::StatusOr<Offset> Append(std::string value) {
    return log_.AppendAndWait({kPartition, "", std::move(value), {}}, milliseconds(0));
  }
  absl::Status Poll(Offset from) {
    return (*log_.OpenReader(kPartition, from))->Poll(100, Duration(0), records_);
  }

  ManualClock clock_;
  MemoryLog log_{clock_};
  std::vector<Record> records_;
};

TEST_F(MemoryLogTest, StampsWithTheClockButNeverBackwards) {
  const Instant began = clock_.Now();
  ASSERT_TRUE(Append("a").ok());
  clock_.Advance(-seconds(5));
  ASSERT_TRUE(Append("b").ok());
  clock_.Advance(seconds(6));
  ASSERT_TRUE(Append("c").ok());
  log_.SkewStamps(milliseconds(300));
  ASSERT_TRUE(Append("d").ok());
  ASSERT_TRUE(Poll(0).ok());
  ASSERT_EQ(records_.size(), 4u);
  EXPECT_EQ(records_[0].append_time, began);
  EXPECT_EQ(records_[1].append_time, began);
  EXPECT_EQ(records_[2].append_time, began + seconds(1));
  EXPECT_EQ(records_[3].append_time, began + milliseconds(1300));
}

TEST_F(MemoryLogTest, AFailedAppendIsThereOrNotAsTold) {
  log_.FailAppends(1, absl::UnavailableError("gone"), true);
  EXPECT_EQ(Append("there").status().code(), absl::StatusCode::kUnavailable);
  log_.FailAppends(1, absl::UnavailableError("gone"), false);
  EXPECT_EQ(Append("not there").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Append("after").ok());
  ASSERT_TRUE(Poll(0).ok());
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].value, "there");
  EXPECT_EQ(records_[1].value, "after");
}

TEST_F(MemoryLogTest, HiddenRecordsAreStampedButNotSeen) {
  log_.HideAppends();
  ASSERT_EQ(*Append("a"), 0);
  auto reader = log_.OpenReader(kPartition, 0);
  EXPECT_EQ(*(*reader)->End(), 0);
  ASSERT_TRUE(Poll(0).ok());
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(log_.Records(kPartition).size(), 1u);
  log_.ShowAppends();
  EXPECT_EQ(*(*reader)->End(), 1);
  ASSERT_TRUE(Poll(0).ok());
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(MemoryLogTest, UnreachableDroppedRecreatedAndDamagedAreTold) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append("x").ok());
  log_.SetReachable(false);
  EXPECT_EQ(Poll(0).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Append("x").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ((*log_.OpenReader(kPartition, 0))->End().status().code(), absl::StatusCode::kUnavailable);
  log_.SetReachable(true);

  log_.Damage(kPartition, 3);
  ASSERT_TRUE(Poll(0).ok());
  EXPECT_EQ(records_.size(), 3u);
  EXPECT_EQ(Poll(3).code(), absl::StatusCode::kDataLoss);

  log_.DropBefore(kPartition, 2);
  EXPECT_EQ(Poll(1).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(Poll(2).ok());
  EXPECT_EQ(*(*log_.OpenReader(kPartition, 2))->Beginning(), 2);

  log_.Recreate("t");
  EXPECT_EQ(Poll(2).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*Append("anew"), 0);
}

}  // namespace
}  // namespace vardvakt::testkit
