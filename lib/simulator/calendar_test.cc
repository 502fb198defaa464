#include "lib/simulator/calendar.h"

#include <gtest/gtest.h>

namespace vardvakt::simulator {
namespace {

LocalDay Day(std::string_view text) { return ParseLocalDay(text).value(); }

TEST(Calendar, KnowsTheHolidaysOf2026) {
  int holidays = 0;
  for (LocalDay day = Day("2026-01-01"); day <= Day("2026-12-31"); day += days(1)) holidays += IsHoliday(day);
  EXPECT_EQ(holidays, 12);
  for (const char* day :
       {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-14", "2026-06-19", "2026-12-24"}) {
    EXPECT_TRUE(IsHoliday(Day(day))) << day;
  }
  for (const char* day :
       {"2024-03-29", "2024-04-01", "2025-04-18", "2025-05-29", "2027-03-26", "2038-04-26"}) {
    EXPECT_TRUE(IsHoliday(Day(day))) << day;
  }
  EXPECT_FALSE(IsHoliday(Day("2026-04-07")));
}

TEST(Calendar, FindsTheNearestWorkingDay) {
  EXPECT_EQ(WorkingDayFrom(Day("2026-04-02")), Day("2026-04-02"));
  EXPECT_EQ(WorkingDayFrom(Day("2026-04-03")), Day("2026-04-07"));
  EXPECT_EQ(WorkingDayUntil(Day("2026-04-06")), Day("2026-04-02"));
}

TEST(Calendar, LittleIsDoneInJulyAndOverChristmas) {
  EXPECT_EQ(PlannedCarePerMille(Day("2026-05-05")), 1000);
  EXPECT_LT(PlannedCarePerMille(Day("2026-07-14")), 500);
  EXPECT_LT(PlannedCarePerMille(Day("2026-01-02")), 500);
}

}  // namespace
}  // namespace vardvakt::simulator
