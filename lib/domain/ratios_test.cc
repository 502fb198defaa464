#include "lib/domain/ratios.h"

#include <gtest/gtest.h>

namespace vardvakt::domain {
namespace {

LocalDay Day(std::string_view text) { return *ParseLocalDay(text); }
const Instant kNow = *ParseRfc3339("2026-04-15T10:17:33Z");

Indicator Inclusion(DenominatorRule rule) {
  return {.id = "svf_inclusion",
          .shape = Shape::kRatio,
          .denominator_rule = rule,
          .denominators = {{"region", "region", 2024, 366},
                           {"region", "region", 2025, 730},
                           {"region", "region", 2026, 1460}},
          .versions = {IndicatorVersion()},
          .goals = {{Day("2018-01-01"), 700}}};
}

TEST(RatiosTest, ProRataEachDayHasItsYearsShare) {
  const Indicator indicator = Inclusion(DenominatorRule::kProRata);
  const auto expected = [&](std::string_view first, std::string_view last) {
    return ExpectedCases(indicator, "region", "region", Day(first), Day(last));
  };
  EXPECT_DOUBLE_EQ(*expected("2024-02-01", "2024-02-29"), 29);
  EXPECT_DOUBLE_EQ(*expected("2025-12-31", "2026-01-02"), 2 + 2 * 4);
  EXPECT_DOUBLE_EQ(*expected("2024-01-01", "2026-12-31"), 366 + 730 + 1460);
  EXPECT_FALSE(expected("2023-12-31", "2024-01-01"));
  EXPECT_FALSE(ExpectedCases(indicator, "region", "other", Day("2025-01-01"), Day("2025-01-02")));
}

TEST(RatiosTest, OtherwiseTheYearOfTheLastDayCounts) {
  const Indicator indicator = Inclusion(DenominatorRule::kYearOfLastDay);
  EXPECT_EQ(ExpectedCases(indicator, "region", "region", Day("2023-05-01"), Day("2024-04-30")), 366);
  EXPECT_FALSE(ExpectedCases(indicator, "region", "region", Day("2026-05-01"), Day("2027-04-30")));
}

TEST(RatiosTest, ARowOfARatioIsThereThoughNobodyCame) {
  const Indicator indicator = Inclusion(DenominatorRule::kProRata);
  const SeriesKey key{.indicator = indicator.id, .level = "region", .key = "region"};
  const auto row = BuildRatioRow(indicator, key, Window::kPreviousMonth, 0, kNow, TimeZone::Utc());
  ASSERT_TRUE(row);
  EXPECT_EQ(row->from, *ParseRfc3339("2026-03-01T00:00:00Z"));
  EXPECT_DOUBLE_EQ(*row->denominator, 31 * 4);
  EXPECT_EQ(row->ratio, 0);
  EXPECT_EQ(row->goal, 700);
}

TEST(RatiosTest, ACountHasNoDenominatorAndNoRowForNothing) {
  Indicator count{.id = "i",
                  .shape = Shape::kCount,
                  .versions = {IndicatorVersion()},
                  .goals = {{Day("2018-01-01"), 90}}};
  const SeriesKey key{.indicator = "i", .level = "region", .key = "region"};
  EXPECT_FALSE(BuildRatioRow(count, key, Window::kYear, 0, kNow, TimeZone::Utc()));
  const auto year = BuildRatioRow(count, key, Window::kYear, 7, kNow, TimeZone::Utc());
  EXPECT_EQ(year->numerator, 7);
  EXPECT_FALSE(year->denominator || year->ratio);
  EXPECT_EQ(year->goal, 90);
  EXPECT_FALSE(BuildRatioRow(count, key, Window::kMonth, 7, kNow, TimeZone::Utc())->goal);
}

}  // namespace
}  // namespace vardvakt::domain
