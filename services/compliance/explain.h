#pragma once

#include <string>

#include "absl/status/status.h"
#include "lib/engine/task.h"
#include "services/compliance/filter.h"

namespace vardvakt::compliance::v1 {
class ExplainCaseResponse;
class ExplainShareResponse;
}  // namespace vardvakt::compliance::v1

namespace vardvakt::compliance {

// Why a case was judged so: its registers, who said what when, and each rule that applied. Of every source
// where `source` is empty. Nothing is added for a case that this task does not have.
absl::Status ExplainCaseOf(engine::Task& task, const std::string& source, const std::string& case_id,
                           v1::ExplainCaseResponse& response);

// What a share, ratio or count consists of: definition, n, what was left out and, on request, its cases and
// those that were excluded from it. kInvalidArgument unless the filter means one series, one measure and one
// window.
absl::Status ExplainShareOf(engine::Task& task, const Filter& filter, bool with_cases,
                            v1::ExplainShareResponse& response);

}  // namespace vardvakt::compliance
