#pragma once

#include <string>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/geography.h"

namespace vardvakt::simulator {

// Where missions happen, and from where they are served.
struct Place {
  std::string municipality;  // its code
  int population = 0;
  // The station whose ambulance comes first as a rule, and the one that comes when that one is busy or
  // closed: municipality codes, and the typical road to the patient.
  std::string served_from;
  int distance_km = 0;
  std::string backup_from;
  int backup_km = 0;
  // The codes of the stations there; empty where the units file has none.
  std::vector<std::string> stations;
  std::vector<std::string> backup_stations;
};

// The synthetic county: places and the clock on their walls. Immutable.
struct County {
  std::string region;
  TimeZone zone = TimeZone::Utc();
  std::vector<Place> places;
};

// The unit kind of the units file that missions are served from.
inline constexpr std::string_view kStationKind = "ambulance_station";

// The county of a units file. Population and roads of the municipalities of Jönköpings län are known here;
// a municipality of another region gets a plain one's.
County CountyOf(const domain::Geography& geography, TimeZone zone);

}  // namespace vardvakt::simulator
