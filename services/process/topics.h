#pragma once

#include <vector>

#include "absl/status/status.h"
#include "lib/engine/log.h"
#include "lib/runtime/health.h"
#include "lib/runtime/signals.h"

namespace vardvakt::process {

// Waits until the log answers and has every topic as it must be; not ready as "topics" meanwhile.
// kFailedPrecondition when one is missing or wrong, kCancelled when a stop was requested first.
absl::Status AwaitTopics(engine::Log& log, const std::vector<engine::TopicSpec>& topics,
                         runtime::Health& health, runtime::Signals& signals);

// Looks at them until a stop is requested, and says as "topics" when they are gone, changed, or out of reach.
// Who only waits for records, or for somebody to send one, would not notice.
void WatchTopics(engine::Log& log, const std::vector<engine::TopicSpec>& topics, runtime::Health& health,
                 runtime::Signals& signals);

}  // namespace vardvakt::process
