#include "lib/domain/panes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace vardvakt::domain {
namespace {

constexpr DurationUnit kSeconds = DurationUnit::kSeconds;
constexpr DurationUnit kDays = DurationUnit::kDays;

TEST(HistogramTest, BucketsAreTenSecondsThenMinutesThenOne) {
  const auto edge_of = [](Duration duration) {
    return Histogram::UpperEdge(Histogram::BucketOf(duration, kSeconds), kSeconds);
  };
  EXPECT_EQ(edge_of(milliseconds(0)), 10);
  EXPECT_EQ(edge_of(milliseconds(9'999)), 10);
  EXPECT_EQ(edge_of(seconds(10)), 20);
  EXPECT_EQ(edge_of(minutes(20)), 1210);
  EXPECT_EQ(edge_of(hours(2) - milliseconds(1)), 7200);
  EXPECT_EQ(edge_of(hours(2)), 7260);
  EXPECT_EQ(edge_of(hours(2) + milliseconds(59'999)), 7260);
  EXPECT_EQ(edge_of(hours(2) + minutes(1)), 7320);
  EXPECT_EQ(edge_of(hours(48) - milliseconds(1)), 172'800);
  EXPECT_EQ(edge_of(hours(48)), 172'800);
  EXPECT_EQ(edge_of(days(4000)), 172'800);
  EXPECT_EQ(Histogram::BucketOf(hours(48) - milliseconds(1), kSeconds), Histogram::kLastBucket - 1);
  EXPECT_EQ(Histogram::BucketOf(hours(48), kSeconds), Histogram::kLastBucket);
}

TEST(HistogramTest, OfDaysTheNumberItselfIsTheEdge) {
  Histogram histogram;
  for (int n : {0, 3, 3, 61, 5000}) histogram.Add(Histogram::BucketOf(days(n), kDays), 1);
  EXPECT_EQ(histogram.Percentile(20, kDays), 0);
  EXPECT_EQ(histogram.Percentile(50, kDays), 3);
  EXPECT_EQ(histogram.Percentile(80, kDays), 61);
  EXPECT_EQ(histogram.Percentile(90, kDays), 5000);
  PaneSum sum;
  sum.Add(Pane{.durations = histogram});
  EXPECT_EQ(sum.Take().durations, histogram);
}

TEST(HistogramTest, TheEmptyOneHasPercentileZero) { EXPECT_EQ(Histogram().Percentile(50, kSeconds), 0); }

// Durations that meet every kind of bucket, few enough distinct ones to collide.
rc::Gen<std::vector<int64_t>> Durations() {
  return rc::gen::container<std::vector<int64_t>>(
      rc::gen::oneOf(rc::gen::inRange<int64_t>(0, 120'000), rc::gen::inRange<int64_t>(7'100'000, 7'400'000),
                     rc::gen::inRange<int64_t>(172'000'000, 180'000'000)));
}

Histogram HistogramOf(const std::vector<int64_t>& durations_ms) {
  Histogram histogram;
  for (int64_t ms : durations_ms) histogram.Add(Histogram::BucketOf(milliseconds(ms), kSeconds), 1);
  return histogram;
}

RC_GTEST_PROP(HistogramTest, PercentileIsTheEdgeOfTheCaseAtThatRank, ()) {
  const std::vector<int64_t> durations = *rc::gen::nonEmpty(Durations());
  std::vector<int64_t> edges;
  for (int64_t ms : durations)
    edges.push_back(Histogram::UpperEdge(Histogram::BucketOf(milliseconds(ms), kSeconds), kSeconds));
  std::sort(edges.begin(), edges.end());
  const Histogram histogram = HistogramOf(durations);
  for (int p : {1, 50, 80, 90, 100}) {
    size_t rank = 1;  // the smallest with rank / n >= p / 100
    while (rank * 100 < static_cast<size_t>(p) * edges.size()) ++rank;
    RC_ASSERT(histogram.Percentile(p, kSeconds) == edges[rank - 1]);
  }
}

RC_GTEST_PROP(HistogramTest, IsTheSameInAnyOrderAndWithoutZeros, ()) {
  const std::vector<int64_t> kept = *Durations();
  const std::vector<int64_t> taken_back = *Durations();
  Histogram histogram = HistogramOf(taken_back);
  histogram.Merge(HistogramOf(kept));
  for (auto ms = taken_back.rbegin(); ms != taken_back.rend(); ++ms) {
    histogram.Add(Histogram::BucketOf(milliseconds(*ms), kSeconds), -1);
  }
  RC_ASSERT(histogram == HistogramOf(kept));
  histogram.Merge(HistogramOf(kept), -1);
  RC_ASSERT(histogram.bins().empty());
}

Pane SomePane() {
  Pane pane;
  const std::vector<int64_t> durations = *Durations();
  pane.durations = HistogramOf(durations);
  for (int64_t ms : durations) pane.duration_sum_ms += ms;
  pane.completed.n = static_cast<int64_t>(durations.size());
  pane.completed.n_before = pane.completed.n + *rc::gen::inRange(0, 3);
  pane.decided = {*rc::gen::inRange(0, 9), *rc::gen::inRange(0, 9), *rc::gen::inRange(0, 9), 1};
  return pane;
}

RC_GTEST_PROP(PaneSumTest, EqualsAddingPanesOneByOneAndStartsAnew, ()) {
  PaneSum sum;
  for (int round = 0; round < 2; ++round) {
    Pane expected;
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
      const Pane pane = SomePane();
      expected += pane;
      sum.Add(pane);
    }
    RC_ASSERT(sum.Take() == expected);
  }
  RC_ASSERT(sum.Take().Empty());
}

TEST(CountsTest, AddAndTakeAway) {
  Counts counts{4, 3, 2, 1};
  counts += Counts{1, 1, 1, 1};
  EXPECT_EQ(counts, (Counts{5, 4, 3, 2}));
  counts -= Counts{5, 4, 3, 2};
  EXPECT_TRUE(counts.Empty());
}

}  // namespace
}  // namespace vardvakt::domain
