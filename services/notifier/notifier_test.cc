#include "services/notifier/notifier.h"

#include <condition_variable>
#include <mutex>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/prometheus/registry.h"
#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/testkit/memory_store.h"
#include "services/notifier/outbox_codec.h"

namespace vardvakt::notifier {
namespace {

using alertmanager::Notice;
using alertmanager::Outcome;
using alertmanager::Result;
using domain::EpisodeState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a receiver has heard, as "fingerprint news"; and how it behaves.
class Receiver {
 public:
  std::vector<std::string> Heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }
  // Waits until it has heard so much; what it has heard then.
  std::vector<std::string> Await(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(30), [&] { return heard_.size() >= count; });
    return heard_;
  }
  void Fail(int times) {
    std::lock_guard lock(mutex_);
    failures_ = times;
  }
  void Hang(bool hang) {
    std::lock_guard lock(mutex_);
    hangs_ = hang;
    changed_.notify_all();
  }
  // Waits until somebody hangs.
  void AwaitHanging() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(30), [&] { return hanging_; });
    EXPECT_TRUE(hanging_);
  }

  std::vector<Result> Take(const std::vector<Notice>& notices) {
    std::unique_lock lock(mutex_);
    hanging_ = hangs_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hangs_; });
    if (failures_ > 0) {
      --failures_;
      return {notices.size(), Result{Outcome::kUncertain, "is ill"}};
    }
    for (const Notice& notice : notices)
      heard_.push_back(Cat(notice.episode.fingerprint, " ", NewsName(notice.news)));
    changed_.notify_all();
    return {notices.size(), Result{Outcome::kDelivered}};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  int failures_ = 0;
  bool hangs_ = false;
  bool hanging_ = false;
};

class ReceiverSink final : public alertmanager::Sink {
 public:
  explicit ReceiverSink(Receiver& receiver) : receiver_(receiver) {}
  std::vector<Result> Deliver(const std::vector<Notice>& notices, Instant) override {
    return receiver_.Take(notices);
  }

 private:
  Receiver& receiver_;
};

// Keeps the lines.
class ListLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    std::lock_guard lock(mutex_);
    events_.emplace_back(event);
  }
  size_t Count(std::string_view event) {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count(events_, event));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;
};

class NotifierTest : public ::testing::Test {
 protected:
  NotifierTest() : log_(clock_) {
    EXPECT_TRUE(log_.EnsureTopics(engine::Topics({}, 2)).ok());
    options_.plan.first_retry = milliseconds(2);
    options_.plan.longest_retry = milliseconds(10);
  }
  ~NotifierTest() override {
    alertmanager_.Hang(false);
    webhook_.Hang(false);
  }

