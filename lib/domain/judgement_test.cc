#include "lib/domain/judgement.h"

#include <gtest/gtest.h>

namespace vardvakt::domain {
namespace {

constexpr Instant kStart = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

Indicator TwentyMinutes() {
  IndicatorVersion version;
  version.where = {{.attribute = "priority", .values = {"1"}}};
  version.start = {.milestones = {"call_received"}};
  version.stop = {.milestones = {"arrived"}, .kinds = {"ambulance", "helicopter", ""}};
  version.limit = DurationLimit{minutes(20)};
  version.warn = WarnAfter{minutes(15)};
  version.settle = seconds(60);
  return Indicator{.id = "ambulance_prio1_20min", .versions = {version}};
}

// A case told in one line each; every call is recorded one second after the one before.
class CaseBuilder {
 public:
  CaseBuilder() { Attribute("priority", "1").Milestone("call_received", kStart); }
  CaseBuilder& Attribute(std::string name, std::string value) {
    Event e = Next();
    e.attributes = {{std::move(name), std::move(value)}};
    return Add(e);
  }
  CaseBuilder& Milestone(std::string name, Instant at, std::string kind = "ambulance",
                         std::string unit = "A1") {
    Event e = Next();
    e.milestone = std::move(name);
    e.resource = std::move(unit);
    e.resource_kind = std::move(kind);
    e.occurred_at = at;
    return Add(e);
  }
  CaseBuilder& Close(Instant at) {
    Event e = Next();
    e.closed = "cancelled";
    e.occurred_at = at;
    return Add(e);
  }
  CaseBuilder& Say(void (*change)(Event&)) {
    Event e = Next();
    change(e);
    return Add(e);
  }
  Judgement At(Instant now, const Indicator& indicator = TwentyMinutes()) const {
    return Judge(state_, indicator, now, TimeZone::Utc());
  }

