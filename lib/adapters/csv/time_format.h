#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/base/time_zone.h"

namespace vardvakt::csv {

// What events may hold.
bool IsInYears1To9999(Instant instant);

// A way to write times, as strptime has it: %Y %y %m %d %e %j %b %B %h (English) %H %k %I %l %M %S %p %z, %a
// %A (a weekday, which says nothing), %F %D %T %R %r for dates and times together, %f for a fraction, %n %t
// for white space, %% for itself; %s, or the word epoch_seconds, for the seconds since 1970, and epoch_millis
// for the milliseconds. A fraction is also read wherever it follows the seconds, with '.' or ','; what is
// finer than a millisecond is cut. Numbers may be a digit short of their width (not %Y), a space stands for
// any white space. %z is "Z", "UTC", "GMT", "±hh:mm", "±hhmm" or "±hh". Without an hour it is midnight.
// Immutable.
class TimeFormat {
 public:
  TimeFormat() = default;
  // Says what in `format` can't be understood, or that it gives no date.
  static absl::StatusOr<TimeFormat> Compile(std::string_view format);

  // The instant that the whole of `text` says; where it gives no offset, by the local clock of `zone`, with
  // TimeZone::FromLocal's rules for an hour that is missing or there twice. Nullopt when it says none, or one
  // outside the years 1 to 9999.
  std::optional<Instant> Read(std::string_view text, const TimeZone& zone) const;

 private:
  struct Step {
    char directive;  // of a literal: 0
    char literal = 0;
  };
  absl::Status Add(std::string_view format);  // whose shorthands are written out
  bool Has(char directive) const;

  std::vector<Step> steps_;
};

}  // namespace vardvakt::csv
