#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/config/configuration.h"
#include "lib/domain/statement.h"
#include "lib/engine/batch.h"

namespace vardvakt::cli {

// Recorded events in, the statement of a period out: as it could be published when the period ended, and as
// it is known now. One thread. `configuration` must outlive it.
class Reporter {
 public:
  // `as_of`: now, and events recorded later are left out; none: the greatest recorded_at of what is accepted.
  Reporter(const config::Configuration& configuration, domain::Period period, std::optional<Instant> as_of);

  // Takes an event, or leaves it out, rejected ones too: what lies behind `append_time` is from the future
  // (spec §2.1). `event` may be changed.
  absl::Status Add(domain::Event& event, Instant append_time);
  // Once. kNotFound when nothing was accepted, kFailedPrecondition when the period has not begun.
  absl::StatusOr<domain::Statement> Finish();

 private:
  // One stream of one region, twice.
  struct Part {
    const config::RegionConfiguration* region;
    engine::TaskSetting setting;
    engine::Batch published;  // what had been recorded when the period ended
    engine::Batch known;
  };

  absl::Status AddRows(Part& part, domain::Statement& statement) const;

  const config::Configuration& configuration_;
  const domain::Period period_;
  const std::optional<Instant> as_of_;
  Instant last_recorded_ = kBeginningOfTime;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Part>> parts_;  // by region and stream
};

}  // namespace vardvakt::cli
