#include "lib/domain/funnel.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vardvakt::domain {
namespace {

TEST(FunnelTest, InterpolatesBetweenTheCountsOfASmallBinomial) {
  // n = 4, p = 1/2: P(R <= r) = 1/16, 5/16, 11/16, 15/16, 1. At 0.1: r = 1, less (5/16 - 0.1) / (4/16).
  const FunnelLimits limits = BinomialLimits(4, 0.5, 0.8);
  EXPECT_NEAR(limits.low, (1 - (5.0 / 16 - 0.1) / (4.0 / 16)) / 4, 1e-12);
  EXPECT_NEAR(limits.high, (3 - (15.0 / 16 - 0.9) / (4.0 / 16)) / 4, 1e-12);
}

TEST(FunnelTest, NeverLeavesWhatAShareCanBe) {
  const FunnelLimits limits = BinomialLimits(3, 0.9, 0.998);
  EXPECT_GE(limits.low, 0);
  EXPECT_LE(limits.high, 1);
  EXPECT_EQ(BinomialLimits(10, 0, 0.95).high, 0);
  EXPECT_EQ(BinomialLimits(10, 1, 0.95).low, 1);
}

TEST(FunnelTest, ApproachesTheNormalLimitsWithManyCases) {
  const int64_t n = 1'000'000;
  const double spread = std::sqrt(0.71 * 0.29 / static_cast<double>(n));
  const FunnelLimits limits = BinomialLimits(n, 0.71, 0.95);
  EXPECT_NEAR(limits.low, 0.71 - 1.96 * spread, 2e-6);
  EXPECT_NEAR(limits.high, 0.71 + 1.96 * spread, 2e-6);
}

TEST(FunnelTest, NarrowsWithMoreCasesAndWidensWithMoreConfidence) {
  EXPECT_GT(BinomialLimits(200, 0.7, 0.95).low, BinomialLimits(50, 0.7, 0.95).low);
  EXPECT_LT(BinomialLimits(200, 0.7, 0.998).low, BinomialLimits(200, 0.7, 0.95).low);
}

}  // namespace
}  // namespace vardvakt::domain
