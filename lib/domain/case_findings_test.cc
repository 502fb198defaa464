#include "lib/domain/case_findings.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "lib/domain/data_quality.h"

namespace vardvakt::domain {
namespace {

constexpr Instant kStart = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

class CaseFindingsTest : public testing::Test {
 protected:
  CaseFindingsTest() {
    definition_.stream = "wait";
    definition_.milestones = {"decided", "done", "followed_up"};
    IndicatorVersion version;
    version.start = {.milestones = {"decided"}};
    version.stop = {.milestones = {"done"}};
    version.limit = CalendarDaysLimit{60};
    definition_.indicators = {{.id = "procedure", .unit = DurationUnit::kDays, .versions = {version}}};
    geography_.municipalities = {{.code = "0680"}};
    geography_.units = {{.code = "U1"}};
    geography_.Index();
  }

  Event At(std::string_view milestone, Duration after_start) {
    Event event;
    event.event_id = "e" + std::to_string(++events_);
    event.source = "cosmic";
    event.stream = "wait";
    event.case_id = "c";
    event.milestone = milestone;
    event.occurred_at = event.recorded_at = kStart + after_start;
    return event;
  }
  static void Merge(const std::vector<Event>& events, CaseState& state) {
    for (const Event& event : events) domain::Merge(event, state);
  }
  CaseFindings Of(const std::vector<Event>& events) {
    CaseState state;
    Merge(events, state);
    std::vector<Judgement> judgements;
    for (const Indicator& indicator : definition_.indicators) {
      judgements.push_back(Judge(state, indicator, kStart + days(10), zone_));
    }
    return FindingsOf(state, judgements, definition_, geography_, zone_);
  }
  static std::vector<std::string> Names(const CaseFindings& findings) {
    std::vector<std::string> names;
    for (size_t i = 0; i < kFindings; ++i) {
      const auto finding = static_cast<Finding>(i);
      if (findings.Has(finding)) names.emplace_back(FindingName(finding));
    }
    return names;
  }
  using Expected = std::vector<std::string>;

