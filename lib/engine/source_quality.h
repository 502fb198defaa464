#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "lib/base/time.h"

namespace vardvakt::engine {

// Of one unit's cases: counters that depend on the order of arrival.
struct UnitChanges {
  int64_t miss_undone = 0;
  int64_t closed_period_corrections = 0;
};

// What one source sent to one task (spec §7). Counters that depend on the order of arrival are so by their
// nature and no part of `replay`'s answer.
struct SourceQuality {
  Instant last_event = kBeginningOfTime;  // append time
  int64_t accepted = 0;
  std::map<std::string, int64_t> rejected;  // by reason
  int64_t duplicates = 0;
  int64_t miss_undone = 0;
  int64_t late_arrivals = 0;  // recorded more than domain::kLateAfter after it occurred
  int64_t closed_period_corrections = 0;
  int64_t unknown_unit = 0;
  int64_t unknown_municipality = 0;
  std::array<int64_t, 60> per_minute{};  // ring of the last hour's minutes of append time
  int64_t last_minute = 0;
  std::map<std::string, UnitChanges> units;

  void CountArrival(Instant append_time);
  double EventsPerMinute(Instant now) const;  // over the last hour
};

std::string EncodeSource(const SourceQuality& source);
bool DecodeSource(std::string_view bytes, SourceQuality& source);

}  // namespace vardvakt::engine
