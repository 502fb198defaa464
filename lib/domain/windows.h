#pragma once

#include <array>
#include <optional>
#include <string_view>

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

// The panes of a named window as of `now`. kAll: every day there can be.
PaneRange WindowPanes(Window window, Instant now, const TimeZone& zone);

// How long fine panes are kept before the pane that `now` is in (spec §4).
inline constexpr PaneIndex kMinutesKept = 48 * 60;
inline constexpr PaneIndex kHoursKept = 64 * 24;
// True where a pane is still kept as of `now`.
bool PaneKept(Span span, PaneIndex pane, Instant now, const TimeZone& zone);

// Panes, coarse in the middle and fine at the ends, that start in [from, to), or why no kept panes match.
absl::StatusOr<std::array<PaneRange, 3>> PanesBetween(Instant from, Instant to, Instant now,
                                                      const TimeZone& zone);

// First instant and end (of the last pane) of a range.
struct Bounds {
  Instant from;
  Instant to;
};
Bounds BoundsOf(const PaneRange& range, const TimeZone& zone);

}  // namespace vardvakt::domain
