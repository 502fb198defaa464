#pragma once

#include "lib/config/configuration.h"
#include "lib/engine/task.h"
#include "lib/engine/topics.h"

namespace vardvakt::compliance {

// What the task of a region's stream judges by. All three must outlive it.
inline engine::TaskSetting TaskSettingOf(const config::RegionConfiguration& region,
                                         const domain::StreamDefinition& definition,
                                         const domain::IntakeRules& intake) {
  engine::TaskSetting setting;
  setting.region = region.code;
  setting.partition = {engine::StreamTopic(definition.stream), region.partition};
  setting.definition = &definition;
  setting.geography = &region.geography;
  setting.zone = &region.zone;
  setting.intake = &intake;
  setting.rules = &region.rules;
  setting.digest = region.digest;
  return setting;
}

// One for each stream of each region that has indicators.
inline std::vector<engine::TaskSetting> TaskSettingsOf(const config::Configuration& configuration) {
  std::vector<engine::TaskSetting> settings;
  for (const config::RegionConfiguration& region : configuration.regions) {
    for (const domain::StreamDefinition& definition : region.streams) {
      settings.push_back(TaskSettingOf(region, definition, configuration.intake));
    }
  }
  return settings;
}

}  // namespace vardvakt::compliance
