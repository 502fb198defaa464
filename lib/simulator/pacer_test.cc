#include "lib/simulator/pacer.h"

#include <gtest/gtest.h>

#include "lib/simulator/county_test_util.h"
#include "lib/testkit/manual_clock.h"

namespace vardvakt::simulator {
namespace {

TEST(ScaledClock, StandsUntilItRunsAndThenRunsFaster) {
  testkit::ManualClock real;
  ScaledClock clock(real, At("2026-01-10T16:00:00Z"));
  real.Advance(hours(1));
  EXPECT_EQ(clock.Now(), At("2026-01-10T16:00:00Z"));
  clock.Run(60);
  real.Advance(seconds(2));
  EXPECT_EQ(clock.Now(), At("2026-01-10T16:02:00Z"));
}

TEST(ScaledClock, NeverGoesBack) {
  testkit::ManualClock real;
  ScaledClock clock(real, At("2026-01-10T16:00:00Z"));
  clock.Run(10);
  real.Advance(seconds(6));
  EXPECT_EQ(clock.Now(), At("2026-01-10T16:01:00Z"));
  real.Advance(-hours(1));
  EXPECT_EQ(clock.Now(), At("2026-01-10T16:01:00Z"));
}

TEST(ScaledClock, SaysHowLongToWaitAndNeverTooShort) {
  testkit::ManualClock real;
  ScaledClock clock(real, At("2026-01-10T16:00:00Z"));
  clock.Run(7);
  const Instant instant = At("2026-01-10T16:00:01Z");
  const Duration wait = clock.RealUntil(instant);
  EXPECT_EQ(wait, milliseconds(143));
  real.Advance(wait);
  EXPECT_GE(clock.Now(), instant);
  EXPECT_EQ(clock.RealUntil(instant), Duration(0));
}

class PacerTest : public ::testing::Test {
 protected:
  const County county_ = TestCounty();
  testkit::ManualClock real_;
};

TEST_F(PacerTest, GivesTheHistoryAtOnceAndTheRestWhenItIsDue) {
  const GeneratorOptions options = AWeek(1);
  const Instant start = options.from + days(2);
  Generator generator(county_, options);
  ScaledClock clock(real_, start);
  Pacer pacer(generator, clock);
  std::vector<Delivery> history;
  pacer.TakeDue(SIZE_MAX, history);
  ASSERT_FALSE(history.empty());
  EXPECT_LE(history.back().deliver_at, start);

  clock.Run(60);
  std::vector<Delivery> live;
  pacer.TakeDue(SIZE_MAX, live);
  EXPECT_TRUE(live.empty());
  const Duration wait = pacer.RealUntilNext().value();
  real_.Advance(wait - milliseconds(1));
  pacer.TakeDue(SIZE_MAX, live);
  EXPECT_TRUE(live.empty());
  real_.Advance(milliseconds(1));
  pacer.TakeDue(SIZE_MAX, live);
  ASSERT_FALSE(live.empty());
  EXPECT_GT(live.front().deliver_at, start);
}

TEST_F(PacerTest, GivesNoMoreAtATimeThanAsked) {
  Generator generator(county_, AWeek(1));
  ScaledClock clock(real_, kNever);
  Pacer pacer(generator, clock);
  std::vector<Delivery> some;
  pacer.TakeDue(10, some);
  EXPECT_EQ(some.size(), 10u);
}

TEST_F(PacerTest, HasNoNextWhenTheGeneratorIsAtItsEnd) {
  Generator generator(county_, AWeek(1));
  ScaledClock clock(real_, kNever);
  Pacer pacer(generator, clock);
  std::vector<Delivery> all;
  pacer.TakeDue(SIZE_MAX, all);
  EXPECT_FALSE(pacer.RealUntilNext());
}

}  // namespace
}  // namespace vardvakt::simulator
