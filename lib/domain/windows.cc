#include "lib/domain/windows.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "lib/base/strings.h"

namespace vardvakt::domain {
namespace {

using std::chrono::months;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, kWindows.size()> kNames = {
    "1h",   "24h", "7d", "30d", "365d", "month", "previous_month", "tertial", "previous_tertial",
    "year", "all"};

// What can be asked for by from and to; TimeZone knows the transitions of these years.
constexpr Instant kEarliestBound{std::chrono::sys_days(std::chrono::year(1900) / 1 / 1)};
constexpr Instant kLatestBound{std::chrono::sys_days(std::chrono::year(2200) / 1 / 1)};

PaneIndex DayIndex(LocalDay day) { return static_cast<PaneIndex>(day.time_since_epoch().count()); }
LocalDay DayOfIndex(PaneIndex index) { return LocalDay(days(index)); }
PaneIndex FirstDayOf(year_month month) { return DayIndex(LocalDay(month / 1)); }

// The first month of the tertial (Jan–Apr, May–Aug, Sep–Dec) that a month is in.
year_month TertialOf(year_month month) {
  return month.year() / std::chrono::month((unsigned{month.month()} - 1) / 4 * 4 + 1);
}

PaneRange DaysOfPeriod(year_month begin, year_month end) {
  return {Span::kDay, FirstDayOf(begin), FirstDayOf(end) - 1};
}

template <typename Unit>
PaneIndex Saturated(Instant instant) {
  const int64_t count = std::chrono::floor<Unit>(instant).time_since_epoch().count();
  return static_cast<PaneIndex>(std::clamp<int64_t>(count, std::numeric_limits<PaneIndex>::min(),
                                                    std::numeric_limits<PaneIndex>::max()));
}

PaneIndex OldestKept(Span span, Instant now, const TimeZone& zone) {
  switch (span) {
    case Span::kMinute:
      return PaneOf(span, now, zone) - kMinutesKept;
    case Span::kHour:
      return PaneOf(span, now, zone) - kHoursKept;
    case Span::kDay:
      break;
  }
  return std::numeric_limits<PaneIndex>::min();
}

// The first pane that starts at or after an instant.
PaneIndex FirstPaneFrom(Span span, Instant instant, const TimeZone& zone) {
  const PaneIndex pane = PaneOf(span, instant, zone);
  return PaneStart(span, pane, zone) == instant ? pane : pane + 1;
}

bool StartsPane(Span span, Instant instant, const TimeZone& zone) {
  return PaneStart(span, PaneOf(span, instant, zone), zone) == instant;
}

Span FinerThan(Span span) { return span == Span::kDay ? Span::kHour : Span::kMinute; }

// Tiles [from, to) with kept panes of `span` in the middle and finer ones at both ends.
class Tiler {
 public:
  Tiler(Instant now, const TimeZone& zone) : now_(now), zone_(zone) {}

  bool Tile(Span span, Instant from, Instant to, std::vector<PaneRange>& out) const {
    if (from == to) return true;
    const size_t before = out.size();
    if (TileWith(span, from, to, out)) return true;
    out.resize(before);
    return span != Span::kMinute && Tile(FinerThan(span), from, to, out);
  }

 private:
  bool TileWith(Span span, Instant from, Instant to, std::vector<PaneRange>& out) const {
    const PaneIndex first = FirstPaneFrom(span, from, zone_);
    const PaneIndex end = PaneOf(span, to, zone_);
    if (first >= end || first < OldestKept(span, now_, zone_)) return false;
    const Instant middle_from = PaneStart(span, first, zone_);
    const Instant middle_to = PaneStart(span, end, zone_);
    if (span == Span::kMinute && (middle_from != from || middle_to != to)) return false;
    if (span != Span::kMinute && !Tile(FinerThan(span), from, middle_from, out)) return false;
    out.push_back({span, first, end - 1});
    return span == Span::kMinute || Tile(FinerThan(span), middle_to, to, out);
  }

