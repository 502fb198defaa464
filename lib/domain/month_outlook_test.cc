#include "lib/domain/month_outlook.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace vardvakt::domain {
namespace {

Instant At(std::string_view text) { return *ParseRfc3339(text); }

const TimeZone& Stockholm() {
  static const TimeZone zone = *TimeZone::Load("Europe/Stockholm");
  return zone;
}

// Counts without a pattern of their own, the same in every run.
int64_t DecidedIn(PaneIndex hour, int seed) {
  uint64_t x = (static_cast<uint64_t>(static_cast<uint32_t>(hour)) + 1) * 0x9E3779B97F4A7C15u +
               static_cast<uint64_t>(seed);
  x ^= x >> 29;
  return static_cast<int64_t>(x % 7);
}

// Spec §4, word for word.
std::optional<int64_t> BySpec(int64_t n, Instant now, LocalDay first_day, int seed, const TimeZone& zone) {
  const auto since = std::chrono::floor<hours>(now - zone.StartOf(first_day)).count();
  const int64_t w = std::min<int64_t>(8, since / 168);
  if (w == 0) return std::nullopt;
  const std::chrono::year_month_day date(zone.DayOf(now));
  const Instant month_end = zone.StartOf(LocalDay((date.year() / date.month() + std::chrono::months(1)) / 1));
  int64_t sum = 0;
  for (Instant h = std::chrono::ceil<hours>(now); h + hours(1) <= month_end; h += hours(1)) {
    if (h <= now) continue;
    int64_t looked_at = 0;
    for (Instant pane = h - hours(168); looked_at < w; pane -= hours(168)) {
      if (pane + hours(1) > now) continue;
      sum += DecidedIn(PaneOf(Span::kHour, pane, zone), seed);
      ++looked_at;
    }
  }
  return n + (2 * sum + w) / (2 * w);
}

RC_GTEST_PROP(MonthOutlookTest, IsWhatTheSpecSays, ()) {
  const bool whole_hour = *rc::gen::arbitrary<bool>();
  const Instant begin = At("2026-01-01T00:00:00Z");
  const Instant now = whole_hour
                          ? begin + hours(*rc::gen::inRange(0, 365 * 24))
                          : begin + milliseconds(*rc::gen::inRange<int64_t>(0, int64_t{365} * 86'400'000));
  const LocalDay first_day = Stockholm().DayOf(now) - days(*rc::gen::inRange(0, 80));
  const int seed = *rc::gen::inRange(0, 1000);
  const int64_t n = *rc::gen::inRange(0, 1000);
  const auto decided = [&](PaneIndex hour) {
    RC_ASSERT(PaneKept(Span::kHour, hour, now, Stockholm()));
    RC_ASSERT(PaneStart(Span::kHour, hour + 1, Stockholm()) <= now);
    return DecidedIn(hour, seed);
  };
  RC_ASSERT(ExpectedMonthN(n, now, first_day, decided, Stockholm()) ==
            BySpec(n, now, first_day, seed, Stockholm()));
}

std::optional<int64_t> OnePerHour(std::string_view now, std::optional<LocalDay> first_day) {
  return ExpectedMonthN(
      100, At(now), first_day, [](PaneIndex) { return 1; }, Stockholm());
}

TEST(MonthOutlookTest, NothingIsExpectedBeforeAWeekHasPassed) {
  EXPECT_EQ(OnePerHour("2026-04-15T10:00:00Z", std::nullopt), std::nullopt);
  EXPECT_EQ(OnePerHour("2026-04-15T21:59:59Z", ParseLocalDay("2026-04-09")), std::nullopt);
  EXPECT_NE(OnePerHour("2026-04-15T22:00:00Z", ParseLocalDay("2026-04-09")), std::nullopt);
}

TEST(MonthOutlookTest, TheHourThatNowIsInDoesNotCountAndTheLastOneEndsAtLocalMidnight) {
  const std::optional<LocalDay> first_day = ParseLocalDay("2026-01-01");
  EXPECT_EQ(OnePerHour("2026-04-30T19:59:59Z", first_day), 102);  // 20 and 21 UTC; April ends at 22:00 UTC
  EXPECT_EQ(OnePerHour("2026-04-30T20:00:00Z", first_day), 101);  // 20 UTC begins at, not after, now
  EXPECT_EQ(OnePerHour("2026-04-30T21:30:00Z", first_day), 100);
  EXPECT_EQ(OnePerHour("2026-03-31T20:30:00Z", first_day), 101);  // summer time since the 29th
  EXPECT_EQ(OnePerHour("2026-10-31T20:30:00Z", first_day), 102);  // winter time since the 25th
}

}  // namespace
}  // namespace vardvakt::domain
