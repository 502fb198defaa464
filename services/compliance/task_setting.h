#pragma once

#include <memory>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/engine/task_setting.h"
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
  return setting;
}

// One for each stream of each region that has indicators; they keep the configuration.
inline std::vector<engine::TaskSetting> TaskSettingsOf(
    const std::shared_ptr<const config::Configuration>& configuration) {
  std::vector<engine::TaskSetting> settings;
  for (const config::RegionConfiguration& region : configuration->regions) {
    for (size_t i = 0; i < region.streams.size(); ++i) {
      engine::TaskSetting& setting =
          settings.emplace_back(TaskSettingOf(region, region.streams[i], configuration->intake));
      setting.id = {.revision = configuration->revision,
                    .judging = region.digests[i].judging,
                    .telling = region.digests[i].telling,
                    .machine = region.machine_digest};
      setting.owner = configuration;
    }
  }
  return settings;
}

}  // namespace vardvakt::compliance
