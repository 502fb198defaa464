#include "services/process/topics.h"

#include "lib/base/strings.h"

namespace vardvakt::process {

absl::Status AwaitTopics(engine::Log& log, const std::vector<engine::TopicSpec>& topics,
                         runtime::Health& health, runtime::Signals& signals) {
  constexpr Duration kBetweenTries = seconds(1);
  health.SetNotReady("topics", "not yet checked");
  while (true) {
    absl::Status status = log.CheckTopics(topics);
    if (status.ok()) {
      health.SetReady("topics");
      return status;
    }
    if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
    health.SetNotReady("topics", ToStd(status.message()));
    if (signals.WaitForStop(kBetweenTries)) return absl::CancelledError("stopped before the log answered");
  }
}

void WatchTopics(engine::Log& log, const std::vector<engine::TopicSpec>& topics, runtime::Health& health,
                 runtime::Signals& signals) {
  constexpr Duration kBetweenLooks = seconds(5);
  while (!signals.WaitForStop(kBetweenLooks)) {
    const absl::Status status = log.CheckTopics(topics);
    if (status.ok()) {
      health.SetReady("topics");
    } else {
      health.SetNotReady("topics", ToStd(status.message()));
    }
  }
}

}  // namespace vardvakt::process
