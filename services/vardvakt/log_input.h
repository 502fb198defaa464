#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/base/clock.h"
#include "lib/config/configuration.h"
#include "lib/domain/event.h"

namespace vardvakt::cli {

// Gives every event of the embedded log below a data directory, by region and stream, each in the log's order
// with its append time. Records that are no event are passed over. kNotFound when there is no log,
// kFailedPrecondition when another process has it open. An error of `take` ends the reading.
absl::Status ReadLog(const std::string& data_dir, const config::Configuration& configuration,
                     const Clock& clock,
                     absl::FunctionRef<absl::Status(domain::Event& event, Instant append_time)> take);

}  // namespace vardvakt::cli
