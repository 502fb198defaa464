#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/domain/series.h"
#include "lib/domain/windows.h"
#include "lib/engine/task.h"

namespace vardvakt::compliance::v1 {
class GetComplianceRequest;
class GetComplianceResponse;
class GetSeriesRequest;
class GetSeriesResponse;
}  // namespace vardvakt::compliance::v1

namespace vardvakt::compliance {

// Which series, measures and windows are meant; an unset part means every one.
struct Filter {
  std::string indicator;
  std::string level;
  std::string key;
  std::optional<domain::Sex> sex;  // unset: every one; by default kAll
  std::optional<domain::Age> age;
  std::optional<domain::Measure> measure;
  std::optional<domain::Window> window;
  std::optional<domain::Bounds> bounds;  // instead of a window

  // kInvalidArgument naming the field that can't be understood.
  static absl::StatusOr<Filter> From(const v1::GetComplianceRequest& request);
  bool Means(const domain::SeriesKey& series) const;
};
absl::Status AddRows(engine::Task& task, const Filter& filter, v1::GetComplianceResponse& response);

// One series in steps of time.
struct SeriesFilter {
  domain::SeriesKey key;
  domain::Measure measure = domain::Measure::kDecided;
  bool snapshots = false;  // who waited at midnights, instead of a measure
  domain::Bounds bounds;
  enum class Step : uint8_t { kMinute, kHour, kDay, kWeek, kMonth } step = Step::kDay;

  static absl::StatusOr<SeriesFilter> From(const v1::GetSeriesRequest& request);
};
// Points in order of time, empty ones too. kOutOfRange where the panes are kept no longer.
absl::Status AddPoints(engine::Task& task, const SeriesFilter& filter, v1::GetSeriesResponse& response);
// Snapshots of the midnights in [from, to): of each day, or of those on which a week or a month begins.
absl::Status AddSnapshots(engine::Task& task, const SeriesFilter& filter, v1::GetSeriesResponse& response);

}  // namespace vardvakt::compliance
