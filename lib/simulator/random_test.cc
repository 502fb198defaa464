#include "lib/simulator/random.h"

#include <gtest/gtest.h>

namespace vardvakt::simulator {
namespace {

TEST(Random, SameSeedAndStreamGiveTheSameNumbers) {
  Random a(1, 2);
  Random b(1, 2);
  Random other_stream(1, 3);
  Random other_seed(2, 2);
  const uint64_t first = a.Next();
  EXPECT_EQ(first, b.Next());
  EXPECT_NE(first, other_stream.Next());
  EXPECT_NE(first, other_seed.Next());
}

// The numbers themselves are part of the contract "the same seed gives the same bytes", on any machine.
TEST(Random, NumbersArePinned) {
  Random random(1, 0);
  EXPECT_EQ(random.Next(), 17154914556750032435u);
  EXPECT_EQ(random.Next(), 15481925071032317162u);
  EXPECT_EQ(random.Exponential(1'000'000), 1'799'849);
}

TEST(Random, BetweenReachesBothEnds) {
  Random random(3, 0);
  int64_t least = 10;
  int64_t greatest = -10;
  for (int i = 0; i < 1000; ++i) {
    const int64_t value = random.Between(-2, 2);
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  EXPECT_EQ(least, -2);
  EXPECT_EQ(greatest, 2);
}

TEST(Random, ExponentialHasItsMeanAndTail) {
  Random random(4, 0);
  constexpr int kDraws = 200'000;
  int64_t sum = 0;
  int beyond_two_means = 0;
  for (int i = 0; i < kDraws; ++i) {
    const int64_t value = random.Exponential(600'000'000);
    sum += value;
    if (value > 1'200'000'000) ++beyond_two_means;
  }
  EXPECT_NEAR(static_cast<double>(sum) / kDraws, 600e6, 5e6);
  EXPECT_NEAR(static_cast<double>(beyond_two_means) / kDraws, 0.1353, 0.003);  // e^-2
}

TEST(Random, ExponentialOfALongMeanDoesNotOverflow) {
  Random random(5, 0);
  for (int i = 0; i < 10'000; ++i) EXPECT_GE(random.Exponential((int64_t{1} << 37) - 1), 0);
}

TEST(Quantiles, AreReachedInTheirShares) {
  constexpr Quantiles kQuantiles = {{0, 100}, {500, 200}, {1000, 1200}};
  Random random(6, 0);
  constexpr int kDraws = 100'000;
  int below_median = 0;
  int below_three_quarters = 0;
  for (int i = 0; i < kDraws; ++i) {
    const int64_t value = kQuantiles.Sample(random);
    EXPECT_GE(value, 100);
    EXPECT_LE(value, 1200);
    if (value < 200) ++below_median;
    if (value < 700) ++below_three_quarters;
  }
  EXPECT_NEAR(static_cast<double>(below_median) / kDraws, 0.5, 0.01);
  EXPECT_NEAR(static_cast<double>(below_three_quarters) / kDraws, 0.75, 0.01);
}

}  // namespace
}  // namespace vardvakt::simulator
