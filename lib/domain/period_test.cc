#include "lib/domain/period.h"

#include <gtest/gtest.h>

namespace vardvakt::domain {
namespace {

std::string DaysOf(std::string_view text) {
  const auto period = ParsePeriod(text);
  return period ? FormatLocalDay(period->first) + " to " + FormatLocalDay(period->last()) : "none";
}

TEST(Period, IsAMonthATertialOrAYear) {
  EXPECT_EQ(DaysOf("2026-04"), "2026-04-01 to 2026-04-30");
  EXPECT_EQ(DaysOf("2024-02"), "2024-02-01 to 2024-02-29");
  EXPECT_EQ(DaysOf("2025-12"), "2025-12-01 to 2025-12-31");
  EXPECT_EQ(DaysOf("2026-T1"), "2026-01-01 to 2026-04-30");
  EXPECT_EQ(DaysOf("2026-T3"), "2026-09-01 to 2026-12-31");
  EXPECT_EQ(DaysOf("2026"), "2026-01-01 to 2026-12-31");
  EXPECT_TRUE(ParsePeriod("2026")->is_year);
  EXPECT_FALSE(ParsePeriod("2026-T1")->is_year);
}

TEST(Period, IsNothingElse) {
  for (const char* text : {"", "26", "2026-", "2026-4", "2026-00", "2026-13", "2026-T0", "2026-T4",
                           "2026-T12", "2026-04-01", "2026T1", "-026", "abcd", "1899", "2026-+4"}) {
    EXPECT_EQ(DaysOf(text), "none") << text;
  }
}

}  // namespace
}  // namespace vardvakt::domain