  Instant now_;
  const TimeZone& zone_;
};

// From when whole hours and whole minutes are accepted as a bound.
struct Accepted {
  Instant hours_since;
  Instant minutes_since;
};

bool Accepts(const Accepted& accepted, Instant bound, const TimeZone& zone) {
  return StartsPane(Span::kDay, bound, zone) ||
         (StartsPane(Span::kHour, bound, zone) && bound >= accepted.hours_since) ||
         (StartsPane(Span::kMinute, bound, zone) && bound >= accepted.minutes_since);
}

absl::Status Refusal(std::string_view name, Instant bound, const Accepted& accepted, const TimeZone& zone) {
  const LocalDay day = zone.DayOf(bound);
  return absl::OutOfRangeError(Cat("no kept pane matches `", name, "` ", FormatMillis(bound),
                                   "; accepted are starts of days in ", zone.name(), " (the nearest are ",
                                   FormatSeconds(zone.StartOf(day)), " and ",
                                   FormatSeconds(zone.StartOf(day + days(1))), "), whole UTC hours since ",
                                   FormatSeconds(accepted.hours_since), " and whole minutes since ",
                                   FormatSeconds(accepted.minutes_since)));
}

absl::Status Explain(Instant from, Instant to, Instant now, const TimeZone& zone) {
  const Instant oldest_hour = PaneStart(Span::kHour, OldestKept(Span::kHour, now, zone), zone);
  const Instant oldest_minute = PaneStart(Span::kMinute, OldestKept(Span::kMinute, now, zone), zone);
  const Accepted for_from{oldest_hour, oldest_minute};
  if (!Accepts(for_from, from, zone)) return Refusal("from", from, for_from, zone);
  // The panes before `to` must be kept back to where the coarser ones end.
  const auto join = [&](Span coarse, Instant oldest) {
    return from >= oldest ? oldest : PaneStart(coarse, FirstPaneFrom(coarse, oldest, zone), zone);
  };
  return Refusal("to", to, {join(Span::kDay, oldest_hour), join(Span::kHour, oldest_minute)}, zone);
}

}  // namespace

std::string_view WindowName(Window window) { return kNames[static_cast<size_t>(window)]; }

std::optional<Window> ParseWindow(std::string_view name) {
  for (Window window : kWindows) {
    if (WindowName(window) == name) return window;
  }
  return std::nullopt;
}

PaneIndex PaneOf(Span span, Instant instant, const TimeZone& zone) {
  switch (span) {
    case Span::kMinute:
      return Saturated<minutes>(instant);
    case Span::kHour:
      return Saturated<hours>(instant);
    case Span::kDay:
      break;
  }
  return DayIndex(zone.DayOf(instant));
}

Instant PaneStart(Span span, PaneIndex pane, const TimeZone& zone) {
  switch (span) {
    case Span::kMinute:
      return Instant(minutes(pane));
    case Span::kHour:
      return Instant(hours(pane));
    case Span::kDay:
      break;
  }
  return zone.StartOf(DayOfIndex(pane));
}

PaneRange WindowPanes(Window window, Instant now, const TimeZone& zone) {
  const PaneIndex minute = PaneOf(Span::kMinute, now, zone);
  const PaneIndex today = PaneOf(Span::kDay, now, zone);
  const year_month_day date(DayOfIndex(today));
  const year_month month = date.year() / date.month();
  switch (window) {
    case Window::k1h:
      return {Span::kMinute, minute - 59, minute};
    case Window::k24h:
      return {Span::kMinute, minute - 1439, minute};
    case Window::k7d:
      return {Span::kDay, today - 6, today};
    case Window::k30d:
      return {Span::kDay, today - 29, today};
    case Window::k365d:
      return {Span::kDay, today - 364, today};
    case Window::kMonth:
      return {Span::kDay, FirstDayOf(month), today};
    case Window::kPreviousMonth:
      return DaysOfPeriod(month - months(1), month);
    case Window::kTertial:
      return {Span::kDay, FirstDayOf(TertialOf(month)), today};
    case Window::kPreviousTertial:
      return DaysOfPeriod(TertialOf(month) - months(4), TertialOf(month));
    case Window::kYear:
      return {Span::kDay, FirstDayOf(date.year() / 1), today};
    case Window::kAll:
      break;
  }
  return {Span::kDay, kFirstDay, kLastDay};
}

bool PaneKept(Span span, PaneIndex pane, Instant now, const TimeZone& zone) {
  return pane >= OldestKept(span, now, zone);
}

absl::StatusOr<std::vector<PaneRange>> PanesBetween(Instant from, Instant to, Instant now,
                                                    const TimeZone& zone) {
  if (from >= to) {
    return absl::InvalidArgumentError(
        Cat("`from` ", FormatMillis(from), " is not before `to` ", FormatMillis(to)));
  }
  if (from < kEarliestBound || to > kLatestBound) {
    return absl::OutOfRangeError(Cat("`from` and `to` must lie between ", FormatSeconds(kEarliestBound),
                                     " and ", FormatSeconds(kLatestBound)));
  }
  std::vector<PaneRange> ranges;
  if (Tiler(now, zone).Tile(Span::kDay, from, to, ranges)) return ranges;
  return Explain(from, to, now, zone);
}

Bounds BoundsOf(const PaneRange& range, const TimeZone& zone) {
  return {PaneStart(range.span, range.first, zone), PaneStart(range.span, range.last + 1, zone)};
}

}  // namespace vardvakt::domain
