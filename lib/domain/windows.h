#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/base/time_zone.h"

namespace vardvakt::domain {

enum class Window : uint8_t {
  k1h,
  k24h,
  k7d,
  k30d,
  k365d,
  kMonth,
  kPreviousMonth,
  kTertial,
  kPreviousTertial,
  kYear,
  kAll,
};
inline constexpr std::array kWindows = {Window::k1h,
                                        Window::k24h,
                                        Window::k7d,
                                        Window::k30d,
                                        Window::k365d,
                                        Window::kMonth,
                                        Window::kPreviousMonth,
                                        Window::kTertial,
                                        Window::kPreviousTertial,
                                        Window::kYear,
                                        Window::kAll};
std::string_view WindowName(Window window);
std::optional<Window> ParseWindow(std::string_view name);

// A pane is a minute, a UTC hour or a local day (spec §4), numbered from 1970-01-01T00:00 (local for days).
// Minutes fit up to the year 6053.
enum class Span : uint8_t { kMinute, kHour, kDay };
using PaneIndex = int32_t;

PaneIndex PaneOf(Span span, Instant instant, const TimeZone& zone);
Instant PaneStart(Span span, PaneIndex pane, const TimeZone& zone);

// The panes [first, last] of one span that make up a window; empty when last < first.
struct PaneRange {
  Span span = Span::kDay;
  PaneIndex first = 0;
  PaneIndex last = -1;
  bool operator==(const PaneRange&) const = default;
};

// The first and the last local day that RFC 3339 can write, give or take an offset: what kAll spans.
inline constexpr PaneIndex kFirstDay = -719163;
inline constexpr PaneIndex kLastDay = 2932897;

// The panes of a named window as of `now`. kAll: every day there can be, so look up what is stored of it.
PaneRange WindowPanes(Window window, Instant now, const TimeZone& zone);

// How long fine panes are kept before the pane that `now` is in (spec §4).
inline constexpr PaneIndex kMinutesKept = 48 * 60;
inline constexpr PaneIndex kHoursKept = 64 * 24;
// True where a pane is still kept as of `now`: the one `now` is in, later ones, and so many before it.
bool PaneKept(Span span, PaneIndex pane, Instant now, const TimeZone& zone);

// The kept panes that make up [from, to), in order of time, coarse in the middle and fine at the ends:
// minutes, hours, days, hours, minutes, of which any may be missing (where local midnight is no whole UTC
// hour, minutes join the hours to the days as well). They neither overlap nor leave a gap. kInvalidArgument
// unless from < to; kOutOfRange where no kept panes match a bound, saying which would be accepted.
absl::StatusOr<std::vector<PaneRange>> PanesBetween(Instant from, Instant to, Instant now,
                                                    const TimeZone& zone);

// First instant and end (of the last pane) of a range.
struct Bounds {
  Instant from;
  Instant to;
};
Bounds BoundsOf(const PaneRange& range, const TimeZone& zone);

}  // namespace vardvakt::domain
