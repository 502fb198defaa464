#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/event.h"
#include "lib/simulator/county.h"
#include "lib/simulator/incident.h"

namespace vardvakt::simulator {

// An event and the instant at which the source hands it over.
struct Delivery {
  Instant deliver_at;
  domain::Event event;
};

// How reliably the source reports.
struct Reporting {
  int64_t duplicate_per_mille = 10;     // events sent again, unchanged
  int64_t out_of_order_per_mille = 20;  // events held up for up to five minutes
  int64_t late_per_mille = 4;           // events held up for up to two hours (a vehicle without coverage)
  int64_t correction_per_mille = 15;    // arrivals that get another time afterwards
};

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
