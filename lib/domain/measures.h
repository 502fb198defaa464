#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "lib/base/time.h"
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

// Spec §4, "Goals in integers"; g in per mille.
int64_t MissesAllowed(int64_t n_expected, int64_t n, int64_t within, int goal_permille);
std::optional<int64_t> HitsNeeded(int64_t n, int64_t within, int goal_permille);

struct Projection {
  double mid = 0;
  double low = 0;
  double high = 0;
};
// K ~ BetaBinomial(n_expected - n, within + 1/2, n - within + 1/2). Nullopt when n_expected is 0.
std::optional<Projection> ProjectMonth(int64_t n, int64_t within, int64_t n_expected);

// One row of `shares` (interfaces §2); what is null there is nullopt here. Fractions are not yet rounded.
struct ShareRow {
  SeriesKey series;
  Measure measure = Measure::kDecided;
  Window window = Window::k24h;
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
  std::string unit = "seconds";
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

struct WaitingRow {
  SeriesKey series;
  int64_t open = 0;
  int64_t at_risk = 0;
  int64_t overdue = 0;
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
