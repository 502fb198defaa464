#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "lib/simulator/arrivals.h"
#include "lib/simulator/care_case.h"
#include "lib/simulator/care_draft.h"
#include "lib/simulator/county.h"
#include "lib/simulator/source.h"

namespace vardvakt::simulator {

struct CareOptions {
  Instant from;
  Instant to = kNever;  // nothing is delivered at or after it
  uint64_t seed = 1;
  // Cases that begin a day, over the year: waits of all four kinds, founded suspicions of cancer, dental
  // care.
  int64_t waits_per_day = 870;
  int64_t svf_per_day = 17;
  int64_t dental_per_day = 310;
  // Whether the cases that are open at `from` are delivered first, from their beginning, as when the sources
  // are connected. Without them: what continues an earlier sequence that ended at `from`.
  bool open_cases_first = true;
  Reporting reporting;
  std::vector<Incident> incidents;
};

// The county's planned care, of every stream but ambulance, as a sequence of deliveries in order of time. A
// case is one of a seed and a day, whatever `from` is: two sequences of one seed that meet continue each
// other. What is kept of an open case is its key, and it is made up again for each of its reports: 48 bytes
// each. Not thread-safe. `county` must outlive it.
class PlannedCare : public DeliverySource {
 public:
  PlannedCare(const County& county, CareOptions options);
  ~PlannedCare() override;

  std::optional<Delivery> Next() override;
  std::optional<Instant> NextAt() override;

  int64_t cases() const { return cases_; }
  size_t open_cases() const { return queue_.size(); }

 private:
  struct Flow {
    CareFlow flow;
    Arrivals arrivals;
    std::optional<Arrivals::Case> next;
    Instant next_at = kNever;
  };
  struct Queued {
    Instant at;
    CareKey key;
    uint32_t report;  // index into its reports, in order of delivery

    bool operator>(const Queued& other) const { return at != other.at ? at > other.at : IsBehind(other); }
    bool IsBehind(const Queued& other) const;  // among those of one instant
  };

  void Advance(Flow& flow);
  // Begins cases until the next delivery is known to be at the queue's front.
  void Fill();
  void Begin(const CareKey& key);
  CareCase Make(const CareKey& key) const;
  void Queue(const CareKey& key, const CareCase& made, size_t report);

  const County& county_;
  const CareOptions options_;
  const CareWorld world_;
  std::vector<Flow> flows_;
  std::vector<Queued> queue_;  // a heap, the earliest in front
  int64_t cases_ = 0;
};

// The event of one report of a case.
void EventOf(const County& county, const CareCase& made, const CareReport& report, domain::Event& event);

}  // namespace vardvakt::simulator
