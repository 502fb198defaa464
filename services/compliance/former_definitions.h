#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "lib/config/configuration.h"
#include "lib/engine/task_setting.h"

namespace vardvakt::compliance {

// Copies of the configurations that tasks have judged by, in a folder of the data directory, one for each
// revision: a process that is started with other definitions shows the old ones until all cases have been
// judged by the new. Thread-safe.
class FormerDefinitions {
 public:
  // `folder` is created when it is missing; empty: nothing is kept.
  explicit FormerDefinitions(std::string folder) : folder_(std::move(folder)) {}

  // Copies what `configuration` was read from, unless that is there. kFailedPrecondition: other definitions
  // were kept under its revision.
  absl::Status Keep(const std::string& directory, const config::Configuration& configuration);
  // What `setting`'s task was judged by under that id; nullopt where it is no longer known.
  std::optional<engine::TaskSetting> Find(const engine::TaskSetting& setting,
                                          const engine::DefinitionsId& id);

 private:
  std::string FolderOf(uint32_t revision) const;
  void ForgetOldest();

  const std::string folder_;
  std::mutex mutex_;
  std::map<uint32_t, std::shared_ptr<const config::Configuration>> read_;
};

}  // namespace vardvakt::compliance
