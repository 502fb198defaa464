#include "lib/domain/case_limit.h"

#include <gtest/gtest.h>

#include "lib/domain/judgement.h"

namespace vardvakt::domain {
namespace {

Instant At(std::string_view text) { return *ParseRfc3339(text); }
LocalDay Day(std::string_view text) { return *ParseLocalDay(text); }

const TimeZone& Stockholm() {
  static const TimeZone zone = *TimeZone::Load("Europe/Stockholm");
  return zone;
}

// A case of plain facts, recorded one second after each other.
class Facts {
 public:
  Facts& Attribute(std::string name, std::string value) {
    Event e;
    e.attributes = {{std::move(name), std::move(value)}};
    return Add(e);
  }
  Facts& Milestone(std::string name, std::string_view at) {
    Event e;
    e.milestone = std::move(name);
    e.occurred_at = At(at);
    return Add(e);
  }
  Facts& Deviates(Deviation deviation) {
    Event e;
    e.deviation = deviation;
    return Add(e);
  }
  Facts& Close(std::string_view at) {
    Event e;
    e.closed = "transferred";
    e.occurred_at = At(at);
    return Add(e);
  }
  Judgement JudgedAt(std::string_view now, const Indicator& indicator) const {
    return Judge(state_, indicator, At(now), Stockholm());
  }

