#include "lib/simulator/incident.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/simulator/county_test_util.h"

namespace vardvakt::simulator {
namespace {

using ::testing::HasSubstr;

TEST(ParseIncident, ReadsNameTimesAndPlace) {
  const Incident incident =
      ParseIncident("station_closed@2026-01-10T06:00:00Z/2026-01-10T18:00:00+01:00:0682").value();
  EXPECT_EQ(incident.kind, IncidentKind::kStationClosed);
  EXPECT_EQ(incident.from, At("2026-01-10T06:00:00Z"));
  EXPECT_EQ(incident.to, At("2026-01-10T17:00:00Z"));
  EXPECT_EQ(incident.where, "0682");
}

TEST(ParseIncident, WithoutAPlaceItIsTheWholeCounty) {
  const Incident incident =
      ParseIncident("snow_storm@2026-01-10T06:00:00+01:00/2026-01-10T18:00:00+01:00").value();
  EXPECT_EQ(incident.kind, IncidentKind::kSnowStorm);
  EXPECT_EQ(incident.where, "");
}

TEST(ParseIncident, SaysWhatIsWrong) {
  const auto message = [](std::string_view text) {
    return std::string(ParseIncident(text).status().message());
  };
  EXPECT_THAT(message("snow_storm"), HasSubstr("'@' and '/' are missing"));
  EXPECT_THAT(message("flood@2026-01-10T06:00:00Z/2026-01-10T18:00:00Z"), HasSubstr("the name is none of"));
  EXPECT_THAT(message("snow_storm@2026-01-10/2026-01-11"), HasSubstr("a time is not RFC 3339"));
  EXPECT_THAT(message("snow_storm@2026-01-10T06:00:00Z/2026-01-10T06:00:00Z"),
              HasSubstr("ends before it begins"));
}

TEST(Incident, HoldsFromItsBeginningToBeforeItsEnd) {
  const Incident incident{.from = At("2026-01-10T06:00:00Z"), .to = At("2026-01-10T07:00:00Z")};
  EXPECT_FALSE(incident.HoldsAt(incident.from - milliseconds(1)));
  EXPECT_TRUE(incident.HoldsAt(incident.from));
  EXPECT_FALSE(incident.HoldsAt(incident.to));
}

}  // namespace
}  // namespace vardvakt::simulator
