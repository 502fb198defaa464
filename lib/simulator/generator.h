#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/simulator/county.h"
#include "lib/simulator/incident.h"
#include "lib/simulator/mission.h"
#include "lib/simulator/random.h"
#include "lib/simulator/source.h"

namespace vardvakt::simulator {

struct GeneratorOptions {
  Instant from;         // the first call comes after it
  Instant to = kNever;  // nothing is called in or delivered at or after it
  uint64_t seed = 1;
  int64_t missions_per_day = 100;  // of every priority; about 40 % have priority 1
  std::string source = "zenit";
  Reporting reporting;
  std::vector<Incident> incidents;
};

// The county's ambulance traffic as an endless (or bounded) sequence of deliveries in order of time. Missions
// come as a Poisson process with the rhythm of the day, the week and the year. The same options and county
// give the same sequence, on any machine. Holds what has been called in and not yet delivered, nothing else.
// Not thread-safe. `county` must outlive it.
class Generator : public DeliverySource {
 public:
  Generator(const County& county, GeneratorOptions options);

  // Nullopt when `to` is reached.
  std::optional<Delivery> Next() override;
  std::optional<Instant> NextAt() override;

  // Called with every mission as it is made up: what is true of it, deliveries included. For tests and
  // tables.
  void ObserveMissions(std::function<void(const Mission&)> observer) { observer_ = std::move(observer); }

  int64_t missions() const { return missions_; }

 private:
  // The calls that a snow storm brings on top, whatever the hour.
  struct Surge {
    Random random;
    Instant begin;
    Instant next;  // kNever when over
    Instant end;
    uint64_t stream;  // of the next mission
  };
  struct Queued {
    Instant at;
    uint64_t sequence;  // of being queued: the order among equal instants
    size_t slot;        // index into events_

    bool operator>(const Queued& other) const {
      return at != other.at ? at > other.at : sequence > other.sequence;
    }
  };

  void AdvanceBase();
  void AdvanceSurge(Surge& surge);
  // Makes up missions until the next delivery is known to be at the queue's front.
  void Fill();
  void MakeMission(Instant call, uint64_t stream, bool surge);
  // What becomes of a delivery under the incidents: late, twice or not at all.
  void Deliver(Delivery delivery, const std::string& municipality);
  void Queue(Instant at, domain::Event event);

  const County& county_;
  GeneratorOptions options_;
  MissionFactory factory_;
  std::function<void(const Mission&)> observer_;

  Random calls_;
  std::array<int64_t, 168> hour_of_week_{};  // relative rates from Monday 00:00 local time
  int64_t greatest_rate_ = 0;
  int64_t mean_gap_micros_ = 0;  // between candidates, of which rate / greatest_rate_ become missions
  int64_t base_micros_ = 0;      // of the next call, since the epoch
  Instant base_next_ = kNever;
  uint64_t candidate_ = 0;  // which candidate the next call is: the stream of its mission
  std::vector<Surge> surges_;
  int64_t folder_ = 0;  // minute of the last call, as in its case id
  int64_t number_in_folder_ = 0;
  int64_t missions_ = 0;

  std::vector<Queued> queue_;  // a heap, the earliest in front
  uint64_t sequence_ = 0;
  std::vector<domain::Event> events_;
  std::vector<size_t> free_slots_;
};

}  // namespace vardvakt::simulator
