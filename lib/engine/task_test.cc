#include "lib/engine/task.h"

#include <gtest/gtest.h>

#include <algorithm>

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
            .id = id};
  }
  domain::StreamDefinition definition;
  domain::Geography geography;
  TimeZone zone = TimeZone::Utc();
  domain::IntakeRules intake;
  domain::AlertRules rules;
  DefinitionsId id{.revision = 1, .judging = 1};
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
    auto task = Task::Open(setting_.Get(), {.timer_chunk = 2, .former = former_}, *handle_, DecodeText);
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
  // Between two batches, as a worker does.
  void JudgeAll() {
    while (task_->has_more_to_judge()) {
      ASSERT_TRUE(task_->JudgeMore(1).ok());
      ASSERT_TRUE(task_->Commit().ok());
    }
  }
  int64_t Within() {
    const TaskSetting& by = task_->setting();
    const Figures figures(*by.definition, *by.zone, task_->version().log_time);
    const auto row = figures.Share(Whole(), domain::Measure::kDecided, domain::Window::k24h);
    return row ? row->within.value_or(-1) : -1;
  }
  // As a configuration that is read again, with another limit.
  std::unique_ptr<Setting> Redefined(Duration limit, uint32_t revision) {
    auto next = std::make_unique<Setting>();
    next->definition.indicators[0].versions[0].limit = domain::DurationLimit{limit};
    next->id = {.revision = revision, .judging = revision};
    return next;
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
  std::function<std::optional<TaskSetting>(const TaskSetting&, const DefinitionsId&)> former_;
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

TEST_F(TaskTest, TheEndOfAnEpisodeThatNeverFiredIsKeptForADay) {
  setting_.rules.threshold_rules = {{.id = "low",
                                     .indicator = "prio1",
                                     .window = domain::Window::k24h,
                                     .floor_permille = 500,
                                     .clear_permille = 500,
                                     .min_n = 1,
                                     .for_at_least = hours(1)}};
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(22);
  ASSERT_EQ(Told("low").size(), 1u);
  Append(30, "m1 arrived 10");
  RunTo(31);
  const auto kept = [&] {
    int found = 0;
    const auto all = task_->rules().Kept(100);
    for (const domain::Episode& e : *all) found += e.rule == "low" && e.resolved_at && !e.firing_at ? 1 : 0;
    return found;
  };
  EXPECT_EQ(kept(), 1);
  KillAndOpen();
  EXPECT_EQ(kept(), 1) << "a process that takes over tells it";
  RunTo(30 + 25 * 60);
  Append(30 + 25 * 60, "m2 call_received " + std::to_string(30 + 25 * 60));
  RunTo(31 + 26 * 60);
  EXPECT_EQ(kept(), 0);
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
  const auto next = Redefined(minutes(10), 2);
  ASSERT_TRUE(task_->Redefine(next->Get()).ok());
  EXPECT_EQ(task_->version().revision, 1u) << "the old ones are shown";
  EXPECT_EQ(Within(), 1);
  ASSERT_TRUE(task_->progress());
  EXPECT_EQ(task_->progress()->revision, 2u);
  EXPECT_EQ(task_->progress()->cases, 1);
  JudgeAll();
  EXPECT_EQ(task_->version().revision, 2u);
  EXPECT_FALSE(task_->progress());
  EXPECT_EQ(Within(), 0);
  RunTo(40);
  EXPECT_EQ(Told("overdue").size(), 0u);
}

TEST_F(TaskTest, WhatHappensWhileCasesAreJudgedAgainCountsByBoth) {
  Open();
  for (int i = 0; i < 5; ++i) Append(0.01, "m" + std::to_string(i) + " call_received 0");
  RunTo(1);
  const auto next = Redefined(minutes(10), 2);
  ASSERT_TRUE(task_->Redefine(next->Get()).ok());
  ASSERT_TRUE(task_->JudgeMore(2).ok());
  Append(9, "m0 arrived 9");
  Append(9, "m4 arrived 9");
  Append(9, "m9 call_received 9");
  RunTo(12);
  EXPECT_EQ(Whole().overdue, 0);
  EXPECT_EQ(Whole().open, 4);
  JudgeAll();
  EXPECT_EQ(Whole().overdue, 3) << "m1 to m3, by the new limit";
  EXPECT_EQ(Whole().open, 4);
  RunTo(13);
  EXPECT_EQ(Told("overdue").size(), 3u);
  // As if it had never been otherwise, and nothing is left of the old ones.
  auto fresh_store = std::make_unique<testkit::MemoryStore>();
  auto fresh = Task::Open(next->Get(), {}, *fresh_store, DecodeText);
  ASSERT_TRUE(fresh.ok() && (*fresh)->Apply(records_).ok());
  ASSERT_TRUE((*fresh)->AdvanceTo(task_->version().log_time).ok() && (*fresh)->Commit().ok());
  const auto count = [](testkit::MemoryStore& store, char kind) {
    const auto pairs = store.pairs();
    return std::ranges::count_if(pairs, [&](const auto& pair) { return pair.first.front() == kind; });
  };
  for (const char kind : rows::kOfJudging) EXPECT_EQ(count(*store_, kind), count(*fresh_store, kind)) << kind;
}

TEST_F(TaskTest, AnotherGoalIsToldAtOnce) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(25);
  ASSERT_EQ(Told("overdue").size(), 1u);
  auto next = Redefined(minutes(20), 2);
  next->definition.indicators[0].goals = {{.value = 900}};
  next->id = {.revision = 2, .judging = 1, .telling = 2};
  ASSERT_TRUE(task_->Redefine(next->Get()).ok());
  EXPECT_FALSE(task_->has_more_to_judge());
  EXPECT_EQ(task_->version().revision, 2u);
  EXPECT_EQ(task_->setting().definition->indicators[0].goals.size(), 1u);
  RunTo(26);
  EXPECT_EQ(Told("overdue").size(), 1u) << "the episode goes on";
  EXPECT_EQ(task_->rules().OpenEpisodes().size(), 2u);
}

