#include "lib/domain/measures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/domain/beta_binomial.h"

namespace vardvakt::domain {
namespace {

constexpr double kZ = 1.959963984540054;

int64_t CeilDiv(int64_t dividend, int64_t divisor) { return (dividend + divisor - 1) / divisor; }

double Quotient(int64_t dividend, int64_t divisor) {
  return static_cast<double>(dividend) / static_cast<double>(divisor);
}

void FillShare(const Counts& counts, ShareRow& row) {
  row.within = counts.within;
  row.within_before = counts.within_before;
  if (counts.n == 0) return;
  row.share = Quotient(counts.within, counts.n);
  const Interval interval = Wilson(counts.within, counts.n);
  row.wilson_low = interval.low;
  row.wilson_high = interval.high;
}

void FillDurations(const Pane& sum, ShareRow& row) {
  if (sum.completed.n == 0) return;
  row.mean = row.unit == DurationUnit::kDays
                 ? Quotient(sum.duration_sum_ms / milliseconds(days(1)).count(), sum.completed.n)
                 : Quotient(sum.duration_sum_ms, sum.completed.n * 1000);
  row.p50 = sum.durations.Percentile(50, row.unit);
  row.p80 = sum.durations.Percentile(80, row.unit);
  row.p90 = sum.durations.Percentile(90, row.unit);
}

void FillGoal(int goal_permille, Better better, ShareRow& row) {
  row.goal_permille = goal_permille;
  row.hits_needed = HitsNeeded(row.n, *row.within, goal_permille, better);
  if (row.n_expected) {
    row.misses_allowed = MissesAllowed(*row.n_expected, row.n, *row.within, goal_permille, better);
  }
}

void FillProjection(ShareRow& row) {
  row.has_projection = true;
  if (!row.n_expected) return;
  const std::optional<Projection> projection = ProjectMonth(row.n, *row.within, *row.n_expected);
  if (!projection) return;
  row.projection = projection->mid;
  row.projection_low = projection->low;
  row.projection_high = projection->high;
}

}  // namespace

size_t WaitBandOf(int64_t days_waited) {
  constexpr std::array<int64_t, kWaitBands.size() - 1> kLastDays = {30, 60, 90, 120, 180, 365};
  return static_cast<size_t>(std::lower_bound(kLastDays.begin(), kLastDays.end(), days_waited) -
                             kLastDays.begin());
}

Interval Wilson(int64_t within, int64_t n) {
  const double count = static_cast<double>(n);
  const double hits = static_cast<double>(within);
  const double z2 = kZ * kZ;
  const double spread = kZ * std::sqrt(z2 + 4 * hits * (count - hits) / count);
  const double twice = 2 * (count + z2);
  // At the ends the limit is exact, whatever the rounding says.
  return {within == 0 ? 0 : std::max(0.0, (2 * hits + z2 - spread) / twice),
          within == n ? 1 : std::min(1.0, (2 * hits + z2 + spread) / twice)};
}

int64_t MissesAllowed(int64_t n_expected, int64_t n, int64_t within, int goal_permille, Better better) {
  if (better == Better::kLower) return n_expected * goal_permille / 1000 - within;
  return n_expected * (1000 - goal_permille) / 1000 - (n - within);
}

std::optional<int64_t> HitsNeeded(int64_t n, int64_t within, int goal_permille, Better better) {
  const bool lower = better == Better::kLower;
  const int64_t gain = lower ? goal_permille : 1000 - goal_permille;  // of each further hit, in per mille
  if (gain == 0) return std::nullopt;
  const int64_t short_of = lower ? 1000 * within - goal_permille * n : goal_permille * n - 1000 * within;
  return short_of > 0 ? CeilDiv(short_of, gain) : 0;
}

std::optional<Projection> ProjectMonth(int64_t n, int64_t within, int64_t n_expected) {
  if (n_expected == 0) return std::nullopt;
  const int64_t m = n_expected - n;
  const BetaBinomial further(m, within, n - within);
  // within + m (within + 1/2) / (n + 1), as one quotient of integers.
  return Projection{Quotient(2 * within * (n + 1) + m * (2 * within + 1), 2 * (n + 1) * n_expected),
                    Quotient(within + further.Quantile(0.1), n_expected),
                    Quotient(within + further.Quantile(0.9), n_expected)};
}

ShareRow BuildShareRow(ShareFrame frame, const Pane& sum) {
  const Counts& counts = frame.measure == Measure::kCompleted ? sum.completed : sum.decided;
  const bool running_month = frame.measure == Measure::kDecided && frame.window == Window::kMonth;
  ShareRow row;
  row.series = std::move(frame.series);
  row.measure = frame.measure;
  row.window = frame.window;
  if (frame.bounds) {
    row.from = frame.bounds->from;
    row.to = frame.bounds->to;
  }
  row.definition = std::move(frame.definition);
  row.unit = frame.unit;
  row.n = counts.n;
  row.n_before = counts.n_before;
  row.n_expected = running_month ? frame.month_n_expected : counts.n;
  if (frame.measure == Measure::kCompleted) FillDurations(sum, row);
  if (!frame.has_limit) return row;
  FillShare(counts, row);
  if (frame.goal_permille) FillGoal(*frame.goal_permille, frame.better, row);
  if (running_month) FillProjection(row);
  return row;
}

}  // namespace vardvakt::domain
