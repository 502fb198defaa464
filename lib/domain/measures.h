#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"
#include "lib/domain/definition.h"
#include "lib/domain/panes.h"
#include "lib/domain/series.h"
#include "lib/domain/windows.h"

namespace vardvakt::domain {

struct Interval {
  double low = 0;
  double high = 0;
};
// 95 % Wilson score interval, z = 1.959963984540054 (spec §4). n > 0.
Interval Wilson(int64_t within, int64_t n);

// Spec §4, "Goals in integers"; where lower is better, spec §1. 0 <= goal_permille <= 1000.
// How many more of `n_expected` cases may miss; negative when too many have.
int64_t MissesAllowed(int64_t n_expected, int64_t n, int64_t within, int goal_permille,
                      Better better = Better::kHigher);
// How many hits in a row would reach the goal; nullopt where none ever could or need to (100 %; 0 % where
// lower is better).
std::optional<int64_t> HitsNeeded(int64_t n, int64_t within, int goal_permille,
                                  Better better = Better::kHigher);

struct Projection {
  double mid = 0;
  double low = 0;
  double high = 0;

  bool operator==(const Projection&) const = default;
};
// The share at the month's end: its mean and 10th and 90th percentile, K ~ BetaBinomial(n_expected - n,
// within + 1/2, n - within + 1/2) further hits. Nullopt when n_expected is 0. n_expected >= n.
std::optional<Projection> ProjectMonth(int64_t n, int64_t within, int64_t n_expected);

// One row of `shares` (interfaces §2); what is null there is nullopt here. Fractions are not yet rounded.
struct ShareRow {
  SeriesKey series;
  Measure measure = Measure::kDecided;
  std::optional<Window> window;  // nullopt: a range that was asked for by from and to
  std::optional<Instant> from;
  std::optional<Instant> to;
  int64_t n = 0;
  std::optional<int64_t> within;
  std::optional<double> share;
  std::optional<double> wilson_low;
  std::optional<double> wilson_high;
  int64_t n_before = 0;
  std::optional<int64_t> within_before;
  std::optional<double> mean;
  std::optional<int64_t> p50;
  std::optional<int64_t> p80;
  std::optional<int64_t> p90;
  DurationUnit unit = DurationUnit::kSeconds;
  std::optional<int> goal_permille;
  std::optional<int64_t> n_expected;
  std::optional<int64_t> misses_allowed;
  std::optional<int64_t> hits_needed;
  bool has_projection = false;  // `decided` in `month` only
  std::optional<double> projection;
  std::optional<double> projection_low;
  std::optional<double> projection_high;
  std::string definition;
};

// What a row says besides the sum of its panes.
struct ShareFrame {
  SeriesKey series;
  Measure measure = Measure::kDecided;
  std::optional<Window> window;
  std::optional<Bounds> bounds;  // nullopt for kAll
  bool has_limit = true;         // without one only `completed` has rows
  DurationUnit unit = DurationUnit::kSeconds;
  Better better = Better::kHigher;
  std::optional<int> goal_permille;         // the one in force on the window's last day
  std::optional<int64_t> month_n_expected;  // of `decided` in kMonth: ExpectedMonthN; else unused
  std::string definition;
};

// Fills in a row by the rules of spec §1 and §4 on what is null when.
ShareRow BuildShareRow(ShareFrame frame, const Pane& sum);

// Days that a case has waited, in bands (spec §4): local date of now - local date of the start.
inline constexpr std::array<std::string_view, 7> kWaitBands = {"0-30",    "31-60",   "61-90", "91-120",
                                                               "121-180", "181-365", "366+"};
size_t WaitBandOf(int64_t days_waited);

struct WaitingRow {
  SeriesKey series;
  int64_t open = 0;
  int64_t at_risk = 0;
  int64_t overdue = 0;
  std::optional<std::array<int64_t, kWaitBands.size()>> by_age;  // of indicators in days
};

struct LeftOutRow {
  std::string indicator;
  std::string level;
  std::string key;
  std::map<std::string, int64_t> excluded;
  std::map<std::string, int64_t> closed;
  std::map<std::string, int64_t> invalid;
};

}  // namespace vardvakt::domain