TEST_F(TaskTest, AnEpisodeOutlivesOtherDefinitionsOnlyWhereItsRuleStillHolds) {
  Open();
  Append(0.01, "m1 call_received 0");
  Append(3, "m2 call_received 3");
  RunTo(25);
  ASSERT_EQ(Told("overdue").size(), 2u);
  // With 23 minutes m1 is still overdue; m2 is not yet.
  setting_.definition.indicators[0].versions[0].limit = domain::DurationLimit{minutes(23)};
  setting_.id = {.revision = 2, .judging = 2};
  KillAndOpen();
  JudgeAll();
  KillAndOpen();  // before the rules have looked
  RunTo(25.1);
  EXPECT_EQ(Told("overdue"),
            (std::vector<std::string>{"firing from 20:00.001 at 20:01", "firing from 23:00.001 at 23:01",
                                      "resolved from 23:00.001 at 25:00"}));
}

TEST_F(TaskTest, ACrashWhileCasesAreJudgedAgainGoesOnWhereItWas) {
  Open();
  for (int i = 0; i < 5; ++i) Append(0.01, "m" + std::to_string(i) + " call_received 0");
  RunTo(15.5);
  const auto old = std::make_unique<Setting>();
  former_ = [&](const TaskSetting&, const DefinitionsId& id) {
    return id == old->id ? std::optional(old->Get()) : std::nullopt;
  };
  setting_.definition.indicators[0].versions[0].limit = domain::DurationLimit{minutes(10)};
  setting_.id = {.revision = 2, .judging = 2};
  KillAndOpen();  // a start with other definitions
  EXPECT_EQ(task_->version().revision, 1u);
  EXPECT_EQ(Whole().overdue, 0);
  ASSERT_TRUE(task_->JudgeMore(3).ok());
  ASSERT_TRUE(task_->Commit().ok());
  KillAndOpen();
  ASSERT_TRUE(task_->progress());
  EXPECT_EQ(task_->progress()->judged, 3);
  EXPECT_EQ(Whole().overdue, 0);
  JudgeAll();
  EXPECT_EQ(task_->version().revision, 2u);
  EXPECT_EQ(Whole().overdue, 5);
}

