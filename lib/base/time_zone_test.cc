#include "lib/base/time_zone.h"

#include <gtest/gtest.h>

#include "lib/base/strings.h"

namespace vardvakt {
namespace {

using std::chrono::local_days;
using std::chrono::local_time;
using std::chrono::year;

Instant At(std::string_view text) {
  const std::optional<Instant> instant = ParseRfc3339(text);
  EXPECT_TRUE(instant.has_value()) << text;
  return instant.value_or(kNever);
}

local_time<milliseconds> Local(int y, int m, int d, int h = 0, int min = 0, int s = 0) {
  return local_days(year(y) / m / d) + hours(h) + minutes(min) + seconds(s);
}

LocalDay Day(int y, int m, int d) { return local_days(year(y) / m / d); }

TimeZone Zone(std::string_view name) {
  absl::StatusOr<TimeZone> zone = TimeZone::Load(name);
  EXPECT_TRUE(zone.ok()) << zone.status();
  return *std::move(zone);
}

TEST(TimeZone, RefusesANameThatIsNone) {
  const absl::StatusOr<TimeZone> zone = TimeZone::Load("Europe/Jonkoping");
  ASSERT_FALSE(zone.ok());
  EXPECT_NE(ToStd(zone.status().message()).find("Europe/Jonkoping"), std::string_view::npos);
}

TEST(TimeZone, StockholmLosesAnHourInMarch) {
  const TimeZone zone = Zone("Europe/Stockholm");
  EXPECT_EQ(zone.ToLocal(At("2026-03-29T00:59:59Z")), Local(2026, 3, 29, 1, 59, 59));
  EXPECT_EQ(zone.ToLocal(At("2026-03-29T01:00:00Z")), Local(2026, 3, 29, 3));
  EXPECT_EQ(zone.FromLocal(Local(2026, 3, 29, 1, 59, 59)), At("2026-03-29T00:59:59Z"));
  EXPECT_EQ(zone.FromLocal(Local(2026, 3, 29, 2, 30)), At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(zone.FromLocal(Local(2026, 3, 29, 3)), At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(zone.StartOf(Day(2026, 3, 29)), At("2026-03-28T23:00:00Z"));
  EXPECT_EQ(zone.StartOf(Day(2026, 3, 30)), At("2026-03-29T22:00:00Z"));
}

TEST(TimeZone, StockholmHasAnHourTwiceInOctober) {
  const TimeZone zone = Zone("Europe/Stockholm");
  EXPECT_EQ(zone.ToLocal(At("2026-10-25T00:30:00Z")), Local(2026, 10, 25, 2, 30));
  EXPECT_EQ(zone.ToLocal(At("2026-10-25T01:30:00Z")), Local(2026, 10, 25, 2, 30));
  EXPECT_EQ(zone.FromLocal(Local(2026, 10, 25, 2, 30)), At("2026-10-25T00:30:00Z"));
  EXPECT_EQ(zone.FromLocal(Local(2026, 10, 25, 3)), At("2026-10-25T02:00:00Z"));
  EXPECT_EQ(zone.DayOf(At("2026-10-25T22:59:59Z")), Day(2026, 10, 25));
  EXPECT_EQ(zone.DayOf(At("2026-10-25T23:00:00Z")), Day(2026, 10, 26));
}

TEST(TimeZone, LosAngelesChangesTwiceAYear) {
  const TimeZone zone = Zone("America/Los_Angeles");
  EXPECT_EQ(zone.ToLocal(At("2020-03-08T09:59:59Z")), Local(2020, 3, 8, 1, 59, 59));
  EXPECT_EQ(zone.ToLocal(At("2020-03-08T10:00:00Z")), Local(2020, 3, 8, 3));
  EXPECT_EQ(zone.FromLocal(Local(2020, 3, 8, 2, 15)), At("2020-03-08T10:00:00Z"));
  EXPECT_EQ(zone.FromLocal(Local(2020, 11, 1, 1, 15)), At("2020-11-01T08:15:00Z"));
  EXPECT_EQ(zone.FromLocal(Local(2020, 11, 1, 2)), At("2020-11-01T10:00:00Z"));
  EXPECT_EQ(zone.DayOf(At("2020-04-08T06:59:59.999Z")), Day(2020, 4, 7));
  EXPECT_EQ(zone.DayOf(At("2020-04-08T07:00:00Z")), Day(2020, 4, 8));
}

TEST(TimeZone, AMidnightCanBeMissingOrTwice) {
  const TimeZone zone = Zone("America/Havana");  // changes at local midnight
  EXPECT_EQ(zone.StartOf(Day(2024, 3, 10)), At("2024-03-10T05:00:00Z"));
  EXPECT_EQ(zone.ToLocal(zone.StartOf(Day(2024, 3, 10))), Local(2024, 3, 10, 1));
  EXPECT_EQ(zone.StartOf(Day(2024, 11, 3)), At("2024-11-03T04:00:00Z"));
  const TimeZone samoa = Zone("Pacific/Apia");  // 2011-12-30 did not exist
  EXPECT_EQ(samoa.StartOf(Day(2011, 12, 30)), At("2011-12-30T10:00:00Z"));
  EXPECT_EQ(samoa.DayOf(At("2011-12-30T10:00:00Z")), Day(2011, 12, 31));
}

TEST(TimeZone, SummerTimeGoesOnPast2037) {
  const TimeZone zone = Zone("Europe/Stockholm");
  EXPECT_EQ(zone.ToLocal(At("2037-10-25T00:59:59Z")), Local(2037, 10, 25, 2, 59, 59));
  EXPECT_EQ(zone.ToLocal(At("2037-10-25T01:00:00Z")), Local(2037, 10, 25, 2));
  EXPECT_EQ(zone.ToLocal(At("2038-03-28T01:00:00Z")), Local(2038, 3, 28, 3));
  EXPECT_EQ(zone.ToLocal(At("2100-07-01T10:00:00Z")), Local(2100, 7, 1, 12));
  EXPECT_EQ(zone.ToLocal(At("2100-01-01T10:00:00Z")), Local(2100, 1, 1, 11));
}

TEST(TimeZone, DaysAndTheirStartsAgreeOverTwoCenturies) {
  for (const char* name : {"Europe/Stockholm", "America/Los_Angeles", "America/Havana", "UTC"}) {
    const TimeZone zone = Zone(name);
    for (LocalDay day = Day(1960, 1, 1); day < Day(2150, 1, 1); day += days(1)) {
      const Instant start = zone.StartOf(day);
      ASSERT_EQ(zone.DayOf(start), day) << name << " " << FormatLocalDay(day);
      ASSERT_EQ(zone.DayOf(start - milliseconds(1)), day - days(1)) << name << " " << FormatLocalDay(day);
    }
  }
}

TEST(TimeZone, ReadsInstantsFarOutsideTheData) {
  const TimeZone zone = Zone("Europe/Stockholm");
  EXPECT_EQ(zone.DayOf(At("0001-01-01T12:00:00Z")), Day(1, 1, 1));
  EXPECT_EQ(zone.DayOf(At("9999-12-31T12:00:00Z")), Day(9999, 12, 31));
  EXPECT_EQ(TimeZone::Utc().DayOf(At("2026-04-15T23:59:59.999Z")), Day(2026, 4, 15));
  EXPECT_EQ(TimeZone::Utc().name(), "UTC");
}

}  // namespace
}  // namespace vardvakt
