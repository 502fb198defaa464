#include "lib/simulator/load.h"

#include <gtest/gtest.h>

#include "lib/simulator/county_test_util.h"
#include "lib/testkit/manual_clock.h"

namespace vardvakt::simulator {
namespace {

TEST(LoadTraffic, HasAboutFiveEventsAMissionAndLiesInThePast) {
  const County county = TestCounty();
  const Instant end = At("2026-01-10T00:00:00Z");
  Generator generator(county, LoadTraffic(end, 20'000, 1));
  int64_t events = 0;
  while (const std::optional<Delivery> next = generator.Next()) {
    EXPECT_LT(next->deliver_at, end);
    ++events;
  }
  EXPECT_NEAR(static_cast<double>(generator.missions()), 20'000, 2'000);
  EXPECT_NEAR(static_cast<double>(events) / static_cast<double>(generator.missions()), 5, 0.3);
}

TEST(FixedRate, GivesWhatTheClockAllows) {
  const County county = TestCounty();
  testkit::ManualClock clock;
  Generator generator(county, LoadTraffic(clock.Now(), 3'000, 1));
  FixedRate rate(generator, clock, 500);
  std::vector<Delivery> taken;
  EXPECT_TRUE(rate.TakeDue(SIZE_MAX, taken));
  EXPECT_EQ(taken.size(), 0u);
  EXPECT_EQ(rate.UntilNext(), milliseconds(2));
  clock.Advance(seconds(2));
  EXPECT_TRUE(rate.TakeDue(600, taken));
  EXPECT_EQ(taken.size(), 600u);
  EXPECT_EQ(rate.UntilNext(), Duration(0));
  EXPECT_TRUE(rate.TakeDue(SIZE_MAX, taken));
  EXPECT_EQ(taken.size(), 1'000u);
  clock.Advance(hours(1));
  EXPECT_FALSE(rate.TakeDue(SIZE_MAX, taken));
}

}  // namespace
}  // namespace vardvakt::simulator
