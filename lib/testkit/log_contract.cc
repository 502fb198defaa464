#include "lib/testkit/log_contract.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "lib/base/strings.h"

namespace vardvakt::testkit {

using engine::Header;
using engine::Offset;
using engine::Partition;
using engine::Record;
using engine::Retention;
using engine::TopicSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using Steady = std::chrono::steady_clock;

namespace {
constexpr Duration kPatience = seconds(30);
}

struct StalledCallback::Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false, open = false;
};

void StalledCallback::Stall(engine::Log& log, const std::string& topic) {
  gate_ = std::make_shared<Gate>();
  ASSERT_TRUE(log.EnsureTopics({{topic, 1, Retention::kKeep}}).ok());
  ASSERT_TRUE(log.appender()
                  ->Append({{topic, 0}, "", "stall", {}},
                           [gate = gate_](const absl::StatusOr<Offset>&) {
                             std::unique_lock lock(gate->mutex);
                             gate->entered = true;
                             gate->changed.notify_all();
                             gate->changed.wait(lock, [&] { return gate->open; });
                           })
                  .ok());
  std::unique_lock lock(gate_->mutex);
  ASSERT_TRUE(gate_->changed.wait_for(lock, kPatience, [&] { return gate_->entered; }));
}

void StalledCallback::Resume() {
  std::lock_guard lock(gate_->mutex);
  gate_->open = true;
  gate_->changed.notify_all();
}

void LogContract::SetUp() {
  subject_ = GetParam()();
  ASSERT_NE(subject_, nullptr);
}

std::string LogContract::TopicName() {
  static std::atomic<int> count = 0;
  return Cat("contract.t", getpid(), ".", ++count);
}

std::string LogContract::MakeTopic(int32_t partitions, Retention retention) {
  std::string name = TopicName();
  const absl::Status made = log().EnsureTopics({{name, partitions, retention}});
  EXPECT_TRUE(made.ok()) << made;
  return name;
}

absl::StatusOr<Offset> LogContract::Append(const Partition& to, std::string value, std::string key) {
  return log().AppendAndWait({to, std::move(key), std::move(value), {}});
}

std::vector<Record> LogContract::Read(const Partition& partition, Offset from, size_t count) {
  std::vector<Record> records;
  auto reader = log().OpenReader(partition, from);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return records;
  const auto deadline = Steady::now() + kPatience;
  while (records.size() < count && Steady::now() < deadline) {
    const absl::Status polled = (*reader)->Poll(count - records.size(), milliseconds(200), records);
    EXPECT_TRUE(polled.ok()) << polled;
    if (!polled.ok()) break;
  }
  EXPECT_EQ(records.size(), count);
  return records;
}

absl::Status LogContract::FirstError(const Partition& partition, Offset from) {
  auto reader = log().OpenReader(partition, from);
  if (!reader.ok()) return reader.status();
  std::vector<Record> records;
  const auto deadline = Steady::now() + kPatience;
  while (Steady::now() < deadline) {
    const absl::Status polled = (*reader)->Poll(10, milliseconds(100), records);
    if (!polled.ok()) return polled;
  }
  return absl::OkStatus();
}

namespace {

std::vector<std::string> Values(const std::vector<Record>& records) {
  std::vector<std::string> values;
  for (const Record& record : records) values.push_back(record.value);
  return values;
}

}  // namespace

TEST_P(LogContract, GivesBackWhatWasAppendedInOrder) {
  const Partition partition{MakeTopic(), 0};
  const std::string binary("\0\xff\n", 3);
  const std::vector<Header> headers = {{"a", "1"}, {"b", ""}, {"a", binary}};
  ASSERT_EQ(*log().AppendAndWait({partition, "key", "value", headers}), 0);
  ASSERT_EQ(*log().AppendAndWait({partition, binary, binary, {}}), 1);
  ASSERT_EQ(*log().AppendAndWait({partition, "", "", {}}), 2);

  const std::vector<Record> records = Read(partition, 0, 3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].key, "key");
  EXPECT_EQ(records[0].value, "value");
  EXPECT_EQ(records[0].headers, headers);
  EXPECT_EQ(records[1].key, binary);
  EXPECT_EQ(records[1].value, binary);
  EXPECT_EQ(records[2].key, "");
  EXPECT_EQ(records[2].value, "");
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(records[i].offset, static_cast<Offset>(i));
}

