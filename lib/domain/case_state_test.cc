#include "lib/domain/case_state.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace vardvakt::domain {
namespace {

Event Report(int recorded_second, std::string id) {
  Event e;
  e.event_id = std::move(id);
  e.source = "zenit";
  e.stream = "ambulance";
  e.case_id = "m1";
  e.recorded_at = InstantFromMillis(recorded_second * 1000);
  return e;
}

Event Arrived(int recorded_second, std::string id, int at_second, std::string resource = "A1") {
  Event e = Report(recorded_second, std::move(id));
  e.milestone = "arrived";
  e.resource = std::move(resource);
  e.resource_kind = "ambulance";
  e.occurred_at = InstantFromMillis(at_second * 1000);
  return e;
}

CaseState MergeAll(const std::vector<Event>& events) {
  CaseState state;
  for (const Event& event : events) Merge(event, state);
  return state;
}

// Small domains on purpose, so that versions tie and values collide.
Event RandomEvent() {
  Event e = Report(*rc::gen::inRange(0, 4), *rc::gen::element<std::string>("a", "b", "c"));
  e.source = *rc::gen::element<std::string>("zenit", "cosmic");
  e.occurred_at = InstantFromMillis(*rc::gen::inRange(0, 3) * 1000);
  e.retract = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    e.milestone = *rc::gen::element<std::string>("arrived", "rolling");
    e.resource = *rc::gen::element<std::string>("", "A1");
    e.resource_kind = *rc::gen::element<std::string>("", "ivpa");
  }
  if (*rc::gen::arbitrary<bool>()) e.attributes = {{"unit", *rc::gen::element<std::string>("", "u1", "u2")}};
  if (*rc::gen::inRange(0, 4) == 0) e.deviation = *rc::gen::element(Deviation::kNone, Deviation::kPvv);
  if (*rc::gen::inRange(0, 4) == 0) e.closed = *rc::gen::element<std::string>("cancelled", "transferred");
  if (*rc::gen::inRange(0, 4) == 0) e.deleted = true;
  if (*rc::gen::inRange(0, 4) == 0) {
    e.exempted = Exemption{.indicator = "i",
                           .reason = *rc::gen::element<std::string>("x", "y"),
                           .revoked = *rc::gen::arbitrary<bool>()};
  }
  return e;
}

TEST(MergeTest, AnyOrderAndAnyNumberOfTimesGivesTheSameCaseBitForBit) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Event> events;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) events.push_back(RandomEvent());
    const CaseState once = MergeAll(events);

    std::vector<Event> again = events;
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) again.push_back(*rc::gen::elementOf(events));
    for (size_t i = again.size(); i > 1; --i) std::swap(again[i - 1], again[*rc::gen::inRange<size_t>(0, i)]);
    RC_ASSERT(MergeAll(again) == once);
  }));
}

TEST(MergeTest, TheGreatestVersionStands) {
  const CaseState state = MergeAll({Arrived(20, "b", 12), Arrived(10, "a", 11), Arrived(20, "a", 13)});
  const Register* arrived = state.Find(RegisterKind::kMilestone, "arrived", "A1");
  ASSERT_NE(arrived, nullptr);
  EXPECT_EQ(arrived->at, InstantFromMillis(12'000));
  EXPECT_EQ(StandingEvents(state), 1);
}

TEST(MergeTest, OnAnEqualVersionSetBeatsRetractedThenTheGreaterInstantThenTheGreaterString) {
  Event retracted = Arrived(10, "a", 11);
  retracted.retract = true;
  EXPECT_TRUE(MergeAll({Arrived(10, "a", 11), retracted}).registers[0].set);
  EXPECT_EQ(MergeAll({Arrived(10, "a", 11), Arrived(10, "a", 12)}).registers[0].at,
            InstantFromMillis(12'000));

  Event u1 = Report(10, "a");
  u1.attributes = {{"unit", "u1"}};
  Event u5 = Report(10, "a");
  u5.attributes = {{"unit", "u5"}};
  EXPECT_EQ(MergeAll({u5, u1}).Attribute("unit"), "u5");
}

TEST(MergeTest, CountsAnEventAsStandingWhileAnyOfItsValuesStands) {
  Event both = Arrived(10, "a", 11);
  both.attributes = {{"unit", "u1"}};
  Event later = Report(20, "b");
  later.attributes = {{"unit", "u2"}};
  EXPECT_EQ(StandingEvents(MergeAll({both, later, both})), 2);

  Event repeated = both;
  repeated.event_id = "c";
  repeated.recorded_at = InstantFromMillis(30'000);
  EXPECT_EQ(StandingEvents(MergeAll({both, later, repeated})), 1) << "a later version repeats every value";
}

TEST(MergeTest, EachResourceHasItsOwnRegister) {
  EXPECT_EQ(MergeAll({Arrived(10, "a", 11, "A1"), Arrived(10, "b", 9, "A2")}).registers.size(), 2u);
}

TEST(MergeTest, AnEmptyValueClearsAnAttribute) {
  Event set = Report(10, "a");
  set.attributes = {{"unit", "u1"}};
  Event clear = Report(11, "b");
  clear.attributes = {{"unit", ""}};
  EXPECT_EQ(MergeAll({clear, set}).Attribute("unit"), "");
}

}  // namespace
}  // namespace vardvakt::domain
