#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/logger.h"
#include "lib/config/configuration.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/lifecycle.h"
#include "lib/runtime/signals.h"

namespace vardvakt::process {

using ConfigurationPtr = std::shared_ptr<const config::Configuration>;

// Whether a running process can go on with `next` instead of `now`; else why not, and what to do. What topics
// and partitions there are changes at a start only, and a revision is one set of definitions for ever.
absl::Status CanFollow(const config::Configuration& now, const config::Configuration& next);

// The configuration that a process goes by, read again on SIGHUP. One that is bad, or can't follow, is
// reported and changes nothing. Thread-safe.
class LiveConfiguration {
 public:
  // `logger` and `metrics` must outlive it.
  LiveConfiguration(std::string directory, ConfigurationPtr configuration, Logger& logger,
                    engine::Metrics& metrics);

  ConfigurationPtr current() const;
  // Told of each new one, on the thread that reads again; before the first ReadAgain.
  void OnChange(std::function<void(const ConfigurationPtr&)> tell);
  absl::Status ReadAgain();

 private:
  absl::Status Follow();

  const std::string directory_;
  Logger& logger_;
  engine::Metrics& metrics_;
  std::vector<std::function<void(const ConfigurationPtr&)>> tell_;
  std::mutex reading_;  // one at a time
  mutable std::mutex mutex_;
  ConfigurationPtr configuration_;
};

// Has SIGHUP read it again, until the lifecycle stops what was registered with it up to now.
void ReadAgainOnHangup(const std::shared_ptr<LiveConfiguration>& live, runtime::Signals& signals,
                       runtime::Lifecycle& lifecycle);

}  // namespace vardvakt::process