TEST_P(LogContract, PartitionsAreApart) {
  const std::string topic = MakeTopic(3);
  ASSERT_TRUE(Append({topic, 2}, "two").ok());
  ASSERT_TRUE(Append({topic, 0}, "zero").ok());
  EXPECT_THAT(Values(Read({topic, 0}, 0, 1)), ElementsAre("zero"));
  EXPECT_THAT(Values(Read({topic, 2}, 0, 1)), ElementsAre("two"));
  auto reader = log().OpenReader({topic, 1}, 0);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*(*reader)->End(), 0);
}

TEST_P(LogContract, ReadsFromAnyOffsetAndInPieces) {
  const Partition partition{MakeTopic(), 0};
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append(partition, Cat(i)).ok());
  EXPECT_THAT(Values(Read(partition, 7, 3)), ElementsAre("7", "8", "9"));

  auto reader = log().OpenReader(partition, 4);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->position(), 4);
  std::vector<Record> records;
  while (records.size() < 2) ASSERT_TRUE((*reader)->Poll(1, kPatience, records).ok());
  EXPECT_THAT(Values(records), ElementsAre("4", "5"));
  EXPECT_EQ((*reader)->position(), 6);
}

TEST_P(LogContract, EndAndBeginningFollowTheRecords) {
  const Partition partition{MakeTopic(), 0};
  auto reader = log().OpenReader(partition, 0);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*(*reader)->Beginning(), 0);
  EXPECT_EQ(*(*reader)->End(), 0);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(Append(partition, "x").ok());
    EXPECT_EQ(*(*reader)->End(), i);  // at once: log time rests on it
  }
  EXPECT_EQ(*(*reader)->Beginning(), 0);
}

TEST_P(LogContract, AppendTimesNeverDecrease) {
  const Partition partition{MakeTopic(), 0};
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append(partition, "x").ok());
  const std::vector<Record> records = Read(partition, 0, 50);
  for (size_t i = 1; i < records.size(); ++i) {
    EXPECT_GE(records[i].append_time, records[i - 1].append_time);
  }
  EXPECT_GT(records.front().append_time, kBeginningOfTime);
}

TEST_P(LogContract, PollIsWokenByAnAppend) {
  const Partition partition{MakeTopic(), 0};
  ASSERT_TRUE(Append(partition, "first").ok());
  auto reader = log().OpenReader(partition, 0);
  ASSERT_TRUE(reader.ok());
  std::vector<Record> records;
  while (records.empty()) ASSERT_TRUE((*reader)->Poll(10, kPatience, records).ok());

  auto second = std::async(std::launch::async, [&] {
    std::vector<Record> more;
    const absl::Status polled = (*reader)->Poll(10, kPatience, more);
    EXPECT_TRUE(polled.ok()) << polled;
    return more;
  });
  ASSERT_TRUE(Append(partition, "second").ok());
  ASSERT_EQ(second.wait_for(kPatience / 2), std::future_status::ready);
  EXPECT_THAT(Values(second.get()), ElementsAre("second"));
}

TEST_P(LogContract, PollGivesUpAfterItsWait) {
  const Partition partition{MakeTopic(), 0};
  auto reader = log().OpenReader(partition, 0);
  ASSERT_TRUE(reader.ok());
  std::vector<Record> records;
  const auto began = Steady::now();
  ASSERT_TRUE((*reader)->Poll(10, milliseconds(50), records).ok());
  EXPECT_GE(Steady::now() - began, milliseconds(40));
  EXPECT_TRUE(records.empty());
  EXPECT_EQ((*reader)->position(), 0);
}

