#include "lib/domain/month_outlook.h"

#include <algorithm>
#include <chrono>

namespace vardvakt::domain {
namespace {

constexpr PaneIndex kWeek = 168;  // hours
static_assert(MonthOutlook::kMostWeeks * kWeek < kHoursKept);

Instant EndOfMonth(Instant now, const TimeZone& zone) {
  const std::chrono::year_month_day date(zone.DayOf(now));
  return zone.StartOf(LocalDay((date.year() / date.month() + std::chrono::months(1)) / 1));
}

}  // namespace

std::optional<MonthOutlook> MonthOutlook::Make(Instant now, LocalDay first_decided_day,
                                               const TimeZone& zone) {
  const int64_t weeks_seen = (now - zone.StartOf(first_decided_day)) / std::chrono::hours(kWeek);
  if (weeks_seen < 1) return std::nullopt;
  const PaneIndex current = PaneOf(Span::kHour, now, zone);
  return MonthOutlook(static_cast<int>(std::min<int64_t>(weeks_seen, kMostWeeks)), current - 1, current + 1,
                      PaneOf(Span::kHour, EndOfMonth(now, zone), zone));
}

MonthOutlook::MonthOutlook(int weeks, PaneIndex last_ended, PaneIndex first_to_come, PaneIndex end_to_come)
    : weeks_(weeks),
      past_hours_{Span::kHour, last_ended - weeks * kWeek + 1, last_ended},
      first_to_come_(first_to_come),
      end_to_come_(end_to_come) {}

int64_t MonthOutlook::Weight(PaneIndex hour) const {
  // How many of hour + 168, hour + 336, … lie in [first_to_come_, end_to_come_); `hour` itself lies before.
  const int64_t by_the_end = (end_to_come_ - 1 - hour) / kWeek;
  const int64_t come_by_now = (first_to_come_ - 1 - hour) / kWeek;
  return std::max<int64_t>(0, by_the_end - come_by_now);
}

int64_t MonthOutlook::ExpectedN(int64_t n, int64_t weighted_sum) const {
  return n + (2 * weighted_sum + weeks_) / (2 * weeks_);
}

std::optional<int64_t> ExpectedMonthN(int64_t n, Instant now, std::optional<LocalDay> first_decided_day,
                                      absl::FunctionRef<int64_t(PaneIndex)> decided_in_hour,
                                      const TimeZone& zone) {
  if (!first_decided_day) return std::nullopt;
  const std::optional<MonthOutlook> outlook = MonthOutlook::Make(now, *first_decided_day, zone);
  if (!outlook) return std::nullopt;
  const PaneRange past = outlook->past_hours();
  int64_t weighted_sum = 0;
  for (PaneIndex hour = past.first; hour <= past.last; ++hour) {
    if (const int64_t weight = outlook->Weight(hour); weight != 0)
      weighted_sum += weight * decided_in_hour(hour);
  }
  return outlook->ExpectedN(n, weighted_sum);
}

}  // namespace vardvakt::domain
