#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lib/base/time.h"

namespace vardvakt {

// From `begin` on, local = UTC + offset.
struct OffsetChange {
  Instant begin;
  seconds offset;
};

// The changes of the years [first, last], ascending, by a POSIX rule such as "CET-1CEST,M3.5.0,M10.5.0/3":
// what time zone data gives for the years behind its own. Empty where the rule has no summer time; nullopt
// when it can't be read.
std::optional<std::vector<OffsetChange>> ChangesByPosixRule(std::string_view rule, std::chrono::year first,
                                                            std::chrono::year last);

}  // namespace vardvakt
