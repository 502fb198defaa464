#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/definition.h"
#include "lib/domain/period.h"
#include "lib/domain/series.h"

namespace vardvakt::domain {

// A period's numbers of one series and measure as they were known at one time. Of a ratio or a count `n` is
// the numerator, and what needs a limit is null.
struct StatedNumbers {
  int64_t n = 0;
  std::optional<int64_t> within;
  std::optional<double> share;
  std::optional<double> wilson_low;
  std::optional<double> wilson_high;
  int64_t n_before = 0;  // before exclusions
  std::optional<int64_t> within_before;
  std::optional<double> share_before;
  std::map<std::string, int64_t> excluded;  // by reason: the cases that make the difference
  std::optional<double> mean;
  std::optional<int64_t> p50;
  std::optional<int64_t> p90;
  std::optional<double> denominator;  // of a ratio; `share` is then n / denominator
  int64_t open = 0;                   // waiting at the period's end
  int64_t at_risk = 0;
  int64_t overdue = 0;

  bool Empty() const { return n == 0 && n_before == 0 && open == 0 && excluded.empty() && !denominator; }
};

// One line of a statement: an indicator at a place, by one measure.
struct StatementRow {
  std::string region;
  std::string indicator;
  std::string name_sv;
  std::string name_en;
  std::string level;
  std::string key;
  std::string place;  // the key's name
  Shape shape = Shape::kShare;
  std::optional<Measure> measure;  // of a share
  DurationUnit unit = DurationUnit::kSeconds;
  std::optional<double> goal;  // in force on the period's last day: a fraction, of a count the number a year
  Better better = Better::kHigher;
  std::string definition;  // in force on the period's last day
  // With what had been recorded when the period ended, judged at that instant; nullopt while it goes on.
  std::optional<StatedNumbers> as_published;
  StatedNumbers as_known;  // with everything that is known now, judged now
};

// What a region can publish of a period (spec §4: a correction, however late, moves what was published).
struct Statement {
  Period period;
  Instant as_of;  // what "now" is
  std::vector<StatementRow> rows;
};

}  // namespace vardvakt::domain
