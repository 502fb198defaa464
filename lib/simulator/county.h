#pragma once

#include <string>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/pathways.h"

namespace vardvakt::simulator {

// A unit of the units file at which planned care is given.
struct CareUnit {
  std::string code;
  std::string hospital;  // empty where it has none
};

// Where people live: missions happen there and are served from somewhere, and it has its own health centres
// and dental clinics.
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
  std::vector<CareUnit> health_centres;
  std::vector<CareUnit> dental_clinics;
  size_t hospital = 0;  // index into County::hospitals, where there are any
};

struct HospitalClinics {
  std::string code;
  std::vector<CareUnit> surgical;
  std::vector<CareUnit> others;
};

// The synthetic county: places, what care there is, and the clock on the walls. Immutable.
struct County {
  std::string region;
  TimeZone zone = TimeZone::Utc();
  std::vector<Place> places;
  std::vector<HospitalClinics> hospitals;
  std::vector<CareUnit> specialist_dental;
  domain::PathwayTable pathways;  // cancer pathways; without any there are no such cases
};

// The unit kinds of the units file that missions are served from and planned care is given at.
inline constexpr std::string_view kStationKind = "ambulance_station";
inline constexpr std::string_view kHealthCentreKind = "primary_care";
inline constexpr std::string_view kClinicKind = "clinic";
inline constexpr std::string_view kDentalKind = "dental_clinic";
inline constexpr std::string_view kSpecialistDentalKind = "dental_specialist";
// The tag of a clinic, and its value for those that operate.
inline constexpr std::string_view kCareAreaTag = "care_area";
inline constexpr std::string_view kSurgicalArea = "kirurgi";

// The county of a units file. Population and roads of the municipalities of Jönköpings län are known here;
// a municipality of another region gets a plain one's. The cancer pathways are those that `streams` judge by.
// Where the units file has no unit of a kind, the cases
// have no unit.
County CountyOf(const domain::Geography& geography, TimeZone zone,
                const std::vector<domain::StreamDefinition>& streams = {});

}  // namespace vardvakt::simulator
