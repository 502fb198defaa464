#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt {

// A region's civil time. Immutable after Load, so any thread may use it. The transitions of the years 1900 to
// 2200 are read once from the machine's time zone data; outside them the nearest offset holds.
class TimeZone {
 public:
  // `name` is an IANA name, e.g. "Europe/Stockholm".
  static absl::StatusOr<TimeZone> Load(std::string_view name);
  static TimeZone Utc();

  const std::string& name() const { return name_; }

  LocalDay DayOf(Instant instant) const;
  // Seconds since local midnight by the local clock, and the local date, of an instant.
  std::chrono::local_time<milliseconds> ToLocal(Instant instant) const;
  // The first instant of a local day; a midnight that does not exist gives the first instant after the gap,
  // one that exists twice gives the earlier.
  Instant StartOf(LocalDay day) const;
  // The instant of a local clock reading, by the same two rules.
  Instant FromLocal(std::chrono::local_time<milliseconds> local) const;

 private:
  struct Span {
    Instant begin;        // first instant at which `offset` holds
    milliseconds offset;  // local = UTC + offset
  };
  const Span& SpanAt(Instant instant) const;

  std::string name_;
  std::vector<Span> spans_;  // ascending; the first begins at kBeginningOfTime
};

}  // namespace vardvakt
