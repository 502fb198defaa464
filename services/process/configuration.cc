#include "services/process/configuration.h"

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/engine/topics.h"

namespace vardvakt::process {

void DeclareConfig(runtime::Options& options, std::string* directory) {
  options.Text("config", directory, "The configuration directory.");
}

absl::StatusOr<std::shared_ptr<const config::Configuration>> LoadConfiguration(const std::string& directory) {
  config::LoadResult loaded = config::Load(directory);
  if (loaded.problems.empty()) return loaded.configuration;
  return absl::FailedPreconditionError(
      Cat("the configuration in ", directory, " can't be used:\n", config::FormatProblems(loaded.problems)));
}

int32_t PartitionsOf(const config::Configuration& configuration) {
  int32_t partitions = 0;
  for (const config::RegionConfiguration& region : configuration.regions) {
    partitions = std::max(partitions, static_cast<int32_t>(region.partition) + 1);
  }
  return partitions;
}

std::vector<engine::TopicSpec> TopicsOf(const config::Configuration& configuration) {
  return engine::Topics(configuration.streams, PartitionsOf(configuration));
}

}  // namespace vardvakt::process
