#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/simulator/county.h"
#include "lib/simulator/incident.h"
#include "lib/simulator/source.h"

namespace vardvakt::simulator {

inline constexpr std::string_view kAmbulanceStream = "ambulance";

// One mission: what is true of it when the last report has come, and the reports.
struct Mission {
  Instant call;
  size_t place = 0;          // index into County::places
  std::string municipality;  // as reported
  int priority = 0;
  bool deleted = false;
  std::optional<Instant> arrived;  // the first ambulance or helicopter
  std::optional<Instant> closed;
  std::vector<Delivery> deliveries;  // in no order; none before the call

  // Whether the mission is in the share of those decided by the 20-minute limit, and as what (spec §3, §4).
  bool IsDecided() const;
  bool IsWithin() const;
};

// What names a mission: `folder` and `number` its case id, `stream` its own random numbers.
struct MissionKey {
  int64_t folder = 0;
  int64_t number = 0;
  uint64_t stream = 0;
  bool surge = false;  // one of those that a snow storm brings
};

// Makes up missions of a county. The same seed, key, call and incidents give the same mission. Immutable, so
// any thread may use it. `county` must outlive it.
class MissionFactory {
 public:
  MissionFactory(const County& county, std::string source, Reporting reporting, uint64_t seed);

  Mission Make(const MissionKey& key, Instant call, const std::vector<Incident>& incidents) const;

 private:
  const County& county_;
  std::string source_;
  Reporting reporting_;
  uint64_t seed_;
  std::vector<int64_t> population_up_to_;  // running sums over the places
};

}  // namespace vardvakt::simulator
