#include "lib/domain/measures.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

#include "lib/domain/beta_binomial.h"

namespace vardvakt::domain {
namespace {

TEST(WilsonTest, PublishedValues) {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
  EXPECT_NEAR(Wilson(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(Wilson(81, 263).high, 0.3662, 5e-5);
  EXPECT_NEAR(Wilson(15, 148).low, 0.0624, 5e-5);
  EXPECT_NEAR(Wilson(15, 148).high, 0.1605, 5e-5);
  EXPECT_NEAR(Wilson(0, 20).high, 0.1611, 5e-5);
  EXPECT_NEAR(Wilson(1, 29).low, 0.0061, 5e-5);
  EXPECT_NEAR(Wilson(1, 29).high, 0.1718, 5e-5);
}

RC_GTEST_PROP(WilsonTest, LiesInTheUnitIntervalAroundTheShareAndMirrors, ()) {
  const int64_t n = *rc::gen::inRange<int64_t>(1, 2'000'000);
  const int64_t within = *rc::gen::inRange<int64_t>(0, n + 1);
  const Interval interval = Wilson(within, n);
  const double share = static_cast<double>(within) / static_cast<double>(n);
  RC_ASSERT(0 <= interval.low && interval.low <= share && share <= interval.high && interval.high <= 1);
  RC_ASSERT(std::fabs(interval.low - (1 - Wilson(n - within, n).high)) < 1e-12);
  RC_ASSERT((interval.low == 0) == (within == 0));
  RC_ASSERT((interval.high == 1) == (within == n));
}

bool Meets(int64_t within, int64_t n, int goal, Better better) {
  return better == Better::kHigher ? 1000 * within >= goal * n : 1000 * within <= goal * n;
}

RC_GTEST_PROP(GoalTest, HitsNeededIsTheFewestThatReachTheGoal, ()) {
  const Better better = *rc::gen::element(Better::kHigher, Better::kLower);
  const int goal = *rc::gen::inRange(0, 1001);
  const int64_t n = *rc::gen::inRange(0, 500);
  const int64_t within = *rc::gen::inRange<int64_t>(0, n + 1);
  const std::optional<int64_t> needed = HitsNeeded(n, within, goal, better);
  RC_ASSERT(needed.has_value() == (goal != (better == Better::kHigher ? 1000 : 0)));
  if (!needed) return;
  // A hit adds a case: one within where that is wanted, one without where it is not.
  const auto meets_after = [&](int64_t hits) {
    return Meets(better == Better::kHigher ? within + hits : within, n + hits, goal, better);
  };
  RC_ASSERT(meets_after(*needed));
  if (*needed > 0) RC_ASSERT(!meets_after(*needed - 1));
}

RC_GTEST_PROP(GoalTest, MissesAllowedAreTheMostThatKeepTheGoal, ()) {
  const Better better = *rc::gen::element(Better::kHigher, Better::kLower);
  const int goal = *rc::gen::inRange(0, 1001);
  const int64_t n = *rc::gen::inRange(0, 500);
  const int64_t within = *rc::gen::inRange<int64_t>(0, n + 1);
  const int64_t n_expected = n + *rc::gen::inRange(0, 500);
  const int64_t missed = better == Better::kHigher ? n - within : within;
  const int64_t in_all = missed + MissesAllowed(n_expected, n, within, goal, better);
  const auto meets_with = [&](int64_t misses) {
    return Meets(better == Better::kHigher ? n_expected - misses : misses, n_expected, goal, better);
  };
  RC_ASSERT(in_all >= 0 && in_all <= n_expected);
  RC_ASSERT(meets_with(in_all));
  if (in_all < n_expected) RC_ASSERT(!meets_with(in_all + 1));
}

TEST(GoalTest, TheExampleOfTheTableOfGoals) {
  EXPECT_EQ(MissesAllowed(100, 60, 40, 800), 0);
  EXPECT_EQ(MissesAllowed(100, 60, 30, 800), -10);
  EXPECT_EQ(HitsNeeded(100, 71, 800), 45);
  EXPECT_EQ(HitsNeeded(100, 80, 800), 0);
  EXPECT_EQ(HitsNeeded(100, 100, 1000), std::nullopt);
  EXPECT_EQ(HitsNeeded(0, 0, 800), 0);
}

// The distribution by its definition, with the logarithm of the gamma function.
std::vector<double> CumulativeByGamma(int64_t m, double a, double b) {
  const auto log_beta = [](long double x, long double y) { return lgammal(x) + lgammal(y) - lgammal(x + y); };
  std::vector<double> cumulative;
  long double sum = 0;
  for (int64_t k = 0; k <= m; ++k) {
    const auto kl = static_cast<long double>(k);
    const auto ml = static_cast<long double>(m);
    sum += expl(lgammal(ml + 1) - lgammal(kl + 1) - lgammal(ml - kl + 1) + log_beta(kl + a, ml - kl + b) -
                log_beta(a, b));
    cumulative.push_back(static_cast<double>(sum));
  }
  return cumulative;
}

RC_GTEST_PROP(BetaBinomialTest, QuantilesAreThoseOfTheDefinition, ()) {
  const int64_t m = *rc::gen::inRange(0, 400);
  const int64_t hits = *rc::gen::inRange(0, *rc::gen::element(2, 30, 5000));
  const int64_t misses = *rc::gen::inRange(0, *rc::gen::element(2, 30, 5000));
  const std::vector<double> cumulative =
      CumulativeByGamma(m, static_cast<double>(hits) + 0.5, static_cast<double>(misses) + 0.5);
  const BetaBinomial distribution(m, hits, misses);
  for (double p : {0.1, 0.5, 0.9}) {
    const int64_t k = distribution.Quantile(p);
    RC_ASSERT(k >= 0 && k <= m);
    RC_ASSERT(cumulative[static_cast<size_t>(k)] >= p - 1e-9 - 1e-12);
    if (k > 0) RC_ASSERT(cumulative[static_cast<size_t>(k - 1)] < p - 1e-9 + 1e-12);
  }
}

TEST(BetaBinomialTest, ValuesOnTheEdgeCountAsReached) {
  // Uniform on {0, 1} and, by symmetry, CDF(1) of {0, 1, 2, 3} is exactly one half.
  EXPECT_EQ(BetaBinomial(1, 0, 0).Quantile(0.5), 0);
  EXPECT_EQ(BetaBinomial(3, 0, 0).Quantile(0.5), 1);
  EXPECT_EQ(BetaBinomial(0, 5, 5).Quantile(0.9), 0);
}

TEST(BetaBinomialTest, AMillionCasesAheadNeitherOverNorUnderflow) {
  constexpr int64_t kMillion = 1'000'000;
  for (const int64_t n : {int64_t{0}, int64_t{1}, int64_t{100}, kMillion}) {
    for (const int64_t hits : {int64_t{0}, n / 2, n}) {
      const BetaBinomial distribution(kMillion, hits, n - hits);
      const int64_t low = distribution.Quantile(0.1);
      const int64_t high = distribution.Quantile(0.9);
      EXPECT_LE(0, low);
      EXPECT_LE(low, high);
      EXPECT_LE(high, kMillion);
      // The mirrored one, within the step that "smallest k with" may add.
      const BetaBinomial mirrored(kMillion, n - hits, hits);
      EXPECT_NEAR(static_cast<double>(kMillion - mirrored.Quantile(0.9)), static_cast<double>(low), 1);
    }
  }
  // Jeffreys' prior alone is the arcsine law: its 10th percentile is sin²(π/20).
  EXPECT_NEAR(static_cast<double>(BetaBinomial(kMillion, 0, 0).Quantile(0.1)) / 1e6, 0.024472, 1e-5);
}

TEST(ProjectMonthTest, IsCertainWhenNothingIsToComeAndNullWithoutCases) {
  EXPECT_EQ(ProjectMonth(0, 0, 0), std::nullopt);
  const std::optional<Projection> over = ProjectMonth(8, 6, 8);
  ASSERT_TRUE(over.has_value());
  EXPECT_EQ(*over, (Projection{0.75, 0.75, 0.75}));
}

Pane SomePane() {
  Pane pane;
  pane.completed = {.n = 3, .within = 2, .n_before = 4, .within_before = 2};
  pane.decided = {.n = 5, .within = 2, .n_before = 6, .within_before = 2};
  pane.duration_sum_ms = 3'000'001;
  pane.durations.Add(Histogram::BucketOf(minutes(10), DurationUnit::kSeconds), 2);
  pane.durations.Add(Histogram::BucketOf(minutes(30), DurationUnit::kSeconds), 1);
  return pane;
}

ShareFrame Frame(Measure measure, Window window) {
  return {.series = {"a", "region", "region"},
          .measure = measure,
          .window = window,
          .bounds = Bounds{InstantFromMillis(0), InstantFromMillis(60'000)},
          .goal_permille = 800,
          .definition = "a@2024-01-01"};
}

TEST(BuildShareRowTest, CompletedHasTheDurationsAndNoProjection) {
  const ShareRow row = BuildShareRow(Frame(Measure::kCompleted, Window::kMonth), SomePane());
  EXPECT_EQ(row.n, 3);
  EXPECT_EQ(row.n_before, 4);
  EXPECT_EQ(row.within, 2);
  EXPECT_EQ(row.within_before, 2);
  EXPECT_EQ(row.share, 2.0 / 3);
  EXPECT_EQ(row.mean, 3'000'001.0 / 3000);
  EXPECT_EQ(row.p50, 610);
  EXPECT_EQ(row.p80, 1810);
  EXPECT_EQ(row.n_expected, 3);
  EXPECT_EQ(row.misses_allowed, -1);
  EXPECT_EQ(row.hits_needed, 2);
  EXPECT_FALSE(row.has_projection);
  EXPECT_EQ(row.from, InstantFromMillis(0));
  EXPECT_EQ(row.definition, "a@2024-01-01");
}

TEST(BuildShareRowTest, DecidedOfTheRunningMonthLooksAheadAndHasNoDurations) {
  ShareFrame frame = Frame(Measure::kDecided, Window::kMonth);
  frame.month_n_expected = 20;
  const ShareRow row = BuildShareRow(frame, SomePane());
  EXPECT_EQ(row.n_expected, 20);
  EXPECT_EQ(row.misses_allowed, 1);
  EXPECT_EQ(row.hits_needed, 10);
  EXPECT_TRUE(row.has_projection);
  EXPECT_DOUBLE_EQ(*row.projection, (2 + 15 * 2.5 / 6) / 20);
  EXPECT_LT(row.projection_low, row.projection_high);
  EXPECT_EQ(row.mean, std::nullopt);
  EXPECT_EQ(row.p90, std::nullopt);
}

TEST(BuildShareRowTest, WithoutAWeekOfHistoryTheOutlookIsNullAndTheRestStays) {
  const ShareRow row = BuildShareRow(Frame(Measure::kDecided, Window::kMonth), SomePane());
  EXPECT_EQ(row.n_expected, std::nullopt);
  EXPECT_EQ(row.misses_allowed, std::nullopt);
  EXPECT_EQ(row.hits_needed, 10);
  EXPECT_TRUE(row.has_projection);
  EXPECT_EQ(row.projection, std::nullopt);
}

TEST(BuildShareRowTest, OtherWindowsExpectWhatTheyHave) {
  ShareFrame frame = Frame(Measure::kDecided, Window::kYear);
  frame.month_n_expected = 20;
  EXPECT_EQ(BuildShareRow(frame, SomePane()).n_expected, 5);
  frame.window = std::nullopt;
  EXPECT_EQ(BuildShareRow(frame, SomePane()).n_expected, 5);
  EXPECT_FALSE(BuildShareRow(frame, SomePane()).has_projection);
}

TEST(BuildShareRowTest, WithoutALimitThereAreOnlyCountsAndDurations) {
  ShareFrame frame = Frame(Measure::kCompleted, Window::kAll);
  frame.bounds.reset();
  frame.has_limit = false;
  const ShareRow row = BuildShareRow(frame, SomePane());
  EXPECT_EQ(row.n, 3);
  EXPECT_EQ(row.n_before, 4);
  EXPECT_EQ(row.n_expected, 3);
  EXPECT_TRUE(row.mean && row.p50 && row.p80 && row.p90);
  EXPECT_FALSE(row.within || row.within_before || row.share || row.wilson_low || row.wilson_high ||
               row.goal_permille || row.misses_allowed || row.hits_needed || row.from || row.to);
}

TEST(BuildShareRowTest, WithoutAGoalTheProjectionStays) {
  ShareFrame frame = Frame(Measure::kDecided, Window::kMonth);
  frame.goal_permille.reset();
  frame.month_n_expected = 20;
  const ShareRow row = BuildShareRow(frame, SomePane());
  EXPECT_FALSE(row.goal_permille || row.misses_allowed || row.hits_needed);
  EXPECT_EQ(row.n_expected, 20);
  EXPECT_TRUE(row.projection.has_value());
}

TEST(BuildShareRowTest, OnlyExcludedCasesLeaveAShareThatIsNotDefined) {
  Pane pane;
  pane.decided.n_before = 1;
  ShareFrame frame = Frame(Measure::kDecided, Window::kMonth);
  frame.month_n_expected = 0;
  const ShareRow row = BuildShareRow(frame, pane);
  EXPECT_EQ(row.within, 0);
  EXPECT_FALSE(row.share || row.wilson_low || row.wilson_high || row.projection);
  EXPECT_EQ(row.misses_allowed, 0);
  EXPECT_EQ(row.hits_needed, 0);
}

}  // namespace
}  // namespace vardvakt::domain
