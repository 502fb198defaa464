#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace vardvakt {

// An instant of UTC, to the millisecond (spec §3: finer digits are cut).
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;
// A local calendar day, as the number of days since 1970-01-01 of the local calendar.
using LocalDay = std::chrono::local_days;

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Instant kNever = Instant::max();
inline constexpr Instant kBeginningOfTime = Instant::min();

constexpr Instant InstantFromMillis(int64_t millis_since_epoch) {
  return Instant(milliseconds(millis_since_epoch));
}
constexpr int64_t MillisOf(Instant instant) { return instant.time_since_epoch().count(); }

// RFC 3339 with a mandatory offset; digits beyond the millisecond are cut. Nullopt when it is anything else,
// or outside the years 1..9999. A leap second (":60") is refused.
std::optional<Instant> ParseRfc3339(std::string_view text);

// "2026-04-15T10:17:33Z": whole seconds, cut.
std::string FormatSeconds(Instant instant);
// "2026-04-15T10:17:33.250Z".
std::string FormatMillis(Instant instant);

// "2026-04-15", strictly; nullopt otherwise.
std::optional<LocalDay> ParseLocalDay(std::string_view text);
std::string FormatLocalDay(LocalDay day);

// "90s", "20min", "72h", "3d", "1h30min"; nullopt when it is anything else or negative.
std::optional<Duration> ParseDuration(std::string_view text);
// The shortest such text: "20min".
std::string FormatDuration(Duration duration);

}  // namespace vardvakt