  void Say(std::string fingerprint, EpisodeState state, int32_t partition = 0) {
    domain::Episode episode;
    episode.fingerprint = std::move(fingerprint);
    episode.rule = "rule";
    episode.state = state;
    episode.started_at = InstantFromMillis(1'776'247'200'000);
    if (state != EpisodeState::kPending) episode.firing_at = episode.started_at;
    if (state == EpisodeState::kResolved) episode.resolved_at = episode.started_at + seconds(1);
    Append(EncodeAlertRecord({{1, ++said_, clock_.Now()}, episode}), partition);
  }
  void Append(std::string value, int32_t partition = 0) {
    const auto appended = log_.AppendAndWait(
        {{std::string(engine::kAlertsTopic), partition}, Cat("key ", ++appended_), std::move(value), {}});
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  void Start() {
    std::vector<NotifierSink> sinks;
    sinks.push_back({{"am", SinkKind::kAlertmanager}, std::make_unique<ReceiverSink>(alertmanager_), [] {}});
    sinks.push_back({{"hook", SinkKind::kWebhook}, std::make_unique<ReceiverSink>(webhook_), [] {}});
    notifier_ = std::make_unique<Notifier>(
        options_, Surroundings{log_, store_, clock_, logger_, metrics_, health_, [] { return 0.5; }}, 2,
        std::move(sinks), [this](const absl::Status& status) { Failed(status); });
    ASSERT_TRUE(notifier_->Start().ok());
  }
  void Failed(const absl::Status& status) {
    std::lock_guard lock(mutex_);
    failure_ = status;
    failed_.notify_all();
  }
  absl::Status AwaitFailure() {
    std::unique_lock lock(mutex_);
    failed_.wait_for(lock, seconds(30), [this] { return !failure_.ok(); });
    return failure_;
  }
  void AwaitReady() {
    const auto until = std::chrono::steady_clock::now() + seconds(30);
    while (!health_.ready() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_TRUE(health_.ready());
  }

  runtime::SystemClock clock_;
  testkit::MemoryLog log_;
  testkit::MemoryStore store_;
  ListLogger logger_;
  prometheus_metrics::Registry metrics_;
  runtime::Health health_;
  NotifierOptions options_;
  Receiver alertmanager_;
  Receiver webhook_;
  int64_t said_ = 0;
  int64_t appended_ = 0;
  std::mutex mutex_;
  std::condition_variable failed_;
  absl::Status failure_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, TellsEverySinkFromEveryPartition) {
  Start();
  AwaitReady();
  Say("a", EpisodeState::kFiring);
  EXPECT_THAT(alertmanager_.Await(1), ElementsAre("a firing"));
  EXPECT_THAT(webhook_.Await(1), ElementsAre("a firing"));
  Say("b", EpisodeState::kFiring, 1);
  Say("a", EpisodeState::kResolved);
  EXPECT_THAT(webhook_.Await(3), ::testing::UnorderedElementsAre("a firing", "b firing", "a resolved"));
}

TEST_F(NotifierTest, GoesOnWhereItStopped) {
  Say("a", EpisodeState::kFiring);
  Start();
  webhook_.Await(1);
  alertmanager_.Await(1);
  notifier_.reset();
  Say("a", EpisodeState::kResolved);
  Say("b", EpisodeState::kFiring);
  Start();
  EXPECT_THAT(webhook_.Await(3), ElementsAre("a firing", "a resolved", "b firing"));
}

TEST_F(NotifierTest, WhatIsOverAtTheStartIsPastAndPagesNobody) {
  Say("a", EpisodeState::kFiring);
  Say("b", EpisodeState::kFiring);
  Say("a", EpisodeState::kResolved);
  Start();
  EXPECT_THAT(webhook_.Await(2), ElementsAre("a past", "b firing"));
  EXPECT_THAT(alertmanager_.Await(1), ElementsAre("b firing"));
}

TEST_F(NotifierTest, ASinkThatHangsDelaysNoOther) {
  alertmanager_.Hang(true);
  Start();
  Say("a", EpisodeState::kFiring);
  alertmanager_.AwaitHanging();
  EXPECT_THAT(webhook_.Await(1), ElementsAre("a firing"));
  Say("b", EpisodeState::kFiring);
  EXPECT_THAT(webhook_.Await(2), ElementsAre("a firing", "b firing"));
  EXPECT_THAT(alertmanager_.Heard(), IsEmpty());
  alertmanager_.Hang(false);
  EXPECT_THAT(alertmanager_.Await(2), ElementsAre("a firing", "b firing"));
}

TEST_F(NotifierTest, ASinkThatFailsIsTriedAgainAndLoggedOnce) {
  webhook_.Fail(5);
  Start();
  Say("a", EpisodeState::kFiring);
  EXPECT_THAT(webhook_.Await(1), ElementsAre("a firing"));
  notifier_->Stop();
  EXPECT_EQ(logger_.Count("sink_failing"), 1u);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("vardvakt_notifier_deliveries_total{result=\"retried\",sink=\"hook\"} 5\n"));
}

TEST_F(NotifierTest, AlertmanagerIsToldAgainAndAgain) {
  options_.plan.resend = milliseconds(5);
  Start();
  Say("a", EpisodeState::kFiring);
  EXPECT_THAT(alertmanager_.Await(3), ::testing::Each("a firing"));
  EXPECT_THAT(webhook_.Await(1), ElementsAre("a firing"));
}

TEST_F(NotifierTest, ALogThatIsAwayIsTriedAgainAndDoesNotSilenceWhatIsKnown) {
  Say("a", EpisodeState::kFiring);
  Start();
  alertmanager_.Await(1);
  notifier_.reset();
  log_.SetReachable(false);
  options_.plan.resend = milliseconds(5);
  options_.start_grace = milliseconds(20);
  Start();
  EXPECT_FALSE(health_.ready());
  EXPECT_THAT(alertmanager_.Await(3), ::testing::Each("a firing"));
  log_.SetReachable(true);
  AwaitReady();
  Say("b", EpisodeState::kFiring);
  EXPECT_THAT(webhook_.Await(2), ElementsAre("a firing", "b firing"));
}

TEST_F(NotifierTest, AnUnreadableRecordCostsOneLineAndACount) {
  Append("\xff\xff");
  Append("");
  Say("a", EpisodeState::kFiring);
  Start();
  EXPECT_THAT(webhook_.Await(1), ElementsAre("a firing"));
  notifier_->Stop();
  EXPECT_EQ(logger_.Count("record_unreadable"), 1u);
  EXPECT_THAT(metrics_.Text(), HasSubstr("vardvakt_notifier_records_total{result=\"unreadable\"} 1\n"));
}

TEST_F(NotifierTest, ARecreatedTopicIsRefusedByName) {
  Say("a", EpisodeState::kFiring);
  Start();
  webhook_.Await(1);
  notifier_.reset();
  log_.Recreate(std::string(engine::kAlertsTopic));
  Start();
  EXPECT_THAT(AwaitFailure().ToString(), HasSubstr("vardvakt.alerts.v1/0 ends at 0, before the offset 1"));
}

TEST_F(NotifierTest, AStoreThatCantBeWrittenHoldsUpNobodyAndIsWrittenLater) {
  Start();
  AwaitReady();
  store_.FailWrite(1, false);
  Say("a", EpisodeState::kFiring);
  webhook_.Await(1);
  alertmanager_.Await(1);
  while (health_.ready()) std::this_thread::yield();
  store_.Crash(store_.unsynced_batches());  // loses nothing, ends the failing
  AwaitReady();
  EXPECT_EQ(logger_.Count("notifier_store_failing"), 1u);
  EXPECT_EQ(logger_.Count("notifier_store_recovered"), 1u);
  notifier_.reset();
  Start();
  AwaitReady();
  Say("b", EpisodeState::kFiring);
  EXPECT_THAT(webhook_.Await(2), ElementsAre("a firing", "b firing"));
}

}  // namespace
}  // namespace vardvakt::notifier
