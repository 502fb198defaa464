#include "lib/engine/worker.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "lib/engine/host.h"
#include "lib/engine/static_membership.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/testkit/memory_store.h"

namespace vardvakt::engine {
namespace {

const Partition kPartition{"vardvakt.ambulance.v1", 0};

// Waits for a condition, not for a time; the limit is only there to end a test that fails.
bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return false;
}

class NoLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class Stores final : public StoreProvider {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open(const std::string&) override { return store->OpenHandle(); }
  absl::StatusOr<std::string> SetAside(const std::string& name) override {
    aside.push_back(std::move(store));
    store = std::make_unique<testkit::MemoryStore>();
    return name + ".damaged-1";
  }
  std::unique_ptr<testkit::MemoryStore> store = std::make_unique<testkit::MemoryStore>();
  std::vector<std::unique_ptr<testkit::MemoryStore>> aside;
};

// What a reader of the topics would have: everything that was ever said, and the newest of each case.
struct Heard {
  std::mutex mutex;
  std::vector<domain::Episode> episodes;
  std::map<std::string, domain::Waiting> cases;
  int marks = 0;
  int rows = 0;
  bool fail_next = false;
};

class RecordingPublisher final : public Publisher {
 public:
  explicit RecordingPublisher(Heard& heard) : heard_(heard) {}
  void Publish(Publication p) override {
    const std::lock_guard lock(heard_.mutex);
    if (std::exchange(heard_.fail_next, false)) {
      failed_ = true;
      return;
    }
    for (domain::Episode& e : p.episodes) heard_.episodes.push_back(std::move(e));
    for (const CaseStatus& c : p.cases) heard_.cases[c.case_key] = c.waiting;
    heard_.rows += static_cast<int>(p.shares.size());
    if (p.complete_since) ++heard_.marks;
  }
  bool Drain(Duration) override { return true; }
  bool TakeFailure() override { return std::exchange(failed_, false); }

 private:
  Heard& heard_;
  bool failed_ = false;
};

std::optional<domain::Rejection> DecodeText(std::string_view value, domain::Event& event) {
  const size_t space = value.find(' ');
  if (space == value.npos) return domain::Rejection{domain::Reject::kMalformed, "two words"};
  event = domain::Event();
  event.source = "zenit";
  event.stream = "ambulance";
  event.case_id = value.substr(0, space);
  event.milestone = value.substr(space + 1);
  event.event_id = event.milestone;
  event.recorded_at = event.occurred_at = InstantFromMillis(1'776'247'200'000);
  return std::nullopt;
}

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    domain::IndicatorVersion version;
    version.start = {.milestones = {"call_received"}};
    version.stop = {.milestones = {"arrived"}};
    version.limit = domain::DurationLimit{minutes(20)};
    definition_.stream = "ambulance";
    definition_.levels = {{.name = "region", .kind = domain::LevelKind::kRegion}};
    definition_.indicators = {{.id = "prio1", .versions = {version}, .roll_ups = {{.level = 0}}}};
    geography_.region_code = "06";
    intake_.streams["ambulance"] = {.name = "ambulance"};
    rules_.case_rules = {{.id = "overdue", .indicator = "prio1"}};
    EXPECT_TRUE(log_.EnsureTopics({{kPartition.topic, 1, Retention::kKeep}}).ok());
  }
  void Start(bool owned = true) {
    const TaskSetting setting{.region = "06",
                              .partition = kPartition,
                              .definition = &definition_,
                              .geography = &geography_,
                              .zone = &zone_,
                              .intake = &intake_,
                              .rules = &rules_,
                              .id = id_};
    std::vector<std::unique_ptr<Worker>> workers;
    workers.push_back(std::make_unique<Worker>(setting, WorkerOptions{.poll_wait = milliseconds(1)},
                                               DecodeText, log_, clock_, stores_,
                                               std::make_unique<RecordingPublisher>(heard_), logger_));
    worker_ = workers.front().get();
    std::vector<Partition> partitions;
    if (owned) partitions.push_back(kPartition);
    host_ = std::make_unique<Host>(std::move(workers), std::make_unique<StaticMembership>(partitions), true);
    ASSERT_TRUE(host_->Start().ok());
  }
  void Append(const std::string& value) {
    ASSERT_TRUE(log_.AppendAndWait({.to = kPartition, .key = "k", .value = value}).ok());
  }
  bool ReadTo(Offset offset) {
    return Eventually([&] { return worker_->status().version.offset >= offset && Ready(); });
  }
  bool Ready() const { return worker_->status().state == WorkerState::kReady; }
  int64_t Overdue() {
    int64_t overdue = -1;
    worker_->Look([&](Task& task) {
      const Series* s = task.series().Find({.indicator = "prio1", .level = "region", .key = "region"});
      overdue = s == nullptr ? 0 : s->overdue;
    });
    return overdue;
  }
  size_t EpisodesHeard() {
    const std::lock_guard lock(heard_.mutex);
    return heard_.episodes.size();
  }

  testkit::ManualClock clock_;
  testkit::MemoryLog log_{clock_};
  Stores stores_;
  Heard heard_;
  NoLogger logger_;
  domain::StreamDefinition definition_;
  domain::Geography geography_;
  TimeZone zone_ = TimeZone::Utc();
  domain::IntakeRules intake_;
  domain::AlertRules rules_;
  DefinitionsId id_;
  std::unique_ptr<Host> host_;
  Worker* worker_ = nullptr;
};

TEST_F(WorkerTest, AnIdleLogLetsDeadlinesFireByTheClock) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  clock_.Advance(minutes(20) + seconds(2));
  EXPECT_TRUE(Eventually([&] { return Overdue() == 1; }));
  EXPECT_TRUE(Eventually([&] { return EpisodesHeard() >= 1; }));
}

