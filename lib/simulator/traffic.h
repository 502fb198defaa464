#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "lib/simulator/generator.h"
#include "lib/simulator/planned_care.h"

namespace vardvakt::simulator {

struct TrafficOptions {
  GeneratorOptions missions;  // without any a day there is no ambulance
  CareOptions care;
};

// kInvalidArgument for an incident at a place that the county does not have: it would change nothing.
absl::Status CheckIncidents(const County& county, const std::vector<Incident>& incidents);

// The whole county: missions and planned care, in order of time. Not thread-safe. `county` must outlive it.
class Traffic : public DeliverySource {
 public:
  Traffic(const County& county, TrafficOptions options);

  std::optional<Delivery> Next() override;
  std::optional<Instant> NextAt() override;

  int64_t missions() const { return missions_ ? missions_->missions() : 0; }
  int64_t cases() const { return missions() + care_.cases(); }

 private:
  // Of the two the one whose next delivery comes first.
  DeliverySource& First();

  std::optional<Generator> missions_;
  PlannedCare care_;
};

}  // namespace vardvakt::simulator