TEST_P(LogContract, AnOffsetThatIsNotThereIsOutOfRange) {
  const Partition partition{MakeTopic(), 0};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(partition, "x").ok());
  const absl::Status beyond = FirstError(partition, 4);
  EXPECT_EQ(beyond.code(), absl::StatusCode::kOutOfRange) << beyond;
  EXPECT_THAT(std::string(beyond.message()), HasSubstr(partition.topic));
  EXPECT_THAT(std::string(beyond.message()), HasSubstr("4"));
}

TEST_P(LogContract, AMissingPartitionIsNotFound) {
  const std::string topic = MakeTopic(2);
  EXPECT_EQ(FirstError({topic, 2}, 0).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FirstError({TopicName(), 0}, 0).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Append({topic, 2}, "x").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Append({TopicName(), 0}, "x").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(LogContract, ManyAppendersLoseNothingAndKeepTheirOrder) {
  constexpr int kThreads = 4, kEach = 250;
  const std::string topic = MakeTopic(2);
  auto appender = log().appender();
  std::mutex mutex;
  std::map<int32_t, std::set<Offset>> offsets;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const int32_t partition = i % 2;
        const absl::Status taken = appender->Append(
            {{topic, partition}, Cat(t), Cat(i), {}}, [&, partition](absl::StatusOr<Offset> offset) {
              std::lock_guard lock(mutex);
              ASSERT_TRUE(offset.ok()) << offset.status();
              EXPECT_TRUE(offsets[partition].insert(*offset).second) << *offset;
            });
        EXPECT_TRUE(taken.ok()) << taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(appender->Flush(kPatience).ok());
  for (int32_t p = 0; p < 2; ++p) {
    const std::vector<Record> records = Read({topic, p}, 0, kThreads * kEach / 2);
    EXPECT_EQ(offsets[p].size(), records.size());
    std::map<std::string, int> last;
    for (const Record& record : records) {
      const int number = std::stoi(record.value);
      auto [it, first] = last.try_emplace(record.key, number);
      EXPECT_TRUE(first || it->second < number);
      it->second = number;
    }
  }
}

TEST_P(LogContract, LargeRecordsAreTakenAndTooLargeOnesRefused) {
  const Partition partition{MakeTopic(), 0};
  const std::string large(subject_->max_record_bytes(), 'x');
  ASSERT_TRUE(Append(partition, large).ok());
  EXPECT_EQ(Append(partition, large + large).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Append(partition, "after").ok());
  const std::vector<Record> records = Read(partition, 0, 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, large);
  EXPECT_EQ(records[1].value, "after");
}

TEST_P(LogContract, TheQueueIsBoundedAndNothingOfItIsLost) {
  const Partition partition{MakeTopic(), 0};
  auto appender = log().appender();
  subject_->Stall();
  const size_t limit = 4 * subject_->max_unacknowledged();
  std::atomic<size_t> acknowledged = 0;
  size_t taken = 0;
  absl::Status last;
  for (; taken < limit; ++taken) {
    last = appender->Append({partition, "", Cat(taken), {}}, [&](const absl::StatusOr<Offset>& offset) {
      EXPECT_TRUE(offset.ok()) << offset.status();
      ++acknowledged;
    });
    if (!last.ok()) break;
  }
  EXPECT_EQ(last.code(), absl::StatusCode::kResourceExhausted) << last;
  EXPECT_GT(taken, 0u);
  EXPECT_EQ(acknowledged, 0u);
  EXPECT_EQ(appender->Flush(milliseconds(20)).code(), absl::StatusCode::kDeadlineExceeded);
  subject_->Resume();
  ASSERT_TRUE(appender->Flush(kPatience).ok());
  EXPECT_EQ(acknowledged, taken);
  EXPECT_EQ(Read(partition, 0, taken).size(), taken);
  EXPECT_TRUE(Append(partition, "again").ok());
}

TEST_P(LogContract, ACompactedTopicKeepsTheLastOfEachKey) {
  const Partition partition{MakeTopic(1, Retention::kCompact), 0};
  ASSERT_TRUE(Append(partition, "a1", "a").ok());
  ASSERT_TRUE(Append(partition, "b1", "b").ok());
  ASSERT_TRUE(Append(partition, "a2", "a").ok());
  ASSERT_TRUE(Append(partition, "", "b").ok());  // a tombstone
  ASSERT_TRUE(Append(partition, "c1", "c").ok());
  const size_t there = subject_->compacts_at_once() ? 3 : 5;
  const std::vector<Record> records = Read(partition, 0, there);
  std::map<std::string, std::string> last;
  for (const Record& record : records) last[record.key] = record.value;
  EXPECT_EQ(last, (std::map<std::string, std::string>{{"a", "a2"}, {"b", ""}, {"c", "c1"}}));
  EXPECT_EQ(records.back().offset, 4);
  // Offsets of dropped records are gaps, not out of range.
  EXPECT_EQ(Read(partition, 2, 3).front().offset, 2);
  EXPECT_EQ(Append(partition, "x", "").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(LogContract, TopicsThatDifferAreNamedAllAtOnce) {
  const std::string kept = MakeTopic(2), compacted = MakeTopic(1, Retention::kCompact), missing = TopicName();
  EXPECT_TRUE(log().CheckTopics({{kept, 2, Retention::kKeep}, {compacted, 1, Retention::kCompact}}).ok());
  const std::vector<TopicSpec> wanted = {
      {kept, 3, Retention::kKeep}, {compacted, 1, Retention::kDays90}, {missing, 1, Retention::kKeep}};
  const absl::Status checked = log().CheckTopics(wanted);
  EXPECT_EQ(checked.code(), absl::StatusCode::kFailedPrecondition);
  const std::string text(checked.message());
  EXPECT_THAT(text, HasSubstr(Cat("topic ", kept, " has 2 partitions, not 3")));
  EXPECT_THAT(text, HasSubstr(Cat("topic ", compacted, " is compacted, not kept for 90 days")));
  EXPECT_THAT(text, HasSubstr(Cat("topic ", missing, " is missing")));

  const absl::Status ensured = log().EnsureTopics(wanted);
  EXPECT_EQ(ensured.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(ensured.message()), HasSubstr(kept));
  EXPECT_THAT(std::string(ensured.message()), HasSubstr(compacted));
  EXPECT_TRUE(log().CheckTopics({{kept, 2, Retention::kKeep}, {compacted, 1, Retention::kCompact}}).ok());
}

TEST_P(LogContract, OutlivesItsProcess) {
  const std::string topic = MakeTopic(2);
  const std::string compacted = MakeTopic(1, Retention::kCompact);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append({topic, 1}, Cat(i)).ok());
  ASSERT_TRUE(Append({compacted, 0}, "k1", "k").ok());
  const std::vector<Record> before = Read({topic, 1}, 0, 5);
  if (!subject_->Reopen()) return;  // it promises nothing of the kind
  EXPECT_TRUE(log().CheckTopics({{topic, 2, Retention::kKeep}, {compacted, 1, Retention::kCompact}}).ok());
  const std::vector<Record> after = Read({topic, 1}, 0, 5);
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].value, before[i].value);
    EXPECT_EQ(after[i].append_time, before[i].append_time);
  }
  EXPECT_EQ(*Append({topic, 1}, "5"), 5);
  EXPECT_GE(Read({topic, 1}, 5, 1).front().append_time, after.back().append_time);
  ASSERT_TRUE(Append({compacted, 0}, "k2", "k").ok());
  if (subject_->compacts_at_once()) {
    EXPECT_THAT(Values(Read({compacted, 0}, 0, 1)), ElementsAre("k2"));
  }
}

}  // namespace vardvakt::testkit