  StreamDefinition definition_;
  Geography geography_;
  TimeZone zone_ = TimeZone::Utc();
  int events_ = 0;
};

TEST_F(CaseFindingsTest, AWholeCaseIsJudgedAndNothingElse) {
  Event start = At("decided", {});
  start.attributes = {{"unit", "U1"}, {"municipality", "0680"}};
  const CaseFindings findings = Of({start, At("done", days(3))});
  EXPECT_EQ(Names(findings), Expected{"judged"});
  EXPECT_EQ(findings.source, "cosmic");
  EXPECT_EQ(findings.unit, "U1");
  EXPECT_EQ(findings.excludable_since, 2026 * 12 + 3);
  EXPECT_FALSE(findings.pvv);
}

TEST_F(CaseFindingsTest, TellsMissingFromUnknownPlaces) {
  Event start = At("decided", {});
  EXPECT_EQ(Names(Of({start})), (Expected{"judged", "missing_unit", "missing_municipality"}));
  start.attributes = {{"unit", "U9"}, {"municipality", "1480"}};
  EXPECT_EQ(Names(Of({start})), (Expected{"judged", "unknown_unit", "unknown_municipality"}));
  start.attributes = {{"unit", "U1"}, {"municipality", "0000"}};
  EXPECT_EQ(Names(Of({start})), (Expected{"judged", "missing_municipality"}));
}

TEST_F(CaseFindingsTest, AStopBeforeTheStartIsNotJudgeable) {
  Event start = At("decided", {});
  start.attributes = {{"unit", "U1"}, {"municipality", "0680"}};
  EXPECT_EQ(Names(Of({start, At("done", -hours(1))})), (Expected{"not_judgeable", "stop_before_start"}));
}

TEST_F(CaseFindingsTest, AMilestoneBehindAStopThatNobodyReportedIsAMissingStop) {
  Event start = At("decided", {});
  start.attributes = {{"unit", "U1"}, {"municipality", "0680"}};
  Event closed = At("", days(4));
  closed.closed = "cancelled";
  EXPECT_EQ(Names(Of({start, At("followed_up", days(3))})), (Expected{"judged", "missing_stop"}));
  EXPECT_EQ(Names(Of({start, At("followed_up", days(3)), closed})), Expected{"judged"});
  EXPECT_EQ(Names(Of({start, At("followed_up", -days(3))})), Expected{"judged"});
  EXPECT_EQ(Names(Of({start, At("followed_up", days(3)), At("done", days(2))})), Expected{"judged"});
}

TEST_F(CaseFindingsTest, WhatWasWrittenDownADayLaterIsLate) {
  Event start = At("decided", {});
  start.attributes = {{"unit", "U1"}, {"municipality", "0680"}};
  Event stop = At("done", days(2));
  stop.recorded_at = *stop.occurred_at + kLateAfter;
  EXPECT_EQ(Names(Of({start, stop})), Expected{"judged"});
  stop.recorded_at = *stop.recorded_at + milliseconds(1);
  EXPECT_EQ(Names(Of({start, stop})), (Expected{"judged", "late_report"}));
}

TEST_F(CaseFindingsTest, ACaseThatNoIndicatorIsForOrThatWasWithdrawn) {
  Event followed_up = At("followed_up", {});
  followed_up.attributes = {{"unit", "U1"}, {"municipality", "0680"}};
  EXPECT_EQ(Names(Of({followed_up})), Expected{"not_applicable"});
  Event withdrawn = At("", {});
  withdrawn.deleted = true;
  const CaseFindings findings = Of({followed_up, withdrawn});
  EXPECT_EQ(findings.bits, 0);
  EXPECT_EQ(findings.unit, "U1");
}

TEST_F(CaseFindingsTest, SaysWhatPvvExcludes) {
  Event start = At("decided", {});
  start.deviation = Deviation::kPvv;
  EXPECT_TRUE(Of({start}).pvv);
  definition_.indicators.front().versions.front().pvv_excludes = false;
  EXPECT_FALSE(Of({start}).pvv);
  EXPECT_EQ(Of({start}).excludable_since, std::nullopt);
}

PvvCoding Compare(PvvCounts unit, PvvCounts region) { return ComparePvv({{0, unit}}, {{0, region}}); }

TEST(PvvCoding, AUnitStandsOutByItsIntervalItsShareAndItsCases) {
  // 12 of 30 against 10 of 200: Wilson 95 % of 12/30 is 0.2459 to 0.5768, by hand.
  const PvvCoding coding = Compare({30, 12}, {230, 22});
  EXPECT_EQ(coding.others, (PvvCounts{200, 10}));
  EXPECT_NEAR(*coding.share, 0.4, 1e-9);
  EXPECT_NEAR(*coding.wilson_low, 0.2459, 1e-4);
  EXPECT_NEAR(*coding.wilson_high, 0.5768, 1e-4);
  EXPECT_NEAR(*coding.others_share, 0.05, 1e-9);
  EXPECT_TRUE(coding.stands_out);
  EXPECT_FALSE(Compare({10, 6}, {210, 16}).stands_out) << "too few cases";
  EXPECT_FALSE(Compare({20, 1}, {220, 1}).stands_out) << "one is chance";
  EXPECT_FALSE(Compare({60, 6}, {260, 16}).stands_out) << "the interval reaches down to the others";
  EXPECT_FALSE(Compare({2000, 300}, {4000, 500}).stands_out) << "more, but not twice as much";
  EXPECT_FALSE(Compare({2000, 60}, {4000, 70}).stands_out) << "twice as much, but of little";
  EXPECT_FALSE(Compare({30, 12}, {30, 12}).stands_out) << "there are no others";
}

TEST(PvvCoding, ComparesAUnitWithWhatOthersCodeOfSuchCases) {
  // The others: 5 of 1000 of one kind, 30 of 100 of another. The unit has 100 of the second alone.
  const PvvMix region = {{0, {1000, 5}}, {1, {200, 60}}};
  const PvvCoding coding = ComparePvv({{1, {100, 30}}}, region);
  EXPECT_EQ(coding.others, (PvvCounts{100, 30}));
  EXPECT_NEAR(*coding.others_share, 0.3, 1e-9);
  EXPECT_FALSE(coding.stands_out);
  // Half of each kind: half of 0.5 % and half of 30 %.
  const PvvCoding mixed = ComparePvv({{0, {100, 0}}, {1, {100, 30}}}, {{0, {1100, 5}}, {1, {200, 60}}});
  EXPECT_NEAR(*mixed.others_share, (0.005 + 0.3) / 2, 1e-9);
}

}  // namespace
}  // namespace vardvakt::domain
