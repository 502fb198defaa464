#pragma once

#include <string>
#include <string_view>

#include "lib/engine/task.h"
#include "vardvakt/compliance/v1/compliance.pb.h"

namespace vardvakt::compliance {

v1::Version ToProto(const engine::TaskVersion& version);
v1::CaseStatus ToProto(const engine::CaseStatus& status, const engine::TaskSetting& setting);
std::string_view CaseStateName(domain::Waiting waiting);  // "at_risk", "overdue", "settled"

}  // namespace vardvakt::compliance
