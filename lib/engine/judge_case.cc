#include "lib/engine/judge_case.h"

#include <algorithm>

#include "lib/engine/task_setting.h"

namespace vardvakt::engine {

JudgedCase JudgeCase(const domain::CaseState& state, const TaskSetting& setting, Instant now) {
  const domain::StreamDefinition& definition = *setting.definition;
  JudgedCase judged;
  judged.counted.sex = domain::SexOf(state);
  judged.counted.keys.reserve(definition.levels.size());
  for (const domain::Level& level : definition.levels) {
    judged.counted.keys.push_back(domain::KeyAtLevel(level, state, *setting.geography));
  }
  judged.judgements.reserve(definition.indicators.size());
  judged.counted.by_indicator.reserve(definition.indicators.size());
  for (const domain::Indicator& indicator : definition.indicators) {
    judged.judgements.push_back(domain::Judge(state, indicator, now, *setting.zone));
    const domain::Judgement& j = judged.judgements.back();
    judged.next = std::min(judged.next, j.next);
    judged.counted.by_indicator.push_back(ContributionOf(j, state, *setting.zone));
  }
  judged.counted.findings =
      domain::FindingsOf(state, judged.judgements, definition, *setting.geography, *setting.zone);
  return judged;
}

}  // namespace vardvakt::engine
