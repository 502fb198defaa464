#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "lib/adapters/kafka/options.h"
#include "lib/engine/log.h"

namespace vardvakt::kafka {

// The log on Apache Kafka (2.4 or later). No broker need answer while it is opened: Poll then gives nothing,
// the rest kUnavailable. Append times are the brokers' (LogAppendTime), as a running maximum; a record
// stamped by its producer is kFailedPrecondition. Readers share connections, each with a bounded queue of its
// own; nothing is committed, no offset is ever reset. The appender is idempotent, acknowledged by all
// replicas in sync. Topics named in EnsureTopics or CheckTopics and not compacted are read without gaps, or
// kDataLoss. Must outlive its readers and its appender; closing it waits for what is not acknowledged, at
// most Options::answer_timeout.
absl::StatusOr<std::unique_ptr<engine::Log>> OpenLog(const Options& options);

}  // namespace vardvakt::kafka
