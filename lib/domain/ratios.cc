#include "lib/domain/ratios.h"

#include <algorithm>
#include <chrono>

namespace vardvakt::domain {
namespace {

using std::chrono::year;

year YearOf(LocalDay day) { return std::chrono::year_month_day(day).year(); }
LocalDay FirstOf(year y) { return LocalDay(y / std::chrono::January / 1); }

std::optional<int64_t> CountOf(const Indicator& indicator, std::string_view level, std::string_view key,
                               year of) {
  for (const Denominator& d : indicator.denominators) {
    if (d.level == level && d.key == key && d.year == static_cast<int>(of)) return d.count;
  }
  return std::nullopt;
}

bool SpansAYear(Window window) { return window == Window::kYear || window == Window::k365d; }

}  // namespace

std::optional<double> ExpectedCases(const Indicator& indicator, std::string_view level, std::string_view key,
                                    LocalDay first, LocalDay last) {
  if (indicator.denominator_rule == DenominatorRule::kYearOfLastDay) {
    return CountOf(indicator, level, key, YearOf(last));
  }
  double sum = 0;
  for (year y = YearOf(first); y <= YearOf(last); ++y) {
    const auto count = CountOf(indicator, level, key, y);
    if (!count) return std::nullopt;
    const LocalDay begin = std::max(first, FirstOf(y));
    const LocalDay end = std::min(last + days(1), FirstOf(y + std::chrono::years(1)));
    sum +=
        static_cast<double>(*count) * static_cast<double>((end - begin).count()) / (y.is_leap() ? 366 : 365);
  }
  return sum;
}

std::optional<RatioRow> BuildRatioRow(const Indicator& indicator, const SeriesKey& series, Window window,
                                      int64_t numerator, Instant now, const TimeZone& zone) {
  const Bounds bounds = BoundsOf(WindowPanes(window, now, zone), zone);
  const LocalDay last = zone.DayOf(bounds.to - milliseconds(1));
  RatioRow row{.series = series,
               .shape = indicator.shape,
               .window = window,
               .from = bounds.from,
               .to = bounds.to,
               .numerator = numerator,
               .definition = indicator.VersionName(indicator.VersionOn(last))};
  if (indicator.shape == Shape::kCount) {
    if (numerator == 0) return std::nullopt;
    if (SpansAYear(window)) row.goal = indicator.GoalOn(last);
    return row;
  }
  row.denominator = ExpectedCases(indicator, series.level, series.key, zone.DayOf(bounds.from), last);
  if (!row.denominator) return std::nullopt;
  if (*row.denominator > 0) row.ratio = static_cast<double>(numerator) / *row.denominator;
  row.goal = indicator.GoalOn(last);
  return row;
}

}  // namespace vardvakt::domain
