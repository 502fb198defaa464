#pragma once

#include <vector>

#include "lib/domain/judgement.h"
#include "lib/engine/counted_case.h"

namespace vardvakt::engine {

struct TaskSetting;

// A case by every indicator of its stream.
struct JudgedCase {
  CountedCase counted;
  std::vector<domain::Judgement> judgements;  // one for each indicator
  Instant next = kNever;                      // when time alone can change one of them
};
JudgedCase JudgeCase(const domain::CaseState& state, const TaskSetting& setting, Instant now);

}  // namespace vardvakt::engine