TEST_F(WorkerTest, WhileTheLogCannotBeReachedNoDeadlineFires) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  log_.SetReachable(false);
  clock_.Advance(minutes(30));
  ASSERT_TRUE(Eventually([&] { return worker_->status().state == WorkerState::kRetrying; }));
  EXPECT_EQ(Overdue(), 0);
  log_.SetReachable(true);
  EXPECT_TRUE(Eventually([&] { return Overdue() == 1; }));
}

TEST_F(WorkerTest, AFollowerIsUpToDateAndSilentUntilItOwns) {
  Start(false);
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  clock_.Advance(minutes(21));
  ASSERT_TRUE(Eventually([&] { return Overdue() == 1; }));
  EXPECT_EQ(EpisodesHeard(), 0u);
  worker_->SetOwned(true);
  EXPECT_TRUE(Eventually([&] { return EpisodesHeard() == 1; }));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(heard_.mutex);
    return heard_.marks >= 1 && heard_.cases.size() == 1 && heard_.rows > 0;
  }));
}

TEST_F(WorkerTest, AFailedDeliveryIsSaidAgain) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  ASSERT_TRUE(Eventually([&] {
    const std::lock_guard lock(heard_.mutex);
    return heard_.marks >= 1;
  }));
  {
    const std::lock_guard lock(heard_.mutex);
    heard_.fail_next = true;
  }
  clock_.Advance(minutes(21));
  EXPECT_TRUE(Eventually([&] { return EpisodesHeard() >= 1; }));
}

TEST_F(WorkerTest, OtherDefinitionsAreJudgedBesideTheOldOnesAndSaidAnew) {
  Start();
  for (int i = 0; i < 3; ++i) Append("m" + std::to_string(i) + " call_received");
  ASSERT_TRUE(ReadTo(3));
  clock_.Advance(minutes(15));
  EXPECT_EQ(Overdue(), 0);
  ASSERT_TRUE(Eventually([&] {
    const std::lock_guard lock(heard_.mutex);
    return heard_.marks >= 1;
  }));
  domain::StreamDefinition stricter = definition_;
  stricter.indicators[0].versions[0].limit = domain::DurationLimit{minutes(10)};
  TaskSetting next = worker_->setting();
  next.definition = &stricter;
  next.id = {.revision = 1, .judging = 7};
  worker_->Redefine(next);
  EXPECT_TRUE(Eventually([&] { return !worker_->status().refused.empty(); }));
  next.id.revision = 2;
  worker_->Redefine(next);
  EXPECT_TRUE(Eventually([&] { return worker_->status().version.revision == 2 && Overdue() == 3; }));
  EXPECT_TRUE(worker_->status().refused.empty());
  EXPECT_EQ(worker_->setting().definition, &stricter);
  clock_.Advance(seconds(2));  // past a grid point
  EXPECT_TRUE(Eventually([&] { return EpisodesHeard() >= 3; }));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(heard_.mutex);
    return heard_.marks >= 2 && heard_.cases.size() == 3;
  }));
  host_->Stop();
}

TEST_F(WorkerTest, ADamagedStoreIsSetAsideAndRebuiltBesideIt) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  host_->Stop();
  stores_.store->Damage("m");
  Start();
  ASSERT_TRUE(ReadTo(1));
  EXPECT_EQ(stores_.aside.size(), 1u);
  EXPECT_EQ(worker_->status().set_aside, "vardvakt.ambulance.v1-0.damaged-1");
  clock_.Advance(minutes(21));
  EXPECT_TRUE(Eventually([&] { return Overdue() == 1; }));
}

TEST_F(WorkerTest, ATopicThatWasMadeAnewIsRefusedByName) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  host_->Stop();
  log_.Recreate(kPartition.topic);
  Append("m2 call_received");
  Start();
  ASSERT_TRUE(Eventually([&] { return worker_->status().state == WorkerState::kStopped; }));
  EXPECT_NE(worker_->status().detail.find("created again or shortened"), std::string::npos)
      << worker_->status().detail;
}

TEST_F(WorkerTest, AShortenedTopicIsRefusedByName) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  host_->Stop();
  log_.Recreate(kPartition.topic);
  Start();
  ASSERT_TRUE(Eventually([&] { return worker_->status().state == WorkerState::kStopped; }));
  EXPECT_NE(worker_->status().detail.find("before the stored offset 1"), std::string::npos);
}

TEST_F(WorkerTest, ADamagedLogStopsTheTaskAndTouchesNoStore) {
  Append("m1 call_received");
  log_.Damage(kPartition, 0);
  Start();
  ASSERT_TRUE(Eventually([&] { return worker_->status().state == WorkerState::kStopped; }));
  EXPECT_TRUE(stores_.aside.empty());
}

TEST_F(WorkerTest, AFailedWriteIsReadAgainFromTheLog) {
  Start();
  Append("m1 call_received");
  ASSERT_TRUE(ReadTo(1));
  stores_.store->FailWrite(1, false);
  Append("m2 call_received");
  ASSERT_TRUE(Eventually([&] { return worker_->status().state == WorkerState::kRetrying; }));
  stores_.store->Crash();
  ASSERT_TRUE(ReadTo(2));
  clock_.Advance(minutes(21));
  EXPECT_TRUE(Eventually([&] { return Overdue() == 2; }));
}

TEST_F(WorkerTest, AClockBehindTheLogStopsDeadlinesAndSaysSo) {
  Start();
  log_.SkewStamps(minutes(5));
  Append("m1 call_received");
  EXPECT_TRUE(Eventually([&] { return worker_->status().detail.find("clock_skew") != std::string::npos; }));
}

}  // namespace
}  // namespace vardvakt::engine
