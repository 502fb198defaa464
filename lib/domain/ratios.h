#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/definition.h"
#include "lib/domain/series.h"
#include "lib/domain/windows.h"

namespace vardvakt::domain {

// The windows that ratios and counts are given for (spec §1).
inline constexpr std::array kRatioWindows = {Window::kMonth, Window::kPreviousMonth, Window::kYear,
                                             Window::k365d};

// How many cases are expected at a level's key in the local days [first, last]. Nullopt unless a count is
// configured for every year that is needed.
std::optional<double> ExpectedCases(const Indicator& indicator, std::string_view level, std::string_view key,
                                    LocalDay first, LocalDay last);

// One row of `ratios` (interfaces §2): of a ratio, or of a count, which has no denominator. A share in per
// mille as goal, of a count the number a year, which only the windows of a year have.
struct RatioRow {
  SeriesKey series;
  Shape shape = Shape::kRatio;
  Window window = Window::kMonth;
  Instant from;
  Instant to;
  int64_t numerator = 0;
  std::optional<double> denominator;
  std::optional<double> ratio;
  std::optional<int64_t> goal;
  std::string definition;
};

// Nullopt where there is nothing to say: no expected count for a ratio, nothing counted for a count.
std::optional<RatioRow> BuildRatioRow(const Indicator& indicator, const SeriesKey& series, Window window,
                                      int64_t numerator, Instant now, const TimeZone& zone);

}  // namespace vardvakt::domain
