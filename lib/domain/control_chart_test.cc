#include "lib/domain/control_chart.h"

#include <gtest/gtest.h>

#include <string>

namespace vardvakt::domain {
namespace {

// One letter for each point: o outside, s shift, t trend, 2 two of three, a capital where it is favourable.
std::string Signals(const std::vector<double>& values, Better better = Better::kHigher) {
  std::string text;
  const auto chart = MakeControlChart(values, better);
  if (!chart) return "no chart";
  for (const ChartPoint& point : chart->points) {
    const char letter = ".ost2"[static_cast<size_t>(point.signal)];
    text += point.favourable && letter != '2' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return text;
}

TEST(ControlChartTest, LimitsAreTheMeanAnd266MeanMovingRanges) {
  const std::vector<double> values = {10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12};
  const auto chart = MakeControlChart(values, Better::kHigher);
  ASSERT_TRUE(chart);
  EXPECT_DOUBLE_EQ(chart->mean, 11);
  EXPECT_DOUBLE_EQ(chart->upper, 11 + 2.66 * 2);
  EXPECT_DOUBLE_EQ(chart->lower, 11 - 2.66 * 2);
  EXPECT_EQ(Signals(values), "............");
}

TEST(ControlChartTest, AnOutlyingMovingRangeIsLeftOutOfTheLimitsOnce) {
  // Moving ranges: twelve of 1 and two of 20; 20 >= 3.267 * (52 / 14).
  const std::vector<double> values = {5, 6, 5, 6, 5, 6, 5, 25, 5, 6, 5, 6, 5, 6, 5};
  const auto chart = MakeControlChart(values, Better::kHigher);
  EXPECT_DOUBLE_EQ(chart->upper - chart->mean, 2.66);
  EXPECT_EQ(Signals(values), "sssssssOsssssss");
}

TEST(ControlChartTest, SevenOnOneSideAreAShiftAndSixAreNot) {
  EXPECT_EQ(Signals({4, 6, 4, 6, 4, 6, 4, 6, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6}), "..................");
  EXPECT_EQ(Signals({4, 6, 4, 6, 4, 6, 4, 6, 4, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6}), "........sssssss....");
}

TEST(ControlChartTest, SevenThatOnlyRiseOrOnlyFallAreATrend) {
  const std::vector<double> rising = {5, 9, 1, 9, 1, 9, 2, 3, 4, 5, 6, 7, 8, 1, 9, 1};
  EXPECT_EQ(Signals(rising), "......ttttTTT...") << MakeControlChart(rising, Better::kHigher)->mean;
  const std::vector<double> falling = {5, 1, 9, 1, 9, 1, 8, 7, 6, 5, 4, 3, 2, 9, 1, 9};
  EXPECT_EQ(Signals(falling, Better::kLower), "......ttttTTT...")
      << MakeControlChart(falling, Better::kLower)->mean;
  const std::vector<double> with_a_rest = {5, 9, 1, 9, 1, 9, 2, 3, 4, 4, 6, 7, 8, 1, 9, 1};
  EXPECT_EQ(Signals(with_a_rest), "................");
}

TEST(ControlChartTest, TwoOfThreeInTheOuterThirdOfOneSide) {
  // Forty values round 5 with moving ranges of 2: the outer third is beyond about 5.2 ± 3.9.
  std::vector<double> values;
  for (int i = 0; i < 20; ++i) values.insert(values.end(), {4, 6});
  values.insert(values.end(), {4, 9.2, 6, 9.2, 4});
  EXPECT_EQ(Signals(values), std::string(41, '.') + "2.2" + std::string(1, '.'));
}

TEST(ControlChartTest, FewerThanTwelveValuesMakeNoChart) {
  EXPECT_EQ(Signals({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), "no chart");
}

TEST(ControlChartTest, ValuesThatNeverChangeHaveNoSignal) {
  EXPECT_EQ(Signals(std::vector<double>(12, 0.5)), "............");
}

}  // namespace
}  // namespace vardvakt::domain
