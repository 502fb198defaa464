// What only a real Kafka can do to its log.
#include "lib/adapters/kafka/log.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "lib/adapters/kafka/admin.h"
#include "lib/base/strings.h"
#include "lib/testkit/child_process.h"
#include "tests/integration/kafka/broker.h"

namespace vardvakt::kafka {
namespace {

using engine::Offset;
using engine::Partition;
using engine::Record;
using engine::Retention;
using testing::HasSubstr;
using Steady = std::chrono::steady_clock;

constexpr Duration kPatience = seconds(60);

class KafkaLogTest : public testing::Test {
 protected:
  void SetUp() override {
    log_ = *OpenLog(options_);
    client_ = *Client::Make(RD_KAFKA_PRODUCER, options_, {}, {});
  }

  Partition MakeTopic() {
    const Partition partition{NewName(), 0};
    const absl::Status made = log_->EnsureTopics({{partition.topic, 1, Retention::kKeep}});
    EXPECT_TRUE(made.ok()) << made;
    return partition;
  }
  void Append(const Partition& partition, int count) {
    std::atomic<int> acknowledged = 0;
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(log_->appender()
                      ->Append({partition, "", Cat(i), {}},
                               [&](absl::StatusOr<Offset> offset) { acknowledged += offset.ok() ? 1 : 0; })
                      .ok());
    }
    ASSERT_TRUE(log_->appender()->Flush(kPatience).ok());
    ASSERT_EQ(acknowledged, count);
  }
  // Polls until there is a record or an error.
  absl::Status Poll(engine::Reader& reader, std::vector<Record>& records) {
    const auto deadline = Steady::now() + kPatience;
    const size_t before = records.size();
    absl::Status polled;
    while (polled.ok() && records.size() == before && Steady::now() < deadline) {
      polled = reader.Poll(100, milliseconds(100), records);
    }
    return polled;
  }
  absl::Status PollError(const Partition& partition, Offset from) {
    std::vector<Record> records;
    auto reader = log_->OpenReader(partition, from);
    return reader.ok() ? Poll(**reader, records) : reader.status();
  }

