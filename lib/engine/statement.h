#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "lib/domain/statement.h"
#include "lib/engine/case_table.h"
#include "lib/engine/task.h"

namespace vardvakt::engine {

// What is to be stated of a period: with which knowledge is up to the caller's cases.
struct StatementRequest {
  const domain::Period& period;
  Instant as_of;       // judges the cases that count in the period
  Instant waiting_at;  // judges who waits
};

// The rows of one stream for the region and its länsdelar, ordered by indicator, level, key and measure;
// their numbers stand in `as_known`. Rows that count nothing are there too, so that two such lists of equal
// definitions differ in keys alone.
absl::StatusOr<std::vector<domain::StatementRow>> StateNumbers(CaseTable& cases, const TaskSetting& setting,
                                                               const StatementRequest& request);

}  // namespace vardvakt::engine
