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

std::vector<engine::TopicSpec> TopicsOf(const config::Configuration& configuration) {
  int partitions = 0;
  for (const config::RegionConfiguration& region : configuration.regions) {
    partitions = std::max(partitions, region.partition + 1);
  }
  return engine::Topics(configuration.streams, partitions);
}

}  // namespace vardvakt::process
