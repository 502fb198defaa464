#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/adapters/kafka/options.h"
#include "lib/base/logger.h"
#include "lib/engine/log.h"
#include "lib/runtime/options.h"

namespace vardvakt::process {

struct KafkaOptions {
  std::string bootstrap_servers;
  std::string security_file;
  kafka::Options defaults;
};
void DeclareKafka(runtime::Options& options, KafkaOptions* given);

// What the adapter is given; warnings go to `logger` (null: nowhere), which must outlive it.
absl::StatusOr<kafka::Options> ToKafka(const KafkaOptions& given, Logger* logger);
absl::StatusOr<std::unique_ptr<engine::Log>> OpenKafkaLog(const KafkaOptions& given, Logger* logger);

}  // namespace vardvakt::process
