#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/config/configuration.h"
#include "lib/engine/log.h"
#include "lib/runtime/options.h"

namespace vardvakt::process {

// The option of every command that judges or checks by a configuration.
void DeclareConfig(runtime::Options& options, std::string* directory);

// The configuration of a directory; every problem in the error's message.
absl::StatusOr<std::shared_ptr<const config::Configuration>> LoadConfiguration(const std::string& directory);

// Of every topic: a region is a partition.
int32_t PartitionsOf(const config::Configuration& configuration);
// Every topic of a deployment, as its configuration has it.
std::vector<engine::TopicSpec> TopicsOf(const config::Configuration& configuration);

}  // namespace vardvakt::process
