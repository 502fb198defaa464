#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::simulator {

enum class IncidentKind : uint8_t {
  kStationClosed,   // its missions are served by the next station
  kSnowStorm,       // every road takes longer, and there are more missions
  kSourceSilent,    // nothing is delivered meanwhile, all of it at the end
  kSourceLost,      // nothing is delivered meanwhile, nor later
  kSourceDouble,    // everything is delivered twice
  kTheatreClosed,   // no planned procedures; they are done in the weeks after
  kStrike,          // hardly any planned care; it is done in the weeks after
  kPvvForCapacity,  // who waits longer than the limit is written down as having chosen to
};

// Something out of the ordinary in [from, to).
struct Incident {
  IncidentKind kind = IncidentKind::kSnowStorm;
  Instant from;
  Instant to;
  // A municipality's code (for kStationClosed: the one that the station is in), for planned care a hospital's
  // or a unit's as well, for what befalls a source its name or a stream's; empty: the whole county.
  std::string where;

  bool HoldsAt(Instant instant) const { return from <= instant && instant < to; }
  // Whether it befalls what is sent, not what happens.
  bool IsOfSources() const {
    return kind == IncidentKind::kSourceSilent || kind == IncidentKind::kSourceLost ||
           kind == IncidentKind::kSourceDouble;
  }
  // Whether it is everywhere, or at one of `places`.
  bool IsAt(std::initializer_list<std::string_view> places) const;
};

// Reads "NAME@FROM/TO[:where]", e.g. "station_closed@2026-01-10T06:00:00Z/2026-01-10T18:00:00Z:0682". Names
// are IncidentNames(). kInvalidArgument says what is wrong.
absl::StatusOr<Incident> ParseIncident(std::string_view text);

// "station_closed, snow_storm, …".
std::string IncidentNames();

}  // namespace vardvakt::simulator
