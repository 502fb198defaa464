#include "lib/simulator/county.h"

#include <algorithm>
#include <utility>

namespace vardvakt::simulator {
namespace {

struct Known {
  std::string_view municipality;
  int population;
  std::string_view served_from;
  int distance_km;
  std::string_view backup_from;
  int backup_km;
};

// The one table that the county's shares follow from. Population: SCB, rounded. Roads: estimates from the
// station's town to a typical patient, fitted to 71 % of prio-1 missions within 20 minutes in the county.
constexpr Known kJonkopingsLan[] = {
    {"0604", 6'800, "0687", 21, "0686", 27},    // Aneby
    {"0617", 9'700, "0617", 18, "0662", 27},    // Gnosjö
    {"0642", 7'400, "0643", 24, "0680", 33},    // Mullsjö
    {"0643", 12'900, "0643", 16, "0680", 24},   // Habo
    {"0662", 29'600, "0662", 14, "0617", 26},   // Gislaved
    {"0665", 14'900, "0665", 15, "0683", 30},   // Vaggeryd
    {"0680", 145'100, "0680", 11, "0643", 27},  // Jönköping
    {"0682", 31'700, "0682", 13, "0686", 24},   // Nässjö
    {"0683", 34'600, "0683", 13, "0665", 29},   // Värnamo
    {"0684", 11'700, "0684", 15, "0685", 28},   // Sävsjö
    {"0685", 27'500, "0685", 15, "0686", 30},   // Vetlanda
    {"0686", 17'800, "0686", 13, "0682", 23},   // Eksjö
    {"0687", 18'900, "0687", 12, "0686", 38},   // Tranås
};
constexpr Known kPlain = {"", 20'000, "", 15, "", 30};

std::vector<std::string> StationsIn(const domain::Geography& geography, std::string_view municipality) {
  std::vector<std::string> stations;
  for (const domain::Unit& unit : geography.units) {
    if (unit.kind == kStationKind && unit.municipality == municipality) stations.push_back(unit.code);
  }
  return stations;
}

std::vector<CareUnit> UnitsIn(const domain::Geography& geography, std::string_view municipality,
                              std::string_view kind) {
  std::vector<CareUnit> units;
  for (const domain::Unit& unit : geography.units) {
    if (unit.kind == kind && unit.municipality == municipality) units.push_back({unit.code, unit.hospital});
  }
  return units;
}

// Those of the municipality; of the one whose ambulance serves it, where it has none.
std::vector<CareUnit> UnitsFor(const domain::Geography& geography, const Place& place,
                               std::string_view kind) {
  std::vector<CareUnit> units = UnitsIn(geography, place.municipality, kind);
  return units.empty() ? UnitsIn(geography, place.served_from, kind) : units;
}

void AddHospitals(const domain::Geography& geography, County& county) {
  for (const domain::Hospital& hospital : geography.hospitals) {
    HospitalClinics clinics{.code = hospital.code, .surgical = {}, .others = {}};
    for (const domain::Unit& unit : geography.units) {
      if (unit.kind != kClinicKind || unit.hospital != hospital.code) continue;
      const auto area = unit.tags.find(std::string(kCareAreaTag));
      const bool operates = area != unit.tags.end() && area->second == kSurgicalArea;
      (operates ? clinics.surgical : clinics.others).push_back({unit.code, unit.hospital});
    }
    county.hospitals.push_back(std::move(clinics));
  }
  for (const domain::Unit& unit : geography.units) {
    if (unit.kind == kSpecialistDentalKind) county.specialist_dental.push_back({unit.code, unit.hospital});
  }
}

domain::PathwayTable PathwaysOf(const std::vector<domain::StreamDefinition>& streams) {
  for (const domain::StreamDefinition& stream : streams) {
    for (const domain::Indicator& indicator : stream.indicators) {
      for (const domain::IndicatorVersion& version : indicator.versions) {
        const auto* limit = version.limit ? std::get_if<domain::PathwayLimit>(&*version.limit) : nullptr;
        if (limit != nullptr) return *limit->table;
      }
    }
  }
  return {};
}

}  // namespace

County CountyOf(const domain::Geography& geography, TimeZone zone,
                const std::vector<domain::StreamDefinition>& streams) {
  County county;
  county.region = geography.region_code;
  county.zone = std::move(zone);
  county.pathways = PathwaysOf(streams);
  AddHospitals(geography, county);
  for (const domain::Municipality& municipality : geography.municipalities) {
    const auto* known = std::find_if(std::begin(kJonkopingsLan), std::end(kJonkopingsLan),
                                     [&](const Known& row) { return row.municipality == municipality.code; });
    const Known& row = known == std::end(kJonkopingsLan) ? kPlain : *known;
    Place place;
    place.municipality = municipality.code;
    place.population = row.population;
    place.served_from = row.served_from.empty() ? municipality.code : row.served_from;
    place.distance_km = row.distance_km;
    place.backup_from = row.backup_from.empty() ? municipality.code : row.backup_from;
    place.backup_km = row.backup_km;
    place.health_centres = UnitsFor(geography, place, kHealthCentreKind);
    place.dental_clinics = UnitsFor(geography, place, kDentalKind);
    for (size_t i = 0; i < county.hospitals.size(); ++i) {
      if (county.hospitals[i].code == municipality.hospital) place.hospital = i;
    }
    place.stations = StationsIn(geography, place.served_from);
    place.backup_stations = StationsIn(geography, place.backup_from);
    county.places.push_back(std::move(place));
  }
  return county;
}

}  // namespace vardvakt::simulator
