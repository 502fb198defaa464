#pragma once

#include <string>

#include "absl/status/status.h"
#include "lib/domain/definition.h"
#include "lib/engine/source_quality.h"
#include "lib/engine/task.h"
#include "services/compliance/filter.h"

namespace vardvakt::compliance::v1 {
class ExplainCaseResponse;
class ExplainShareResponse;
class IndicatorInfo;
class SourceQuality;
}  // namespace vardvakt::compliance::v1

namespace vardvakt::compliance {

// What an indicator is, as in force on a day.
v1::IndicatorInfo DescribeIndicator(const domain::Indicator& indicator,
                                    const domain::StreamDefinition& stream, LocalDay today);
v1::SourceQuality DescribeSource(const std::string& source, const engine::SourceQuality& quality,
                                 const engine::Task& task);

// Why a case was judged so: its registers, who said what when, and each rule that applied. Of every source
// where `source` is empty. Nothing is added for a case that this task does not have.
absl::Status ExplainCaseOf(engine::Task& task, const std::string& source, const std::string& case_id,
                           v1::ExplainCaseResponse& response);

// What a share consists of: definition, n, what was left out and, on request, its cases. kInvalidArgument
// unless the filter means one series, one measure and one window.
absl::Status ExplainShareOf(engine::Task& task, const Filter& filter, bool with_cases,
                            v1::ExplainShareResponse& response);

}  // namespace vardvakt::compliance
