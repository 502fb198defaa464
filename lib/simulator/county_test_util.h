#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/simulator/generator.h"

namespace vardvakt::simulator {

inline Instant At(std::string_view text) { return ParseRfc3339(text).value(); }

// Jönköpings län with an ambulance station in the municipalities that the county's table serves from.
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
  return CountyOf(geography, TimeZone::Load("Europe/Stockholm").value());
}

inline std::vector<Delivery> All(Generator& generator) {
  std::vector<Delivery> deliveries;
  while (std::optional<Delivery> next = generator.Next()) deliveries.push_back(*std::move(next));
  return deliveries;
}

// A year of the county as it is when nothing is wrong.
inline GeneratorOptions AYear(uint64_t seed) {
  return {.from = At("2025-01-01T00:00:00+01:00"), .to = At("2026-01-01T00:00:00+01:00"), .seed = seed};
}
inline GeneratorOptions AWeek(uint64_t seed) {
  return {.from = At("2025-03-03T00:00:00+01:00"), .to = At("2025-03-10T00:00:00+01:00"), .seed = seed};
}

}  // namespace vardvakt::simulator
