#include "lib/simulator/traffic.h"

#include <algorithm>
#include <utility>

#include "lib/base/strings.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

bool AnyHas(const std::vector<CareUnit>& units, std::string_view code) {
  return std::any_of(units.begin(), units.end(), [&](const CareUnit& unit) { return unit.code == code; });
}

bool IsPlaceOf(const County& county, std::string_view where) {
  for (const Place& place : county.places) {
    if (place.municipality == where || AnyHas(place.health_centres, where) ||
        AnyHas(place.dental_clinics, where)) {
      return true;
    }
  }
  for (const HospitalClinics& hospital : county.hospitals) {
    if (hospital.code == where || AnyHas(hospital.surgical, where) || AnyHas(hospital.others, where)) {
      return true;
    }
  }
  return AnyHas(county.specialist_dental, where);
}

bool IsSource(std::string_view where) {
  if (where == kAmbulanceStream || where == GeneratorOptions{}.source) return true;
  for (size_t i = 0; i < kCareFlows; ++i) {
    const CareFlowShape& shape = ShapeOf(static_cast<CareFlow>(i));
    if (where == shape.stream || where == shape.source) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckIncidents(const County& county, const std::vector<Incident>& incidents) {
  for (const Incident& incident : incidents) {
    if (incident.where.empty() || IsPlaceOf(county, incident.where)) continue;
    if (incident.IsOfSources() && IsSource(incident.where)) continue;
    return absl::InvalidArgumentError(
        Cat("incident at \"", incident.where,
            "\": the units file has no municipality, hospital or unit of that code",
            incident.IsOfSources() ? ", nor is it a stream or a source" : "",
            "; give another, or none for the whole county"));
  }
  return absl::OkStatus();
}

Traffic::Traffic(const County& county, TrafficOptions options) : care_(county, std::move(options.care)) {
  if (options.missions.missions_per_day > 0) missions_.emplace(county, std::move(options.missions));
}

DeliverySource& Traffic::First() {
  if (!missions_) return care_;
  const std::optional<Instant> mission_at = missions_->NextAt();
  if (!mission_at) return care_;
  const std::optional<Instant> care_at = care_.NextAt();
  if (care_at && *care_at < *mission_at) return care_;
  return *missions_;
}

std::optional<Delivery> Traffic::Next() { return First().Next(); }

std::optional<Instant> Traffic::NextAt() { return First().NextAt(); }

}  // namespace vardvakt::simulator