 private:
  Event Next() {
    Event e;
    e.event_id = std::to_string(++count_);
    e.source = "zenit";
    e.recorded_at = InstantFromMillis(count_ * 1000);
    return e;
  }
  CaseBuilder& Add(const Event& e) {
    Merge(e, state_);
    return *this;
  }
  CaseState state_;
  int count_ = 0;
};

TEST(JudgeTest, ExactlyTwentyMinutesIsWithin) {
  CaseBuilder c;
  c.Milestone("arrived", kStart + minutes(20));
  const Judgement j = c.At(kStart + hours(1));
  EXPECT_EQ(j.outcome, Outcome::kCompleted);
  EXPECT_EQ(j.completed, (Count{kStart + minutes(20), true}));
  EXPECT_EQ(j.decided, (Count{kStart + minutes(20), true}));
  EXPECT_EQ(j.next, kNever);
}

TEST(JudgeTest, OneMillisecondMoreIsAMissDecidedAtTheDeadline) {
  CaseBuilder c;
  c.Milestone("arrived", kStart + minutes(25));
  const Judgement j = c.At(kStart + hours(1));
  EXPECT_EQ(j.completed, (Count{kStart + minutes(25), false}));
  EXPECT_EQ(j.decided, (Count{kStart + minutes(20) + milliseconds(1), false}));
}

TEST(JudgeTest, AnOpenCaseGoesThroughItsInstants) {
  const CaseBuilder c;
  const Instant deadline = kStart + minutes(20) + milliseconds(1);
  Judgement j = c.At(kStart + minutes(1));
  EXPECT_EQ(j.waiting, Waiting::kInTime);
  EXPECT_EQ(j.next, kStart + minutes(15));
  j = c.At(j.next);
  EXPECT_EQ(j.waiting, Waiting::kAtRisk);
  EXPECT_EQ(j.next, deadline);
  j = c.At(kStart + minutes(20));
  EXPECT_EQ(j.waiting, Waiting::kAtRisk);
  j = c.At(deadline);
  EXPECT_EQ(j.waiting, Waiting::kOverdue);
  EXPECT_FALSE(j.decided) << "not before the settling time";
  EXPECT_EQ(j.next, deadline + seconds(60));
  j = c.At(j.next);
  EXPECT_EQ(j.decided, (Count{deadline, false}));
  EXPECT_EQ(j.next, kNever);
}

TEST(JudgeTest, WhereLowerIsBetterAnOpenCaseIsUnderObservationUntilItsDeadline) {
  Indicator lower = TwentyMinutes();
  lower.better = Better::kLower;
  const CaseBuilder open;
  const Instant deadline = kStart + minutes(20) + milliseconds(1);
  EXPECT_EQ(open.At(kStart + minutes(16), lower).waiting, Waiting::kInTime);
  EXPECT_EQ(open.At(kStart + minutes(16), lower).next, deadline);
  EXPECT_EQ(open.At(deadline, lower).waiting, Waiting::kNone);
  EXPECT_EQ(open.At(deadline, lower).next, deadline + seconds(60));
  const Judgement decided = open.At(deadline + seconds(60), lower);
  EXPECT_EQ(decided.waiting, Waiting::kNone);
  EXPECT_EQ(decided.decided, (Count{deadline, false}));
}

TEST(JudgeTest, ANotYetReachedMilestoneHappensWhenNowReachesIt) {
  CaseBuilder c;
  c.Milestone("arrived", kStart + minutes(3));
  Judgement j = c.At(kStart + minutes(1));
  EXPECT_EQ(j.outcome, Outcome::kOpen);
  EXPECT_EQ(j.next, kStart + minutes(3));
  EXPECT_EQ(c.At(j.next).outcome, Outcome::kCompleted);
  j = c.At(kStart - seconds(1));
  EXPECT_EQ(j.outcome, Outcome::kNotApplicable);
  EXPECT_EQ(j.next, kStart);
}

TEST(JudgeTest, AnIvpaUnitDoesNotStopTheClockButTheFirstAmbulanceDoes) {
  CaseBuilder c;
  c.Milestone("arrived", kStart + minutes(8), "ivpa", "I1");
  EXPECT_EQ(c.At(kStart + minutes(10)).outcome, Outcome::kOpen);
  c.Milestone("arrived", kStart + minutes(19), "ambulance", "A1");
  c.Milestone("arrived", kStart + minutes(17), "", "A2");
  EXPECT_EQ(c.At(kStart + minutes(30)).stop, kStart + minutes(17));
}

TEST(JudgeTest, StopBeforeStartIsInvalidStopAtStartIsFine) {
  EXPECT_EQ(CaseBuilder().Milestone("arrived", kStart - milliseconds(1)).At(kStart + hours(1)).reason,
            "stop_before_start");
  EXPECT_EQ(CaseBuilder().Milestone("arrived", kStart).At(kStart + hours(1)).outcome, Outcome::kCompleted);
}

TEST(JudgeTest, ACloseBeforeTheStopClosesAtTheStopDoesNot) {
  CaseBuilder before;
  before.Milestone("arrived", kStart + minutes(9)).Close(kStart + minutes(9) - milliseconds(1));
  EXPECT_EQ(before.At(kStart + hours(1)).outcome, Outcome::kClosed);
  CaseBuilder at;
  at.Milestone("arrived", kStart + minutes(9)).Close(kStart + minutes(9));
  EXPECT_EQ(at.At(kStart + hours(1)).outcome, Outcome::kCompleted);
}

TEST(JudgeTest, ACloseAtTheDeadlineIsAMissAllTheSame) {
  const Instant deadline = kStart + minutes(20) + milliseconds(1);
  EXPECT_FALSE(CaseBuilder().Close(kStart + minutes(20)).At(kStart + hours(1)).decided);
  const Judgement j = CaseBuilder().Close(deadline).At(kStart + hours(1));
  EXPECT_EQ(j.outcome, Outcome::kClosed);
  EXPECT_EQ(j.decided, (Count{deadline, false}));
  EXPECT_FALSE(j.completed);
}

TEST(JudgeTest, PvvExcludesAndIsCountedBeforeExclusions) {
  CaseBuilder c;
  c.Milestone("arrived", kStart + minutes(9)).Say([](Event& e) { e.deviation = Deviation::kPvv; });
  const Judgement j = c.At(kStart + hours(1));
  EXPECT_EQ(j.outcome, Outcome::kExcluded);
  EXPECT_EQ(j.reason, "pvv");
  EXPECT_FALSE(j.completed);
  EXPECT_TRUE(j.completed_before && j.completed_before->within);
}

TEST(JudgeTest, AnExemptionIsOfOneIndicatorAndCanBeRevoked) {
  CaseBuilder c;
  c.Say([](Event& e) { e.exempted = Exemption{.indicator = "ambulance_prio1_20min", .reason = "agreed"}; });
  EXPECT_EQ(c.At(kStart + hours(1)).reason, "exempted:agreed");
  Indicator other = TwentyMinutes();
  other.id = "other";
  EXPECT_EQ(c.At(kStart + hours(1), other).outcome, Outcome::kOpen);
  c.Say([](Event& e) {
    e.exempted = Exemption{.indicator = "ambulance_prio1_20min", .reason = "error", .revoked = true};
  });
  EXPECT_EQ(c.At(kStart + hours(1)).outcome, Outcome::kOpen);
}

TEST(JudgeTest, DeletedAndFilteredCasesDoNotApply) {
  EXPECT_EQ(CaseBuilder().Say([](Event& e) { e.deleted = true; }).At(kStart + hours(1)).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(CaseBuilder().Attribute("priority", "2").At(kStart + hours(1)).outcome, Outcome::kNotApplicable);
}

TEST(JudgeTest, AnAgeRangeIsOfTheYearOfTheStartAndUnknownAgesAreInNone) {
  Indicator indicator = TwentyMinutes();
  indicator.versions[0].ages = AgeRange{.from = 65, .to = 79};
  const auto applies = [&](const std::string& birth_year, const Indicator& judged) {
    CaseBuilder case_;
    if (!birth_year.empty()) case_.Attribute("birth_year", birth_year);
    case_.Milestone("arrived", kStart + minutes(5));
    return case_.At(kStart + minutes(10), judged).outcome != Outcome::kNotApplicable;
  };
  EXPECT_FALSE(applies("1962", indicator));  // 64 in 2026
  EXPECT_TRUE(applies("1961", indicator));
  EXPECT_TRUE(applies("1947", indicator));
  EXPECT_FALSE(applies("1946", indicator));
  EXPECT_FALSE(applies("", indicator));
  EXPECT_FALSE(applies("2027", indicator));
  indicator.shape = Shape::kCount;
  EXPECT_FALSE(applies("1962", indicator));
  EXPECT_TRUE(applies("1961", indicator));
  indicator.versions[0].ages = AgeRange{.from = 65};
  EXPECT_TRUE(applies("1926", indicator));
}

TEST(JudgeTest, WithoutALimitNothingIsDecided) {
  Indicator leg = TwentyMinutes();
  leg.versions[0].limit.reset();
  leg.versions[0].warn.reset();
  EXPECT_EQ(CaseBuilder().At(kStart + hours(9), leg).waiting, Waiting::kInTime);
  const Judgement j = CaseBuilder().Milestone("arrived", kStart + hours(1)).At(kStart + hours(9), leg);
  EXPECT_TRUE(j.completed);
  EXPECT_FALSE(j.decided);
}

TEST(JudgeTest, TheVersionInForceOnTheLocalDateOfTheStartJudges) {
  Indicator indicator = TwentyMinutes();
  IndicatorVersion newer = indicator.versions[0];
  newer.valid_from = *ParseLocalDay("2026-04-15");
  newer.limit = DurationLimit{minutes(10)};
  indicator.versions.push_back(newer);
  const Judgement j =
      CaseBuilder().Milestone("arrived", kStart + minutes(15)).At(kStart + hours(1), indicator);
  EXPECT_FALSE(j.completed->within);
  EXPECT_EQ(indicator.VersionName(*j.version), "ambulance_prio1_20min@2026-04-15");
}

}  // namespace
}  // namespace vardvakt::domain
