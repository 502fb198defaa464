#include "lib/domain/definition.h"

namespace vardvakt::domain {

std::string_view UnitName(DurationUnit unit) { return unit == DurationUnit::kDays ? "days" : "seconds"; }

const IndicatorVersion& Indicator::VersionOn(LocalDay day) const {
  const IndicatorVersion* found = &versions.front();
  for (const IndicatorVersion& version : versions) {
    if (version.valid_from <= day) found = &version;
  }
  return *found;
}

std::optional<int64_t> Indicator::GoalOn(LocalDay day) const {
  std::optional<int64_t> found;
  for (const Goal& goal : goals) {
    if (goal.valid_from <= day) found = goal.value;
  }
  return found;
}

std::string Indicator::VersionName(const IndicatorVersion& version) const {
  return id + "@" + FormatLocalDay(version.valid_from);
}

}  // namespace vardvakt::domain
