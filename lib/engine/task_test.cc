#include "lib/engine/task.h"

#include <gtest/gtest.h>

#include "lib/domain/episode.h"
#include "lib/engine/figures.h"
#include "lib/testkit/memory_store.h"

namespace vardvakt::domain {

void PrintTo(const Episode& e, std::ostream* out) {
  *out << e.rule << " " << e.fingerprint << " from " << FormatMillis(e.started_at) << " fired "
       << (e.firing_at ? FormatMillis(*e.firing_at) : "never") << " resolved "
       << (e.resolved_at ? FormatMillis(*e.resolved_at) : "not yet");
}

}  // namespace vardvakt::domain

namespace vardvakt::engine {
namespace {

using domain::EpisodeState;
using domain::Waiting;

constexpr Instant kCall = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

// A stream with the 20-minute goal, one region, and rules on cases that are at risk and overdue.
struct Setting {
  Setting() {
    domain::IndicatorVersion version;
    version.start = {.milestones = {"call_received"}};
    version.stop = {.milestones = {"arrived"}};
    version.limit = domain::DurationLimit{minutes(20)};
    version.warn = domain::WarnAfter{minutes(15)};
    version.settle = seconds(60);
    definition.stream = "ambulance";
    definition.levels = {{.name = "region", .kind = domain::LevelKind::kRegion}};
    definition.indicators = {
        {.id = "prio1", .versions = {version}, .roll_ups = {{.level = 0, .by_sex = true, .by_age = true}}}};
    geography.region_code = "06";
    geography.region_name = "Region Jönköpings län";
    geography.Index();
    intake.streams["ambulance"] = {.name = "ambulance"};
    rules.case_rules = {{.id = "at_risk", .indicator = "prio1", .condition = domain::CaseCondition::kAtRisk},
                        {.id = "overdue",
                         .indicator = "prio1",
                         .condition = domain::CaseCondition::kOverdue,
                         .severity = domain::Severity::kPage}};
  }
  TaskSetting Get() const {
    return {.region = "06",
            .partition = {"vardvakt.ambulance.v1", 0},
            .definition = &definition,
            .geography = &geography,
            .zone = &zone,
            .intake = &intake,
            .rules = &rules,
            .digest = digest};
  }
  domain::StreamDefinition definition;
  domain::Geography geography;
  TimeZone zone = TimeZone::Utc();
  domain::IntakeRules intake;
  domain::AlertRules rules;
  uint64_t digest = 1;
};

// A record's value here: "case milestone minute", recorded when it happened; "zenit" sent it, or who is named
// behind.
std::optional<domain::Rejection> DecodeText(std::string_view value, domain::Event& event) {
  std::istringstream in{std::string(value)};
  std::string milestone;
  double minute = 0;
  event = domain::Event();
  in >> event.case_id >> milestone >> minute;
  if (!in) return domain::Rejection{domain::Reject::kMalformed, "three words"};
  if (!(in >> event.source)) event.source = "zenit";
  event.stream = "ambulance";
  event.event_id = std::string(value.substr(0, 60));
  event.recorded_at = event.occurred_at = kCall + milliseconds(static_cast<int64_t>(minute * 60'000));
  if (milestone == "cancelled") {
    event.closed = milestone;
  } else if (milestone.starts_with("-")) {
    event.milestone = milestone.substr(1);
    event.retract = true;
  } else {
    event.milestone = milestone;
  }
  return std::nullopt;
}

class TaskTest : public testing::Test {
 protected:
  void Open() {
    handle_ = store_->OpenHandle();
    auto task = Task::Open(setting_.Get(), {.timer_chunk = 2}, *handle_, DecodeText);
    ASSERT_TRUE(task.ok()) << task.status();
    task_ = *std::move(task);
  }
  // Kill -9: whatever was not committed is gone.
  void KillAndOpen() {
    task_.reset();
    handle_.reset();
    Open();
  }
  void Append(double minute, std::string value) {
    records_.push_back({.offset = std::ssize(records_),
                        .append_time = kCall + milliseconds(static_cast<int64_t>(minute * 60'000)),
                        .key = "k",
                        .value = std::move(value)});
  }
  // As a worker does: reads what it has not read, then goes on to the clock.
  void RunTo(double minute) {
    std::vector<Record> unread(records_.begin() + task_->version().offset, records_.end());
    ASSERT_TRUE(task_->Apply(unread).ok());
    ASSERT_TRUE(task_->AdvanceTo(kCall + milliseconds(static_cast<int64_t>(minute * 60'000))).ok());
    ASSERT_TRUE(task_->Commit().ok());
    for (domain::Episode& e : task_->TakeEpisodes()) told_.push_back(std::move(e));
  }
  const Series& Whole() {
    const Series* series = task_->series().Find({.indicator = "prio1", .level = "region", .key = "region"});
    EXPECT_NE(series, nullptr);
    return *series;
  }
  std::vector<std::string> Told(const std::string& rule) {
    std::vector<std::string> states;
    for (const domain::Episode& e : told_) {
      if (e.rule != rule) continue;
      const auto at = e.resolved_at.value_or(e.firing_at.value_or(e.started_at));
      states.push_back(std::string(EpisodeStateName(e.state)) + " from " +
                       FormatMillis(e.started_at).substr(14, 9) + " at " + FormatMillis(at).substr(14, 5));
    }
    return states;
  }

  Setting setting_;
  std::unique_ptr<testkit::MemoryStore> store_ = std::make_unique<testkit::MemoryStore>();
  std::unique_ptr<Store> handle_;
  std::unique_ptr<Task> task_;
  std::vector<Record> records_;
  std::vector<domain::Episode> told_;
};

using testing::Test;

TEST_F(TaskTest, SilenceDoesNotHideABreach) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(14.99);
  EXPECT_EQ(Whole().at_risk, 0);
  RunTo(15);
  EXPECT_EQ(Whole().at_risk, 1);
  RunTo(20);
  EXPECT_EQ(Whole().overdue, 0);
  RunTo(20.001);
  EXPECT_EQ(Whole().overdue, 1);
  EXPECT_TRUE(Told("overdue").empty()) << "the next grid point is 20:01";
  RunTo(20.02);
  EXPECT_EQ(Told("at_risk"), (std::vector<std::string>{"firing from 15:00.000 at 15:00"}));
  EXPECT_EQ(Told("overdue"), (std::vector<std::string>{"firing from 20:00.001 at 20:01"}));
}

TEST_F(TaskTest, KilledAtTenStartedAtTwentyFiveShowsItAtOnce) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(10);
  KillAndOpen();
  RunTo(25);
  EXPECT_EQ(Whole().overdue, 1);
  EXPECT_EQ(Told("overdue"), (std::vector<std::string>{"firing from 20:00.001 at 20:01"}));
}

TEST_F(TaskTest, AStopThatIsInTheLogIsReadBeforeTheDeadlineFires) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(10);
  KillAndOpen();
  Append(12, "m1 arrived 12");
  RunTo(25);
  EXPECT_EQ(Whole().overdue, 0);
  EXPECT_TRUE(told_.empty());
}

TEST_F(TaskTest, WhatIsOverWhenItIsFirstHeardOfIsToldAsPast) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(10);
  KillAndOpen();
  Append(30, "m1 arrived 30");
  RunTo(40);
  EXPECT_EQ(Whole().overdue, 0);
  EXPECT_EQ(Told("overdue").back(), "resolved from 20:00.001 at 30:00");
  auto kept = task_->rules().Kept(10);
  ASSERT_TRUE(kept.ok());
  for (const domain::Episode& e : *kept) EXPECT_EQ(e.state, EpisodeState::kResolved);
}

TEST_F(TaskTest, EpisodesAreTheSameWhereverTheTaskIsCut) {
  const std::vector<std::pair<double, std::string>> log = {
      {0.01, "m1 call_received 0"},    {3, "m2 call_received 3"}, {12, "m1 arrived 12"},
      {16.5, "m3 call_received 16.4"}, {30, "m2 arrived 30"},     {31, "m2 -arrived 31"},
      {50, "m2 cancelled 50"},         {51, "m3 arrived 51"}};
  for (const auto& [minute, value] : log) Append(minute, value);
  Open();
  RunTo(60);
  const auto once = task_->rules().Kept(100);
  ASSERT_TRUE(once.ok());
  EXPECT_EQ(once->size(), 6u);

  for (double step : {0.7, 3.0, 11.0}) {
    task_.reset();
    handle_.reset();
    store_ = std::make_unique<testkit::MemoryStore>();
    Open();
    const std::vector<Record> all = std::exchange(records_, {});
    for (double now = 0; now < 60; now += step) {
      while (records_.size() < all.size() &&
             all[records_.size()].append_time <= kCall + milliseconds(static_cast<int64_t>(now * 60'000))) {
        records_.push_back(all[records_.size()]);
      }
      RunTo(now);
      KillAndOpen();
    }
    RunTo(60);
    const auto cut = task_->rules().Kept(100);
    ASSERT_TRUE(cut.ok());
    EXPECT_EQ(*cut, *once) << "cut every " << step << " minutes";
    records_ = all;
  }
}

TEST_F(TaskTest, AnEpisodeTellsTheLatestDeadlineWhereverTheTaskIsCut) {
  // Overdue as soon as it is heard of, and corrected before the rules have had their turn.
  Append(30.001, "m1 call_received 0");
  Append(30.003, "m1 call_received 1");
  const std::vector<Record> all = records_;
  for (const bool cut : {false, true}) {
    told_.clear();
    store_ = std::make_unique<testkit::MemoryStore>();
    Open();
    if (cut) {
      records_ = {all.front()};
      RunTo(30.002);
      KillAndOpen();
    }
    records_ = all;
    RunTo(31);
    EXPECT_EQ(Told("overdue"), (std::vector<std::string>{"firing from 21:00.001 at 30:01"})) << cut;
    task_.reset();
    handle_.reset();
  }
}

TEST_F(TaskTest, ARuleOnThePreviousMonthLooksWhenTheMonthEnds) {
  setting_.rules.threshold_rules = {{.id = "last_month",
                                     .indicator = "prio1",
                                     .window = domain::Window::kPreviousMonth,
                                     .floor_permille = 500,
                                     .clear_permille = 500,
                                     .min_n = 1}};
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(60);
  EXPECT_TRUE(Told("last_month").empty());
  const double may = (15 * 24 + 14) * 60;
  RunTo(may + 1);
  ASSERT_FALSE(Told("last_month").empty());
  EXPECT_EQ(Told("last_month").back(), "firing from 00:00.000 at 00:00");
}

TEST_F(TaskTest, ATimerThatIsNotInMemoryYetIsNotPassedOver) {
  Open();
  Append(0.01, "m1 call_received 0");
  Append(0.01, "m2 call_received 0.001");
  Append(0.01, "m3 call_received 0.002");  // at risk from 15:00.120
  RunTo(1);
  KillAndOpen();  // two timers fit in memory
  Append(14, "m1 arrived 14");
  Append(14, "m2 arrived 14");
  RunTo(15.001);
  Append(15.0015, "m4 arrived 15");
  Append(15.005, "m5 arrived 15");  // at 15:00.300
  ASSERT_TRUE(task_->Apply({records_[5], records_[6]}).ok());
  ASSERT_TRUE(task_->Commit().ok());
  EXPECT_EQ(Whole().at_risk, 1);
}

TEST_F(TaskTest, CountsWithoutEffectAndRejected) {
  Open();
  Append(0.01, "m1 call_received 0");
  Append(0.02, "m1 call_received 0");
  Append(0.03, "nonsense");
  Append(0.04, "m1 arrived 9");  // 9 minutes after its append time
  RunTo(20);
  EXPECT_EQ(task_->accepted(), 2);
  EXPECT_EQ(task_->standing(), 1);
  EXPECT_EQ(task_->sources().at("zenit").duplicates, 1);
  const auto rejected = task_->TakeRejected();
  ASSERT_EQ(rejected.size(), 2u);
  EXPECT_EQ(rejected[0].rejection.reason, domain::Reject::kMalformed);
  EXPECT_EQ(rejected[1].rejection.reason, domain::Reject::kFromTheFuture);
}

TEST_F(TaskTest, APersonIsNamedAsNoSource) {
  const std::string person = std::string("19121212") + "-" + "1212";  // Skatteverket's published test number
  Open();
  Append(0, "m1 call_received 0 " + person);
  RunTo(1);
  EXPECT_EQ(task_->rejected(), 1);
  ASSERT_EQ(task_->sources().size(), 1u);
  EXPECT_EQ(task_->sources().begin()->first, "");
}

TEST_F(TaskTest, OtherDefinitionsJudgeEveryCaseAgainAndPageNobodyAboutThePast) {
  Open();
  Append(0.01, "m1 call_received 0");
  Append(18, "m1 arrived 18");
  RunTo(30);
  setting_.definition.indicators[0].versions[0].limit = domain::DurationLimit{minutes(10)};
  setting_.digest = 2;
  KillAndOpen();
  EXPECT_EQ(task_->version().revision, 2u);
  const Figures figures(setting_.definition, setting_.zone, task_->version().log_time);
  const auto row = figures.Share(Whole(), domain::Measure::kDecided, domain::Window::k24h);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->n, 1);
  EXPECT_EQ(row->within, 0);
  RunTo(40);
  EXPECT_EQ(Told("overdue").size(), 0u);
}

TEST_F(TaskTest, AnEpisodeOutlivesOtherDefinitionsOnlyWhereItsRuleStillHolds) {
  Open();
  Append(0.01, "m1 call_received 0");
  Append(3, "m2 call_received 3");
  RunTo(25);
  ASSERT_EQ(Told("overdue").size(), 2u);
  // With 23 minutes m1 is still overdue; m2 is not yet.
  setting_.definition.indicators[0].versions[0].limit = domain::DurationLimit{minutes(23)};
  setting_.digest = 2;
  KillAndOpen();
  ASSERT_TRUE(task_->Commit().ok());
  KillAndOpen();  // before the rules have looked
  RunTo(25.1);
  EXPECT_EQ(Told("overdue"),
            (std::vector<std::string>{"firing from 20:00.001 at 20:01", "firing from 23:00.001 at 23:01",
                                      "resolved from 23:00.001 at 25:00"}));
}

TEST_F(TaskTest, ACrashWhileJudgingAgainIsNoLossEvenIfTheOldDefinitionsComeBack) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(25);
  task_.reset();
  setting_.digest = 2;
  store_->FailWrite(2, false);
  EXPECT_FALSE(Task::Open(setting_.Get(), {}, *handle_, DecodeText).ok());
  handle_.reset();
  store_->Crash(SIZE_MAX);  // what was written is there
  setting_.digest = 1;
  Open();
  EXPECT_EQ(Whole().overdue, 1);
}

TEST_F(TaskTest, OtherDefinitionsFindAStoreInWhichNothingHasHappened) {
  Open();
  ASSERT_TRUE(task_->Commit().ok());
  setting_.digest = 2;
  KillAndOpen();
  EXPECT_EQ(task_->version().revision, 2u);
  RunTo(1);
}

TEST_F(TaskTest, AStoreOfAnotherPartitionIsRefused) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(1);
  TaskSetting other = setting_.Get();
  other.partition.partition = 1;
  const auto task = Task::Open(other, {}, *handle_, DecodeText);
  EXPECT_EQ(task.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(TaskTest, AReadErrorIsNeverNotFound) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(1);
  KillAndOpen();
  store_->FailRead(1);
  Append(2, "m1 arrived 2");
  EXPECT_FALSE(task_->Apply({records_.back()}).ok());
}

}  // namespace
}  // namespace vardvakt::engine