  const Options options_ = OptionsForTests();
  std::unique_ptr<engine::Log> log_;
  std::unique_ptr<Client> client_;
};

TEST_F(KafkaLogTest, TwoReadersOfOnePartitionAreApart) {
  const Partition partition = MakeTopic();
  Append(partition, 10);
  auto first = *log_->OpenReader(partition, 0);
  auto second = *log_->OpenReader(partition, 9);
  std::vector<Record> records;
  ASSERT_TRUE(Poll(*first, records).ok());
  EXPECT_EQ(records.front().offset, 0);
  records.clear();
  ASSERT_TRUE(Poll(*second, records).ok());
  EXPECT_EQ(records.front().offset, 9);
  first.reset();
  auto third = *log_->OpenReader(partition, 5);
  records.clear();
  ASSERT_TRUE(Poll(*third, records).ok());
  EXPECT_EQ(records.front().offset, 5);
}

TEST_F(KafkaLogTest, DroppedRecordsAreOutOfRangeAndTheReasonIsSaid) {
  const Partition partition = MakeTopic();
  Append(partition, 10);
  ASSERT_TRUE(Admin(*client_, options_).DeleteRecords(partition, 4).ok());
  const absl::Status lost = PollError(partition, 3);
  EXPECT_EQ(lost.code(), absl::StatusCode::kOutOfRange) << lost;
  EXPECT_THAT(std::string(lost.message()), HasSubstr("the topic was shortened or created anew"));
  auto reader = *log_->OpenReader(partition, 4);
  EXPECT_EQ(*reader->Beginning(), 4);
  std::vector<Record> records;
  ASSERT_TRUE(Poll(*reader, records).ok());
  EXPECT_EQ(records.front().offset, 4);
}

TEST_F(KafkaLogTest, ATopicCreatedAnewIsTold) {
  const Partition partition = MakeTopic();
  Append(partition, 10);
  auto reader = *log_->OpenReader(partition, 0);
  std::vector<Record> records;
  while (records.size() < 10) ASSERT_TRUE(Poll(*reader, records).ok());
  Admin admin(*client_, options_);
  ASSERT_TRUE(admin.Delete(partition.topic).ok());
  absl::Status created;
  const auto deadline = Steady::now() + kPatience;
  do {  // the name is free only after a while
    created = admin.Create(partition.topic, 1, SettingsOf({partition.topic, 1, Retention::kKeep}));
  } while (!created.ok() && Steady::now() < deadline);
  ASSERT_TRUE(created.ok()) << created;
  ASSERT_TRUE(admin.WaitForLeaders({{partition.topic, 1, Retention::kKeep}}).ok());
  const absl::Status told = Poll(*reader, records);
  EXPECT_TRUE(absl::IsOutOfRange(told) || absl::IsNotFound(told)) << told;
  EXPECT_EQ(reader->Poll(1, Duration(0), records), told);  // it stays so
}

TEST_F(KafkaLogTest, RecordsStampedByTheirProducerAreRefused) {
  const Partition partition{NewName(), 0};
  Admin admin(*client_, options_);
  ASSERT_TRUE(admin.Create(partition.topic, 1, {{"message.timestamp.type", "CreateTime"}}).ok());
  ASSERT_TRUE(admin.WaitForLeaders({{partition.topic, 1, Retention::kKeep}}).ok());
  Append(partition, 1);
  const absl::Status refused = PollError(partition, 0);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;

  const absl::Status checked = log_->CheckTopics({{partition.topic, 1, Retention::kKeep}});
  EXPECT_THAT(std::string(checked.message()),
              HasSubstr("has message.timestamp.type=CreateTime, not LogAppendTime"));
  EXPECT_THAT(
      std::string(checked.message()),
      HasSubstr("is not kept but has cleanup.policy=delete retention.ms=604800000 retention.bytes=-1"));
}

TEST_F(KafkaLogTest, ABrokerThatIsGoneIsUnavailableAndLosesNothing) {
  testkit::KafkaServer broker;
  Options options = options_;
  options.bootstrap_servers = broker.bootstrap();
  options.answer_timeout = seconds(2);
  std::atomic<int> warnings = 0;
  options.warn = [&](std::string_view) { ++warnings; };
  auto log = *OpenLog(options);
  const Partition partition{"t", 0};
  ASSERT_TRUE(log->EnsureTopics({{"t", 1, Retention::kKeep}}).ok());
  ASSERT_EQ(*log->AppendAndWait({partition, "", "before", {}}), 0);
  auto reader = *log->OpenReader(partition, 0);
  std::vector<Record> records;
  ASSERT_TRUE(Poll(*reader, records).ok());
  auto closed_meanwhile = *log->OpenReader(partition, 0);
  ASSERT_TRUE(Poll(*closed_meanwhile, records).ok());
  records.resize(1);

  broker.Kill9();
  closed_meanwhile.reset();
  const absl::Status gone = reader->End().status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable) << gone;
  EXPECT_EQ(log->CheckTopics({{"t", 1, Retention::kKeep}}).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(reader->Poll(10, milliseconds(100), records).ok());
  EXPECT_EQ(records.size(), 1u);
  std::promise<absl::StatusOr<Offset>> during;
  ASSERT_TRUE(log->appender()
                  ->Append({partition, "", "during", {}},
                           [&](absl::StatusOr<Offset> offset) { during.set_value(std::move(offset)); })
                  .ok());
  broker.Restart();
  const absl::StatusOr<Offset> appended = during.get_future().get();
  ASSERT_TRUE(appended.ok()) << appended.status();
  ASSERT_TRUE(Poll(*reader, records).ok());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].value, "during");
  EXPECT_EQ(*reader->End(), 2);
  EXPECT_GT(warnings, 0);
}

TEST_F(KafkaLogTest, AnAppendThatNobodyAnswersFailsInTimeAndTheNextOneGoesOn) {
  testkit::KafkaServer broker;
  Options options = options_;
  options.bootstrap_servers = broker.bootstrap();
  options.delivery_timeout = seconds(2);
  auto log = *OpenLog(options);
  const Partition partition{"t", 0};
  ASSERT_TRUE(log->EnsureTopics({{"t", 1, Retention::kKeep}}).ok());
  ASSERT_TRUE(log->AppendAndWait({partition, "", "before", {}}).ok());
  broker.Pause();
  const auto began = Steady::now();
  const absl::Status failed = log->AppendAndWait({partition, "", "unsure", {}}, kPatience).status();
  EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable) << failed;
  EXPECT_LT(Steady::now() - began, seconds(20));
  broker.Continue();
  absl::StatusOr<Offset> after;
  const auto deadline = Steady::now() + kPatience;
  do {
    after = log->AppendAndWait({partition, "", "after", {}}, kPatience);
  } while (!after.ok() && Steady::now() < deadline);
  EXPECT_TRUE(after.ok()) << after.status();
}

TEST_F(KafkaLogTest, OpeningNeedsNoBroker) {
  Options options;
  options.bootstrap_servers = Cat("127.0.0.1:", testkit::FreePort());
  options.answer_timeout = milliseconds(300);
  auto log = OpenLog(options);
  ASSERT_TRUE(log.ok());
  auto reader = (*log)->OpenReader({"t", 0}, 0);
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::vector<Record> records;
  EXPECT_TRUE((*reader)->Poll(1, milliseconds(10), records).ok());
  const absl::Status gone = (*reader)->End().status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable) << gone;
  EXPECT_EQ((*log)->EnsureTopics({{"t", 1, Retention::kKeep}}).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace vardvakt::kafka
