#include "lib/domain/control_chart.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vardvakt::domain {
namespace {

constexpr double kLimit = 2.66;
constexpr double kNearLimit = kLimit * 2 / 3;
constexpr double kScreen = 3.267;
constexpr size_t kRun = 7;

double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double MeanMovingRange(absl::Span<const double> values) {
  std::vector<double> ranges;
  for (size_t i = 1; i < values.size(); ++i) ranges.push_back(std::abs(values[i] - values[i - 1]));
  const double screen = kScreen * Mean(ranges);
  if (screen > 0) std::erase_if(ranges, [&](double range) { return range >= screen; });
  return Mean(ranges);
}

int Sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

// Marks every run of `length` signs that are all up or all down; `reach` more points belong to a run.
void MarkRuns(const std::vector<int>& signs, size_t length, size_t reach, std::vector<bool>& marked) {
  size_t run = 0;
  for (size_t i = 0; i < signs.size(); ++i) {
    run = signs[i] == 0 ? 0 : (i > 0 && signs[i] == signs[i - 1] ? run + 1 : 1);
    if (run < length) continue;
    for (size_t k = i + 1 - length; k <= i + reach; ++k) marked[k] = true;
  }
}

std::vector<bool> TwoOfThree(const std::vector<int>& sides, const std::vector<bool>& outer) {
  std::vector<bool> marked(sides.size());
  for (size_t i = 2; i < sides.size(); ++i) {
    const bool one_side = sides[i] != 0 && sides[i] == sides[i - 1] && sides[i] == sides[i - 2];
    if (!one_side || outer[i] + outer[i - 1] + outer[i - 2] < 2) continue;
    for (size_t k = i - 2; k <= i; ++k) marked[k] = marked[k] || outer[k];
  }
  return marked;
}

}  // namespace

std::string_view SignalName(Signal signal) {
  constexpr std::string_view kNames[] = {"", "outside_limits", "shift", "trend", "two_of_three"};
  return kNames[static_cast<size_t>(signal)];
}

std::optional<ControlChart> MakeControlChart(absl::Span<const double> values, Better better) {
  if (values.size() < kLeastChartValues) return std::nullopt;
  const double range = MeanMovingRange(values);
  ControlChart chart{.mean = Mean(values)};
  chart.lower = chart.mean - kLimit * range;
  chart.upper = chart.mean + kLimit * range;

  const size_t n = values.size();
  std::vector<int> sides(n);
  std::vector<int> steps(n - 1);
  std::vector<bool> outside(n), outer(n), shift(n), trend(n);
  for (size_t i = 0; i < n; ++i) {
    sides[i] = Sign(values[i] - chart.mean);
    if (i > 0) steps[i - 1] = Sign(values[i] - values[i - 1]);
    outside[i] = values[i] < chart.lower || values[i] > chart.upper;
    outer[i] = !outside[i] && std::abs(values[i] - chart.mean) > kNearLimit * range;
  }
  MarkRuns(sides, kRun, 0, shift);
  MarkRuns(steps, kRun - 1, 1, trend);
  const std::vector<bool> two_of_three = TwoOfThree(sides, outer);

  const int wanted = better == Better::kHigher ? 1 : -1;
  for (size_t i = 0; i < n; ++i) {
    const Signal signal = outside[i]        ? Signal::kOutsideLimits
                          : shift[i]        ? Signal::kShift
                          : trend[i]        ? Signal::kTrend
                          : two_of_three[i] ? Signal::kTwoOfThree
                                            : Signal::kNone;
    chart.points.push_back({signal, signal != Signal::kNone && sides[i] == wanted});
  }
  return chart;
}

}  // namespace vardvakt::domain
