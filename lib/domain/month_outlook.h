#pragma once

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/windows.h"

namespace vardvakt::domain {

// How many more cases of a series the rest of the running month should bring, by the rhythm of its own last
// weeks: each UTC hour to come is expected to be like the same hour of up to eight past weeks (spec §4). Made
// for an instant and a number of weeks, it knows how many hours to come each past hour stands for, so a
// series costs one look at its hours. A value without state; any thread may use it.
class MonthOutlook {
 public:
  static constexpr int kMostWeeks = 8;

  // Nullopt when the series' first decided case lies less than 168 hours back, from the start of its local
  // day: then nothing is expected of the month.
  static std::optional<MonthOutlook> Make(Instant now, LocalDay first_decided_day, const TimeZone& zone);

  // The UTC-hour panes that stand for hours to come, all ended by `now` and all still kept.
  PaneRange past_hours() const { return past_hours_; }
  // How many hours to come a pane of past_hours() stands for.
  int64_t Weight(PaneIndex hour) const;
  // n_expected, of the cases decided so far this month and the sum of decided × Weight over past_hours().
  int64_t ExpectedN(int64_t n, int64_t weighted_sum) const;

 private:
  MonthOutlook(int weeks, PaneIndex last_ended, PaneIndex first_to_come, PaneIndex end_to_come);

  int weeks_;
  PaneRange past_hours_;
  PaneIndex first_to_come_;
  PaneIndex end_to_come_;  // excluded
};

// The same for one series: `decided_in_hour` gives the cases decided in a UTC-hour pane. Nullopt as Make, and
// when the series has no decided case.
std::optional<int64_t> ExpectedMonthN(int64_t n, Instant now, std::optional<LocalDay> first_decided_day,
                                      absl::FunctionRef<int64_t(PaneIndex)> decided_in_hour,
                                      const TimeZone& zone);

}  // namespace vardvakt::domain
