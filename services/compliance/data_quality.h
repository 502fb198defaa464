#pragma once

#include "lib/engine/task.h"

namespace vardvakt::compliance::v1 {
class GetDataQualityResponse;
}

namespace vardvakt::compliance {

// What is known of the quality of a task's data: a row for each source, and for each source and unit.
void AddDataQuality(const engine::Task& task, v1::GetDataQualityResponse& response);

}  // namespace vardvakt::compliance
