#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "lib/domain/definition.h"

namespace vardvakt::domain {

// Why a point of a control chart is no chance (NHS Making Data Count, rules of the XmR chart), the first that
// holds.
enum class Signal : uint8_t { kNone, kOutsideLimits, kShift, kTrend, kTwoOfThree };
std::string_view SignalName(Signal signal);  // "", "outside_limits", "shift", "trend", "two_of_three"

struct ChartPoint {
  Signal signal = Signal::kNone;
  bool favourable = false;  // of a signal: on the wanted side of the mean
};

// An XmR chart: mean ± 2.66 times the mean moving range, where moving ranges of 3.267 times their mean and
// more are left out once. Limits may lie outside what the values can be.
struct ControlChart {
  double mean = 0;
  double lower = 0;
  double upper = 0;
  std::vector<ChartPoint> points;  // one for each value
};

// With fewer values a chart says little (NHS: 12 to 13), and Make gives none.
inline constexpr size_t kLeastChartValues = 12;

// Of values in order of time, without gaps. A shift: seven in a row on one side of the mean. A trend: seven
// that only rise, or only fall. Two of three: all three on one side of the mean, two of them in the outer
// third.
std::optional<ControlChart> MakeControlChart(absl::Span<const double> values, Better better);

}  // namespace vardvakt::domain
