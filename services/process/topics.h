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

}  // namespace vardvakt::process
