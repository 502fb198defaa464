#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/strings.h"
#include "lib/base/time_zone.h"
#include "lib/simulator/generator.h"
#include "lib/simulator/planned_care.h"

namespace vardvakt::simulator {

inline Instant At(std::string_view text) { return ParseRfc3339(text).value(); }

// Three pathways: one of a single variant, one of two, one without a limit.
inline domain::PathwayTable TestPathways() {
  const auto limit = [](const char* form, int days) {
    return domain::FormLimit{.treatment_form = form, .days = days, .source = "", .dated = ""};
  };
  const LocalDay long_ago = ParseLocalDay("2017-01-01").value();
  return {.versions = {
              {.pathway = "brost",
               .name = "",
               .valid_from = long_ago,
               .variants = {{"", {limit("kirurgi", 35), limit("palliativ", 35)}}}},
              {.pathway = "testikel", .name = "", .valid_from = long_ago, .variants = {{"", {}}}},
              {.pathway = "tarm",
               .name = "",
               .valid_from = long_ago,
               .pad_subtract_days = 7,
               .variants = {{"bas", {limit("kirurgi", 39), limit("palliativ", 25)}},
                            {"utokad", {limit("lakemedel", 53), limit("kirurgi", 53)}}}},
          }};
}

// Jönköpings län with its three hospitals, primary care and dentists everywhere, and an ambulance station in
// the municipalities that the county's table serves from.
inline County TestCounty() {
  domain::Geography geography;
  geography.region_code = "06";
  for (const char* code : {"0604", "0617", "0642", "0643", "0662", "0665", "0680", "0682", "0683", "0684",
                           "0685", "0686", "0687"}) {
    geography.municipalities.push_back({.code = code});
  }
  for (const char* code :
       {"0617", "0643", "0662", "0665", "0680", "0682", "0683", "0684", "0685", "0686", "0687"}) {
    geography.units.push_back({.code = std::string("SE2321000057-A") + code,
                               .kind = std::string(kStationKind),
                               .municipality = code});
  }
  const char* const hospitals[] = {"22010", "22011", "22012"};
  for (const char* hospital : hospitals) {
    geography.hospitals.push_back({.code = hospital});
    for (const char* area : {"kirurgi", "medicin"}) {
      geography.units.push_back({.code = std::string("SE2321000057-") + hospital + area,
                                 .kind = std::string(kClinicKind),
                                 .hospital = hospital,
                                 .tags = {{std::string(kCareAreaTag), area}}});
    }
    geography.units.push_back({.code = std::string("SE2321000057-ST") + hospital,
                               .kind = std::string(kSpecialistDentalKind),
                               .hospital = hospital});
  }
  for (size_t i = 0; i < geography.municipalities.size(); ++i) {
    domain::Municipality& municipality = geography.municipalities[i];
    municipality.hospital = hospitals[i % 3];
    for (const std::string_view kind : {kHealthCentreKind, kDentalKind}) {
      geography.units.push_back({.code = Cat("SE2321000057-", kind.substr(0, 1), municipality.code),
                                 .kind = std::string(kind),
                                 .municipality = municipality.code});
    }
  }
  County county = CountyOf(geography, TimeZone::Load("Europe/Stockholm").value());
  county.pathways = TestPathways();
  return county;
}

inline std::vector<Delivery> All(DeliverySource& source) {
  std::vector<Delivery> deliveries;
  while (std::optional<Delivery> next = source.Next()) deliveries.push_back(*std::move(next));
  return deliveries;
}

// A year of the county as it is when nothing is wrong.
inline GeneratorOptions AYear(uint64_t seed) {
  return {.from = At("2025-01-01T00:00:00+01:00"), .to = At("2026-01-01T00:00:00+01:00"), .seed = seed};
}
inline GeneratorOptions AWeek(uint64_t seed) {
  return {.from = At("2025-03-03T00:00:00+01:00"), .to = At("2025-03-10T00:00:00+01:00"), .seed = seed};
}

// The same times of planned care, of a smaller county, so that tests are quick.
inline CareOptions ACareYear(uint64_t seed) {
  return {.from = AYear(seed).from,
          .to = AYear(seed).to,
          .seed = seed,
          .waits_per_day = 200,
          .dental_per_day = 30};
}
inline CareOptions ACareWeek(uint64_t seed) {
  CareOptions options = ACareYear(seed);
  options.from = AWeek(seed).from;
  options.to = AWeek(seed).to;
  return options;
}

}  // namespace vardvakt::simulator
