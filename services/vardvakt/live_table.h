#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/config/configuration.h"
#include "lib/wire/compliance_api.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::cli {

// What a demo shows at one moment; all of it as compliance answers it.
struct LiveView {
  Instant now;
  int64_t speed = 1;
  std::string address;
  compliance::v1::IndicatorInfo indicator;            // the one shown at large: the first with a goal
  std::vector<compliance::v1::IndicatorInfo> others;  // with goals too, in one line each
  compliance::v1::GetComplianceResponse of_others;    // for the whole region
  compliance::v1::GetComplianceResponse figures;
  compliance::v1::ListCasesResponse cases;
  compliance::v1::ListEpisodesResponse episodes;
};

// Asks compliance for a view of a region.
absl::StatusOr<LiveView> LookAt(wire::ComplianceApi& api, const std::string& region);

// The view as lines of text for a terminal of so many columns: missions at risk or overdue with their clocks,
// shares in each window and place, the other goals, alerts. No case is named.
std::string RenderTable(const LiveView& view, const config::RegionConfiguration& region, int columns);
// The same in one line.
std::string RenderLine(const LiveView& view, const config::RegionConfiguration& region);

}  // namespace vardvakt::cli
