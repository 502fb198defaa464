#include "lib/simulator/traffic.h"

#include <gtest/gtest.h>

#include "lib/simulator/county_test_util.h"

namespace vardvakt::simulator {
namespace {

class TrafficTest : public ::testing::Test {
 protected:
  const County county_ = TestCounty();
};

TEST_F(TrafficTest, IsMissionsAndCareInOrderOfTime) {
  Traffic traffic(county_, {.missions = AWeek(1), .care = ACareWeek(1)});
  Generator missions(county_, AWeek(1));
  PlannedCare care(county_, ACareWeek(1));
  size_t of_missions = 0;
  Instant last = AWeek(1).from;
  const std::vector<Delivery> all = All(traffic);
  for (const Delivery& delivery : all) {
    EXPECT_GE(delivery.deliver_at, last);
    last = delivery.deliver_at;
    if (delivery.event.stream == kAmbulanceStream) ++of_missions;
  }
  EXPECT_EQ(of_missions, All(missions).size());
  EXPECT_EQ(all.size() - of_missions, All(care).size());
  EXPECT_EQ(traffic.cases(), missions.missions() + care.cases());
}

TEST_F(TrafficTest, OfNothingIsNothing) {
  TrafficOptions none{.missions = AWeek(1), .care = ACareWeek(1)};
  none.missions.missions_per_day = none.care.waits_per_day = none.care.svf_per_day =
      none.care.dental_per_day = 0;
  Traffic traffic(county_, none);
  EXPECT_FALSE(traffic.NextAt());
  EXPECT_FALSE(traffic.Next());
}

TEST_F(TrafficTest, IncidentsAreAtPlacesOfTheCountyOrOfSources) {
  const auto is_ok = [&](IncidentKind kind, const char* where) {
    return CheckIncidents(county_, {{.kind = kind, .where = where}}).ok();
  };
  for (const char* where : {"", "0680", "22010", "SE2321000057-22010kirurgi"}) {
    EXPECT_TRUE(is_ok(IncidentKind::kStrike, where)) << where;
  }
  for (const char* where : {"ambulance", "zenit", "wait", "svf", "dental", "vc", "cosmic", "t4"}) {
    EXPECT_TRUE(is_ok(IncidentKind::kSourceSilent, where)) << where;
    EXPECT_FALSE(is_ok(IncidentKind::kTheatreClosed, where)) << where;
  }
  EXPECT_FALSE(is_ok(IncidentKind::kSourceSilent, "0999"));
}

}  // namespace
}  // namespace vardvakt::simulator
