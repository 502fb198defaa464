#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/config/configuration.h"
#include "lib/engine/batch.h"
#include "lib/wire/report.h"

namespace vardvakt::cli {

// Recorded events in, the contract's rows out: every region and stream of a configuration judged in one go
// (interfaces §2, `replay`). One thread. `configuration` must outlive it.
class Replayer {
 public:
  // `as_of`: `now` of every judgement, and events recorded later are left out; none: the greatest recorded_at
  // of what is accepted. `wall_clock` is then what tells events from the future (spec §2.1).
  Replayer(const config::Configuration& configuration, std::optional<Instant> as_of, Instant wall_clock);

  // Takes an event, leaves it out, or says why it is rejected; counts it. `event` may be changed. An error
  // means that nothing more can be judged.
  absl::Status Add(domain::Event& event, std::optional<domain::Rejection>& rejection);
  // Counts input that was no event.
  void CountRejected(const domain::Rejection& rejection) { CountRejected(rejection, {}); }

  // Once. kNotFound when nothing was accepted.
  absl::StatusOr<wire::ReplayReport> Finish();

  int64_t received() const { return events_.received; }

 private:
  using Key = std::pair<const config::RegionConfiguration*, std::string>;  // region and stream

  void CountRejected(const domain::Rejection& rejection, const domain::Event& event);
  void AddRejected(wire::ReplayReport& report) const;
  engine::Batch& BatchOf(const config::RegionConfiguration& region, const std::string& stream);

  const config::Configuration& configuration_;
  const std::optional<Instant> as_of_;
  const Instant append_time_;
  Instant last_recorded_ = kBeginningOfTime;
  wire::Accounting events_;
  std::deque<domain::StreamDefinition> without_indicators_;
  std::map<Key, std::unique_ptr<engine::Batch>> batches_;
  // By region, stream and source; "unknown" where the event does not tell.
  std::map<std::array<std::string, 3>, std::map<std::string, int64_t>> rejected_;
};

}  // namespace vardvakt::cli
