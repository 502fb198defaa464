#pragma once

#include <memory>

#include "lib/engine/log.h"
#include "lib/engine/metrics.h"
#include "lib/engine/publisher.h"

namespace vardvakt::compliance {

// A task's publications as records of the output topics (interfaces §4). Delivery is asynchronous; a record
// that the appender refuses or fails to deliver is a failure, after which the worker says everything again.
std::unique_ptr<engine::Publisher> MakeTopicPublisher(std::shared_ptr<engine::Appender> appender,
                                                      engine::Metrics& metrics);

}  // namespace vardvakt::compliance
