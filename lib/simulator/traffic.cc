#include "lib/simulator/traffic.h"

#include <utility>

namespace vardvakt::simulator {

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
