#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::simulator {

enum class IncidentKind : uint8_t {
  kStationClosed,  // its missions are served by the next station
  kSnowStorm,      // every road takes longer, and there are more missions
  kSourceSilent,   // nothing is delivered meanwhile, all of it at the end
  kSourceLost,     // nothing is delivered meanwhile, nor later
  kSourceDouble,   // everything is delivered twice
};

// Something out of the ordinary in [from, to).
struct Incident {
  IncidentKind kind = IncidentKind::kSnowStorm;
  Instant from;
  Instant to;
  // A municipality's code (for kStationClosed: the one that the station is in); empty: the whole county.
  std::string where;

  bool HoldsAt(Instant instant) const { return from <= instant && instant < to; }
};

// Reads "NAME@FROM/TO[:where]", e.g. "station_closed@2026-01-10T06:00:00Z/2026-01-10T18:00:00Z:0682". Names:
// station_closed, snow_storm, source_silent, source_lost, source_double. kInvalidArgument says what is wrong.
absl::StatusOr<Incident> ParseIncident(std::string_view text);

}  // namespace vardvakt::simulator
