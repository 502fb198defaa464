#pragma once

#include <string>

#include "absl/status/status.h"
#include "librdkafka/rdkafka.h"

namespace vardvakt::kafka {

// `subject`: "topic a partition 0: reading"; `detail`: what the library adds, may be empty.
absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& subject, const std::string& detail = "");

// What the error of an append means for its record: kInvalidArgument when it can't be in the log.
absl::Status AppendStatus(rd_kafka_resp_err_t error, const std::string& subject);

}  // namespace vardvakt::kafka
