#include "lib/base/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>

#include "lib/base/posix_rule.h"
#include "lib/base/strings.h"

namespace vardvakt {
namespace {

using std::chrono::local_time;

// No offset of civil time is as far from UTC as this.
constexpr milliseconds kWidestOffset = hours(26);

// The last line of a zone's data: the rule for the years behind those listed in it (RFC 8536 §3.3), which the
// date library does not read. Empty where there is none.
std::string RuleOf(const std::string& zone_name) {
  std::ifstream file("/usr/share/zoneinfo/" + zone_name, std::ios::binary);
  const std::string data{std::istreambuf_iterator<char>(file), {}};
  if (data.size() < 2 || data.back() != '\n') return "";
  const size_t line = data.rfind('\n', data.size() - 2);
  return line == std::string::npos ? "" : data.substr(line + 1, data.size() - line - 2);
}

}  // namespace

absl::StatusOr<TimeZone> TimeZone::Load(std::string_view name) {
  using namespace date::literals;
  TimeZone zone;
  zone.name_ = name;
  try {
    const date::time_zone* data = date::locate_zone(std::string(name));
    date::sys_info info = data->get_info(date::sys_days(date::year(1900) / 1 / 1));
    const date::sys_seconds end = date::sys_days(date::year(2201) / 1 / 1);
    zone.spans_.push_back({kBeginningOfTime, info.offset});
    while (info.end < end) {
      info = data->get_info(info.end);
      const Instant begin(info.begin.time_since_epoch());
      if (zone.spans_.back().offset != info.offset) zone.spans_.push_back({begin, info.offset});
    }
  } catch (const std::exception& error) {
    return absl::NotFoundError(Cat("time zone \"", name, "\" is not in the machine's time zone data (",
                                   error.what(), "); use an IANA name and install tzdata"));
  }
  const Instant known = zone.spans_.back().begin;
  const auto known_until = known == kBeginningOfTime
                               ? std::chrono::year(1900)
                               : std::chrono::year_month_day(std::chrono::floor<days>(known)).year();
  const auto changes = ChangesByPosixRule(RuleOf(zone.name_), known_until, std::chrono::year(2200));
  for (const OffsetChange& change : changes.value_or(std::vector<OffsetChange>())) {
    if (change.begin > known) zone.spans_.push_back({change.begin, change.offset});
  }
  zone.spans_.shrink_to_fit();
  return zone;
}

TimeZone TimeZone::Utc() {
  TimeZone zone;
  zone.name_ = "UTC";
  zone.spans_.push_back({kBeginningOfTime, milliseconds(0)});
  return zone;
}

const TimeZone::Span& TimeZone::SpanAt(Instant instant) const {
  // Halving without a branch that the processor could guess wrong: this is asked for every case.
  const Span* base = spans_.data();
  for (size_t size = spans_.size(); size > 1;) {
    const size_t half = size / 2;
    base += base[half].begin <= instant ? half : 0;
    size -= half;
  }
  return *base;
}

LocalDay TimeZone::DayOf(Instant instant) const { return std::chrono::floor<days>(ToLocal(instant)); }

local_time<milliseconds> TimeZone::ToLocal(Instant instant) const {
  return local_time<milliseconds>(instant.time_since_epoch() + SpanAt(instant).offset);
}

Instant TimeZone::StartOf(LocalDay day) const { return FromLocal(day); }

Instant TimeZone::FromLocal(local_time<milliseconds> local) const {
  // The earliest instant whose local reading is not before `local`.
  const Instant reading(local.time_since_epoch());
  const Span* last = &spans_.back();
  const Span* span = &SpanAt(reading - kWidestOffset);
  for (; span != last; ++span) {
    const Instant instant = std::max(span->begin, reading - span->offset);
    if (instant < span[1].begin) return instant;
  }
  return std::max(span->begin, reading - span->offset);
}

}  // namespace vardvakt