TEST_F(TaskTest, WhereTheOldDefinitionsAreUnknownNothingIsCompleteUntilAllIsJudged) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(25);
  setting_.id.machine = 2;  // another program, under the same revision
  KillAndOpen();
  EXPECT_FALSE(task_->complete());
  JudgeAll();
  EXPECT_TRUE(task_->complete());
  EXPECT_EQ(Whole().overdue, 1);
  RunTo(26);
  EXPECT_EQ(Told("overdue").size(), 1u) << "nobody is told again";
}

TEST_F(TaskTest, TheOldDefinitionsMayComeBackBeforeTheNewOnesAreInForce) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(15);
  const auto next = Redefined(minutes(10), 2);
  ASSERT_TRUE(task_->Redefine(next->Get()).ok());
  KillAndOpen();
  EXPECT_FALSE(task_->progress());
  EXPECT_EQ(Whole().overdue, 0);
  JudgeAll();
  RunTo(25);
  EXPECT_EQ(Whole().overdue, 1);
}

TEST_F(TaskTest, ARevisionNeverGoesBackAndIsOneSetOfDefinitions) {
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(15);
  const auto next = Redefined(minutes(10), 2);
  ASSERT_TRUE(task_->Redefine(next->Get()).ok());
  JudgeAll();
  auto changed = Redefined(minutes(11), 2);
  changed->id.judging = 3;
  for (const TaskSetting& refused : {setting_.Get(), changed->Get()}) {
    const absl::Status status = task_->Redefine(refused);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(status.message().find("to 3"), status.message().npos) << status;
    EXPECT_EQ(task_->version().revision, 2u);
  }
  const auto opened = Task::Open(setting_.Get(), {}, *handle_, DecodeText);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(TaskTest, OtherDefinitionsFindAStoreInWhichNothingHasHappened) {
  Open();
  ASSERT_TRUE(task_->Commit().ok());
  setting_.id = {.revision = 2, .judging = 2};
  KillAndOpen();
  JudgeAll();
  EXPECT_EQ(task_->version().revision, 2u);
  RunTo(1);
}

TEST_F(TaskTest, AtMidnightTheAgesOfTheWaitsAreToldAnew) {
  domain::Indicator& indicator = setting_.definition.indicators[0];
  indicator.unit = domain::DurationUnit::kDays;
  indicator.versions[0].limit = domain::CalendarDaysLimit{.days = 60};
  indicator.versions[0].warn.reset();
  Open();
  Append(0.01, "m1 call_received 0");
  RunTo(14 * 60 - 1);
  for (Series* series : task_->series().unpublished()) series->unpublished = false;
  task_->series().unpublished().clear();
  RunTo(14 * 60 + 1);
  ASSERT_FALSE(task_->series().unpublished().empty());
  EXPECT_TRUE(task_->series().unpublished().front()->unpublished);
}

TEST_F(TaskTest, ASnapshotOfWhoWaitsIsTakenAtEachMidnight) {
  Open();
  const double midnight = 14 * 60;
  Append(0.01, "m1 call_received 0");
  Append(midnight - 16, "m2 call_received " + std::to_string(midnight - 16));
  Append(midnight, "m1 arrived 1");  // is of the new day, but in the log at that instant
  RunTo(midnight + 24 * 60 + 5);
  const LocalDay day = setting_.zone.DayOf(kCall) + days(1);
  const domain::SeriesKey whole{.indicator = "prio1", .level = "region", .key = "region"};
  for (const bool again : {false, true}) {
    const auto taken = task_->Snapshots(whole, day - days(5), day + days(5));
    ASSERT_TRUE(taken.ok()) << taken.status();
    ASSERT_EQ(taken->size(), 2u) << again;
    EXPECT_EQ(taken->front().day, day);
    EXPECT_EQ(taken->front().row.open, 1);
    EXPECT_EQ(taken->front().row.at_risk, 1);
    EXPECT_EQ(taken->back().row.overdue, 1);
    // Other definitions, and what is heard later, change nothing of it.
    setting_.definition.indicators[0].versions[0].limit = domain::DurationLimit{minutes(10)};
    setting_.id = {.revision = 2, .judging = 2};
    KillAndOpen();
    Append(midnight + 24 * 60 + 6, "m2 arrived " + std::to_string(midnight - 1));
    JudgeAll();
    RunTo(midnight + 24 * 60 + 7);
  }
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
