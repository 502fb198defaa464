#include "lib/base/time.h"

#include <gtest/gtest.h>

namespace vardvakt {
namespace {

using std::chrono::April;
using std::chrono::December;
using std::chrono::February;
using std::chrono::January;
using std::chrono::local_days;
using std::chrono::sys_days;
using std::chrono::year;

Instant At(int y, unsigned m, unsigned d, int h = 0, int min = 0, int s = 0, int ms = 0) {
  return sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d)) + hours(h) + minutes(min) +
         seconds(s) + milliseconds(ms);
}

TEST(ParseRfc3339, ReadsEachKindOfOffset) {
  EXPECT_EQ(ParseRfc3339("2026-04-15T10:17:33Z"), At(2026, 4, 15, 10, 17, 33));
  EXPECT_EQ(ParseRfc3339("2026-04-15t10:17:33z"), At(2026, 4, 15, 10, 17, 33));
  EXPECT_EQ(ParseRfc3339("2026-04-15T12:17:33+02:00"), At(2026, 4, 15, 10, 17, 33));
  EXPECT_EQ(ParseRfc3339("2026-04-14T14:39:22.455-07:00"), At(2026, 4, 14, 21, 39, 22, 455));
  EXPECT_EQ(ParseRfc3339("2026-04-15T10:17:33-00:00"), At(2026, 4, 15, 10, 17, 33));
}

TEST(ParseRfc3339, CutsDigitsBeyondTheMillisecond) {
  EXPECT_EQ(ParseRfc3339("2026-04-15T10:17:33.2Z"), At(2026, 4, 15, 10, 17, 33, 200));
  EXPECT_EQ(ParseRfc3339("2026-04-15T10:17:33.25Z"), At(2026, 4, 15, 10, 17, 33, 250));
  EXPECT_EQ(ParseRfc3339("2026-04-15T10:17:33.250999999999999Z"), At(2026, 4, 15, 10, 17, 33, 250));
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59.9999Z"), At(1969, 12, 31, 23, 59, 59, 999));
}

TEST(ParseRfc3339, TakesTheYears1To9999) {
  EXPECT_EQ(ParseRfc3339("0001-01-01T00:00:00Z"), At(1, 1, 1));
  EXPECT_EQ(ParseRfc3339("9999-12-31T23:59:59.999Z"), At(9999, 12, 31, 23, 59, 59, 999));
  EXPECT_EQ(ParseRfc3339("0001-01-01T00:00:00+00:01"), std::nullopt);
  EXPECT_EQ(ParseRfc3339("9999-12-31T23:59:59-00:01"), std::nullopt);
  EXPECT_EQ(ParseRfc3339("0000-06-01T00:00:00Z"), std::nullopt);
}

TEST(ParseRfc3339, RefusesAnythingElse) {
  for (const char* text : {"",
                           "Z",
                           "2026-04-15",
                           "2026-04-15T10:17:33",
                           "2026-04-15 10:17:33Z",
                           "2026-04-15T10:17Z",
                           "2026-04-15T10:17:60Z",
                           "2026-04-15T24:00:00Z",
                           "2026-04-15T10:60:00Z",
                           "2026-13-15T10:17:33Z",
                           "2026-00-15T10:17:33Z",
                           "2026-04-31T10:17:33Z",
                           "2026-02-29T10:17:33Z",
                           "1900-02-29T10:17:33Z",
                           "2026-04-00T10:17:33Z",
                           "2026-04-15T10:17:33.Z",
                           "2026-04-15T10:17:33,5Z",
                           "2026-04-15T10:17:33+2:00",
                           "2026-04-15T10:17:33+0200",
                           "2026-04-15T10:17:33+24:00",
                           "2026-04-15T10:17:33+02:60",
                           "2026-04-15T10:17:33 02:00",
                           "2026-04-15T10:17:33ZZ",
                           " 2026-04-15T10:17:33Z",
                           "2026-04-15T10:17:33Z ",
                           "2026-04-15T10:17:33.123",
                           "+026-04-15T10:17:33Z",
                           "2026-04-15T1a:17:33Z",
                           "20260415T101733Z000000",
                           "2026-04-15T10:17:33\xC3\xA5"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseRfc3339(std::string_view("2026-04-15T10:17:33\0Z", 21)), std::nullopt);
}

TEST(ParseRfc3339, AgreesWithTheCalendarOnEveryDayOf800Years) {
  for (sys_days day = sys_days(year(1600) / January / 1); day < sys_days(year(2400) / January / 1);
       day += days(1)) {
    ASSERT_EQ(ParseRfc3339(FormatMillis(day)), Instant(day));
  }
}

TEST(Format, GivesSecondsAndMillis) {
  EXPECT_EQ(FormatSeconds(At(2026, 4, 15, 10, 17, 33, 999)), "2026-04-15T10:17:33Z");
  EXPECT_EQ(FormatMillis(At(2026, 4, 15, 10, 17, 33, 250)), "2026-04-15T10:17:33.250Z");
  EXPECT_EQ(FormatSeconds(At(1969, 12, 31, 23, 59, 59, 999)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatMillis(At(1, 1, 1)), "0001-01-01T00:00:00.000Z");
}

TEST(LocalDay, IsReadStrictly) {
  EXPECT_EQ(ParseLocalDay("2024-02-29"), local_days(year(2024) / February / 29));
  EXPECT_EQ(FormatLocalDay(local_days(year(2026) / April / 5)), "2026-04-05");
  for (const char* text :
       {"", "2026-2-01", "2026-02-29", "2026-02-01 ", "2026/02/01", "20260201", "2026-02-0x"}) {
    EXPECT_EQ(ParseLocalDay(text), std::nullopt) << text;
  }
}

TEST(ParseDuration, ReadsUnitsFromLongToShort) {
  EXPECT_EQ(ParseDuration("90s"), seconds(90));
  EXPECT_EQ(ParseDuration("20min"), minutes(20));
  EXPECT_EQ(ParseDuration("72h"), hours(72));
  EXPECT_EQ(ParseDuration("3d"), days(3));
  EXPECT_EQ(ParseDuration("1h30min"), minutes(90));
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("0s"), seconds(0));
  for (const char* text : {"", "20", "min", "-5s", "+5s", "30min1h", "1h1h", "1.5h", "5 s", "5m", "5s ",
                           "99999999999999999999s", "9223372036854775807d", "106751991167d106751991167h"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, IsTheShortestText) {
  EXPECT_EQ(FormatDuration(minutes(20)), "20min");
  EXPECT_EQ(FormatDuration(seconds(90)), "90s");
  EXPECT_EQ(FormatDuration(hours(72)), "3d");
  EXPECT_EQ(FormatDuration(seconds(0)), "0s");
  EXPECT_EQ(FormatDuration(milliseconds(500)), "500ms");
  EXPECT_EQ(FormatDuration(days(400)), "400d");
  for (const int64_t millis : {1, 999, 61'001, 3'661'000, 90'061'001, 86'401'000}) {
    EXPECT_EQ(ParseDuration(FormatDuration(milliseconds(millis))), milliseconds(millis));
  }
}

}  // namespace
}  // namespace vardvakt
