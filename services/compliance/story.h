#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"
#include "lib/domain/judgement.h"

namespace vardvakt::compliance {

std::string_view OutcomeName(domain::Outcome outcome);  // "completed", "open", …
std::string_view WaitingName(domain::Waiting waiting);  // "", "in_time", "at_risk", "overdue"
std::string_view RegisterKindName(domain::RegisterKind kind);

// The judgement in words, a sentence for each rule of spec §3 that applied or might have, in their order,
// with who said what it rests on.
std::vector<std::string> TellStory(const domain::CaseState& state, const domain::Indicator& indicator,
                                   const domain::Judgement& judgement, const TimeZone& zone);

}  // namespace vardvakt::compliance