 private:
  Facts& Add(Event e) {
    e.event_id = std::to_string(++count_);
    e.source = "cosmic";
    e.recorded_at = InstantFromMillis(count_ * 1000);
    Merge(e, state_);
    return *this;
  }
  CaseState state_;
  int count_ = 0;
};

Indicator Within(Limit limit, int warn_days_before, std::string start, std::string stop) {
  IndicatorVersion version;
  version.start = {.milestones = {std::move(start)}};
  version.stop = {.milestones = {std::move(stop)}};
  version.limit = std::move(limit);
  version.warn = WarnDaysBefore{warn_days_before};
  version.settle = hours(72);
  return {.id = "i", .unit = DurationUnit::kDays, .versions = {version}};
}

Indicator Assessment() { return Within(CalendarDaysLimit{3}, 1, "contact_made", "assessed"); }

TEST(CalendarDaysTest, DayThreeIsWithinUpToLocalMidnight) {
  Facts within;
  within.Milestone("contact_made", "2026-03-05T09:00:00+01:00")
      .Milestone("assessed", "2026-03-08T23:59:59+01:00");
  Judgement j = within.JudgedAt("2026-04-01T00:00:00Z", Assessment());
  EXPECT_TRUE(j.completed->within);
  EXPECT_EQ(j.duration, Duration(days(3)));
  Facts late;
  late.Milestone("contact_made", "2026-03-05T09:00:00+01:00")
      .Milestone("assessed", "2026-03-09T00:00:00+01:00");
  j = late.JudgedAt("2026-04-01T00:00:00Z", Assessment());
  EXPECT_EQ(j.decided, (Count{At("2026-03-09T00:00:00+01:00"), false}));
}

TEST(CalendarDaysTest, TheDeadlineIsLocalMidnightOnBothSidesOfTheClockChange) {
  Facts spring;
  spring.Milestone("contact_made", "2026-03-27T12:00:00+01:00");
  EXPECT_EQ(spring.JudgedAt("2026-03-27T12:00:00Z", Assessment()).deadline, At("2026-03-31T00:00:00+02:00"));
  Facts autumn;
  autumn.Milestone("contact_made", "2026-10-23T12:00:00+02:00");
  EXPECT_EQ(autumn.JudgedAt("2026-10-23T12:00:00Z", Assessment()).deadline, At("2026-10-27T00:00:00+01:00"));
}

TEST(CalendarDaysTest, WarnsFromTheDayBeforeTheLastAndIsDecidedAfterSettling) {
  Facts open;
  open.Milestone("contact_made", "2026-03-05T09:00:00+01:00");
  const Indicator assessment = Assessment();
  Judgement j = open.JudgedAt("2026-03-06T22:59:59Z", assessment);
  EXPECT_EQ(j.waiting, Waiting::kInTime);
  EXPECT_EQ(j.next, At("2026-03-06T23:00:00Z"));
  EXPECT_EQ(j.waiting_since, Day("2026-03-05"));
  EXPECT_EQ(open.JudgedAt("2026-03-06T23:00:00Z", assessment).waiting, Waiting::kAtRisk);
  EXPECT_EQ(open.JudgedAt("2026-03-08T23:00:00Z", assessment).waiting, Waiting::kOverdue);
  EXPECT_FALSE(open.JudgedAt("2026-03-11T22:59:59Z", assessment).decided);
  EXPECT_EQ(open.JudgedAt("2026-03-11T23:00:00Z", assessment).decided,
            (Count{At("2026-03-08T23:00:00Z"), false}));
}

TEST(CalendarDaysTest, TheSameDayLimitEndsAtTheNextMidnight) {
  Facts open;
  open.Milestone("contact_attempted", "2026-03-05T23:30:00+01:00");
  const Judgement j = open.JudgedAt("2026-03-05T22:40:00Z",
                                    Within(CalendarDaysLimit{0}, 0, "contact_attempted", "contact_made"));
  EXPECT_EQ(j.waiting, Waiting::kAtRisk);
  EXPECT_EQ(j.deadline, At("2026-03-06T00:00:00+01:00"));
}

Indicator FollowUp() {
  return Within(DateLimit{"medical_target_date"}, 14, "followup_decided", "followup_done");
}

TEST(DateLimitTest, TheTargetDateItselfIsWithin) {
  Facts facts;
  facts.Attribute("medical_target_date", "2026-05-01")
      .Milestone("followup_decided", "2026-03-01T10:00:00+01:00");
  EXPECT_EQ(facts.JudgedAt("2026-04-16T21:59:59Z", FollowUp()).waiting, Waiting::kInTime);
  EXPECT_EQ(facts.JudgedAt("2026-04-16T22:00:00Z", FollowUp()).waiting, Waiting::kAtRisk);
  facts.Milestone("followup_done", "2026-05-01T23:59:00+02:00");
  EXPECT_TRUE(facts.JudgedAt("2026-06-01T00:00:00Z", FollowUp()).decided->within);
}

TEST(DateLimitTest, ATargetBeforeTheStartIsAlreadyMissed) {
  Facts facts;
  facts.Attribute("medical_target_date", "2026-02-01")
      .Milestone("followup_decided", "2026-03-01T10:00:00+01:00");
  const Judgement j = facts.JudgedAt("2026-03-01T10:00:00Z", FollowUp());
  EXPECT_EQ(j.waiting, Waiting::kOverdue);
  EXPECT_EQ(j.decided, (Count{At("2026-02-02T00:00:00+01:00"), false}));
}

TEST(DateLimitTest, WithoutAReadableTargetAnOpenOrCompletedCaseIsInvalidAndAClosedOneClosed) {
  for (const char* target : {"", "2026-02-30", "2026-2-3", "soon"}) {
    Facts facts;
    facts.Attribute("medical_target_date", target).Milestone("followup_decided", "2026-03-01T10:00:00+01:00");
    EXPECT_EQ(facts.JudgedAt("2026-04-01T00:00:00Z", FollowUp()).reason, "no_target_date");
    Facts closed = facts;
    closed.Close("2026-03-02T10:00:00+01:00");
    EXPECT_EQ(closed.JudgedAt("2026-04-01T00:00:00Z", FollowUp()).outcome, Outcome::kClosed);
    facts.Milestone("followup_done", "2026-03-03T10:00:00+01:00");
    EXPECT_EQ(facts.JudgedAt("2026-04-01T00:00:00Z", FollowUp()).outcome, Outcome::kInvalid);
  }
}

Indicator ExcusedByMov() {
  Indicator indicator = Assessment();
  indicator.versions[0].mov_excludes = true;
  return indicator;
}

TEST(MovTest, AnOpenCaseIsExcludedAndItsDeadlineDecidesOnlyBeforeExclusions) {
  Facts facts;
  facts.Milestone("contact_made", "2026-03-05T09:00:00+01:00").Deviates(Deviation::kMov);
  const Judgement j = facts.JudgedAt("2026-04-01T00:00:00Z", ExcusedByMov());
  EXPECT_EQ(j.outcome, Outcome::kExcluded);
  EXPECT_EQ(j.reason, "mov");
  EXPECT_EQ(j.waiting, Waiting::kNone);
  EXPECT_FALSE(j.waiting_since || j.decided);
  EXPECT_EQ(j.decided_before, (Count{At("2026-03-08T23:00:00Z"), false}));
  EXPECT_EQ(facts.JudgedAt("2026-04-01T00:00:00Z", Assessment()).waiting, Waiting::kOverdue);
}

TEST(MovTest, ALateCompletedCaseIsDecidedAtItsStopAndBeforeExclusionsAtItsDeadline) {
  Facts facts;
  facts.Milestone("contact_made", "2026-03-05T09:00:00+01:00")
      .Milestone("assessed", "2026-03-20T09:00:00+01:00")
      .Deviates(Deviation::kMov);
  const Judgement j = facts.JudgedAt("2026-04-01T00:00:00Z", ExcusedByMov());
  EXPECT_EQ(j.decided, (Count{At("2026-03-20T08:00:00Z"), false}));
  EXPECT_EQ(j.decided_before, (Count{At("2026-03-08T23:00:00Z"), false}));
}

TEST(MovTest, ACloseAfterTheDeadlineIsOnlyClosed) {
  Facts facts;
  facts.Milestone("contact_made", "2026-03-05T09:00:00+01:00")
      .Close("2026-03-20T09:00:00+01:00")
      .Deviates(Deviation::kMov);
  const Judgement j = facts.JudgedAt("2026-04-01T00:00:00Z", ExcusedByMov());
  EXPECT_EQ(j.outcome, Outcome::kClosed);
  EXPECT_FALSE(j.decided);
  EXPECT_TRUE(j.decided_before);
}

// Two variants; the newer version of the pathway is stricter.
std::shared_ptr<const PathwayTable> Table() {
  auto table = std::make_shared<PathwayTable>();
  const PathwayVariant any{.variant = "",
                           .limits = {{.treatment_form = "kirurgi", .days = 35},
                                      {.treatment_form = "lakemedel", .days = 28},
                                      {.treatment_form = "exspektans", .days = std::nullopt},
                                      {.treatment_form = "palliativ", .days = 30}}};
  const PathwayVariant aggressive{.variant = "aggressiv",
                                  .limits = {{.treatment_form = "lakemedel", .days = 10}}};
  const PathwayVariant unset{.variant = "okand",
                             .limits = {{.treatment_form = "kirurgi", .days = std::nullopt}}};
  table->versions = {{.pathway = "brost",
                      .valid_from = Day("2020-01-01"),
                      .pad_subtract_days = 7,
                      .variants = {any, aggressive, unset}},
                     {.pathway = "brost",
                      .valid_from = Day("2026-01-01"),
                      .variants = {{.variant = "", .limits = {{.treatment_form = "kirurgi", .days = 21}}}}},
                     {.pathway = "skelett", .valid_from = Day("2020-01-01"), .variants = {unset}}};
  return table;
}

Indicator LeadTime() {
  Indicator indicator = Within(PathwayLimit{Table()}, 14, "suspicion_founded", "treatment_started");
  IndicatorVersion& version = indicator.versions[0];
  version.stop.instead = {.when = {.attribute = "treatment_form", .values = {"palliativ"}},
                          .milestones = {"treatment_decided_with_patient"}};
  version.deadline_decides = false;
  return indicator;
}

Facts Suspected(std::string_view at = "2025-03-05T09:00:00+01:00") {
  Facts facts;
  facts.Attribute("pathway", "brost").Milestone("suspicion_founded", at);
  return facts;
}

TEST(PathwayTest, AKnownFormHasItsOwnDays) {
  Facts facts = Suspected();
  facts.Attribute("treatment_form", "lakemedel");
  const Judgement j = facts.JudgedAt("2025-03-06T00:00:00Z", LeadTime());
  EXPECT_EQ(j.deadline, At("2025-04-03T00:00:00+02:00"));
  EXPECT_EQ(j.warn_at, At("2025-03-19T00:00:00+01:00"));
}

TEST(PathwayTest, AnUnknownFormIsLateByTheLongestAndAtRiskByTheShortest) {
  const Judgement j = Suspected().JudgedAt("2025-03-06T00:00:00Z", LeadTime());
  EXPECT_EQ(j.deadline, At("2025-04-10T00:00:00+02:00"));
  EXPECT_EQ(j.warn_at, At("2025-03-19T00:00:00+01:00"));
  Facts done = Suspected();
  done.Milestone("treatment_started", "2025-03-20T09:00:00+01:00");
  EXPECT_EQ(done.JudgedAt("2025-05-01T00:00:00Z", LeadTime()).reason, "no_treatment_form");
  done.Close("2025-03-10T09:00:00+01:00");
  EXPECT_EQ(done.JudgedAt("2025-05-01T00:00:00Z", LeadTime()).outcome, Outcome::kClosed);
}

TEST(PathwayTest, TheDeadlineDecidesNothing) {
  Facts facts = Suspected();
  facts.Attribute("treatment_form", "kirurgi");
  Judgement j = facts.JudgedAt("2025-09-01T00:00:00Z", LeadTime());
  EXPECT_EQ(j.waiting, Waiting::kOverdue);
  EXPECT_FALSE(j.decided);
  Facts closed = facts;
  closed.Close("2025-08-01T09:00:00+02:00");
  EXPECT_FALSE(closed.JudgedAt("2025-09-01T00:00:00Z", LeadTime()).decided);
  facts.Milestone("treatment_started", "2025-08-01T09:00:00+02:00");
  EXPECT_EQ(facts.JudgedAt("2025-09-01T00:00:00Z", LeadTime()).decided,
            (Count{At("2025-08-01T07:00:00Z"), false}));
}

TEST(PathwayTest, WhereThereIsNoLimitItDoesNotApply) {
  const auto outcome = [](Facts facts) { return facts.JudgedAt("2025-09-01T00:00:00Z", LeadTime()).outcome; };
  EXPECT_EQ(outcome(Suspected().Attribute("treatment_form", "stralning")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("treatment_form", "exspektans")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("variant", "annan")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("variant", "okand")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("variant", "aggressiv")), Outcome::kOpen);
  EXPECT_EQ(outcome(Suspected().Attribute("pathway", "skelett")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("pathway", "")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected("2019-12-31T12:00:00+01:00")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("birth_year", "2008")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("birth_year", "2007")), Outcome::kOpen);
}

TEST(PathwayTest, TheNewestVersionOnTheLocalDateOfTheStartCounts) {
  const auto deadline = [](std::string_view start) {
    return Suspected(start).JudgedAt("2026-01-02T00:00:00Z", LeadTime()).deadline;
  };
  EXPECT_EQ(deadline("2025-12-31T22:59:59Z"), At("2026-02-05T00:00:00+01:00"));
  EXPECT_EQ(deadline("2025-12-31T23:00:00Z"), At("2026-01-23T00:00:00+01:00"));
}

TEST(PathwayTest, DaysAreTakenOffWhereThePathologistSuspectedFirst) {
  Facts facts = Suspected();
  facts.Attribute("treatment_form", "kirurgi").Attribute("first_suspicion_at_pad", "true");
  EXPECT_EQ(facts.JudgedAt("2025-03-06T00:00:00Z", LeadTime()).deadline, At("2025-04-03T00:00:00+02:00"));
}

TEST(PathwayTest, PalliativeCareHasAnotherStop) {
  Facts facts = Suspected();
  facts.Attribute("treatment_form", "palliativ").Milestone("treatment_started", "2025-03-06T09:00:00+01:00");
  EXPECT_EQ(facts.JudgedAt("2025-03-10T00:00:00Z", LeadTime()).outcome, Outcome::kOpen);
  facts.Milestone("treatment_decided_with_patient", "2025-03-09T09:00:00+01:00");
  EXPECT_EQ(facts.JudgedAt("2025-03-10T00:00:00Z", LeadTime()).stop, At("2025-03-09T08:00:00Z"));
}

TEST(PathwayTest, TheOthersAreForPathwaysWithoutAnyLimit) {
  Indicator four_weeks = Within(CalendarDaysLimit{28}, 14, "suspicion_founded", "treatment_started");
  four_weeks.versions[0].without_limit_in = Table();
  const auto outcome = [&](Facts facts) {
    return facts.JudgedAt("2025-09-01T00:00:00Z", four_weeks).outcome;
  };
  EXPECT_EQ(outcome(Suspected()), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("variant", "annan")), Outcome::kNotApplicable);
  EXPECT_EQ(outcome(Suspected().Attribute("pathway", "skelett")), Outcome::kOpen);
  EXPECT_EQ(outcome(Suspected().Attribute("pathway", "")), Outcome::kOpen);
  EXPECT_EQ(outcome(Suspected("2019-12-31T12:00:00+01:00")), Outcome::kOpen);
}

TEST(CountedTest, TheEarliestRegisterCountsWhateverElseTheCaseIs) {
  IndicatorVersion version;
  version.stop = {.milestones = {"assessment_done"}};
  const Indicator outreach{.id = "i", .shape = Shape::kRatio, .versions = {version}};
  Facts facts;
  facts.Milestone("assessment_done", "2026-03-05T09:00:00+01:00")
      .Deviates(Deviation::kPvv)
      .Close("2026-03-01T09:00:00+01:00");
  const Judgement before = facts.JudgedAt("2026-03-05T07:59:59Z", outreach);
  EXPECT_EQ(before.outcome, Outcome::kNotApplicable);
  EXPECT_EQ(before.next, At("2026-03-05T08:00:00Z"));
  const Judgement j = facts.JudgedAt("2026-03-06T00:00:00Z", outreach);
  EXPECT_EQ(j.completed, (Count{At("2026-03-05T08:00:00Z"), true}));
  EXPECT_FALSE(j.decided || j.completed_before || j.start);
}

}  // namespace
}  // namespace vardvakt::domain
