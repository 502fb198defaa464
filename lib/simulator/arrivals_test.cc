#include "lib/simulator/arrivals.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/simulator/calendar.h"

namespace vardvakt::simulator {
namespace {

constexpr Rhythm kOffice = {.hours = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0},
                            .weekdays = {100, 100, 100, 100, 100, 10, 0},
                            .months = {100, 100, 100, 100, 100, 100, 40, 100, 100, 100, 100, 100},
                            .holiday_per_mille = 0};

LocalDay Day(std::string_view text) { return ParseLocalDay(text).value(); }

std::vector<Arrivals::Case> Until(Arrivals& arrivals, LocalDay end) {
  std::vector<Arrivals::Case> cases;
  while (true) {
    const std::optional<Arrivals::Case> next = arrivals.Next();
    if (!next || next->day >= end) return cases;
    cases.push_back(*next);
  }
}

TEST(Arrivals, ComeInOrderAtTheirRateAndRhythm) {
  Arrivals arrivals(1, 1, kOffice, 20'000, Day("2025-01-01"));
  const std::vector<Arrivals::Case> cases = Until(arrivals, Day("2026-01-01"));
  // Twelve holidays fall on working days.
  EXPECT_NEAR(static_cast<double>(cases.size()) / 365, 20 * 249.0 / 261, 1);
  int in_july = 0;
  int from_three = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (i > 0) {
      EXPECT_GE(cases[i].day + cases[i].time_of_day, cases[i - 1].day + cases[i - 1].time_of_day);
      EXPECT_EQ(cases[i].number, cases[i].day == cases[i - 1].day ? cases[i - 1].number + 1 : 0);
    }
    EXPECT_GE(cases[i].time_of_day, hours(8));
    EXPECT_LT(cases[i].time_of_day, hours(16));
    EXPECT_NE(WeekdayOf(cases[i].day), 6);
    EXPECT_FALSE(IsHoliday(cases[i].day));
    if (MonthOf(cases[i].day) == 6) ++in_july;
    if (cases[i].time_of_day >= hours(15)) ++from_three;
  }
  const auto share = [&](int part) { return part / static_cast<double>(cases.size()); };
  EXPECT_NEAR(share(in_july), 0.4 / 11.4, 0.01);
  EXPECT_NEAR(share(from_three), 2.0 / 8, 0.02);
}

TEST(Arrivals, OfADayAreTheSameWhereverOneBegins) {
  Arrivals early(1, 1, kOffice, 20'000, Day("2025-01-01"));
  Until(early, Day("2025-03-03"));
  Arrivals late(1, 1, kOffice, 20'000, Day("2025-03-04"));
  const std::vector<Arrivals::Case> a = Until(early, Day("2025-03-10"));
  const std::vector<Arrivals::Case> b = Until(late, Day("2025-03-10"));
  ASSERT_GT(a.size(), b.size());
  for (size_t i = 1; i <= b.size(); ++i) {
    EXPECT_EQ(a[a.size() - i].day, b[b.size() - i].day);
    EXPECT_EQ(a[a.size() - i].time_of_day, b[b.size() - i].time_of_day);
  }
}

TEST(Arrivals, NoneWithoutARate) {
  Arrivals arrivals(1, 1, kOffice, 0, Day("2025-01-01"));
  EXPECT_FALSE(arrivals.Next());
}

}  // namespace
}  // namespace vardvakt::simulator
