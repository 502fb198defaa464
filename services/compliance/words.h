#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/definition.h"

namespace vardvakt::compliance {

// The parts of a definition in words.

std::string Join(const std::vector<std::string>& words, std::string_view between);
// "first call_received", or "a or b", and of which kinds of resource.
std::string DescribeSelector(const domain::MilestoneSelector& selector);
std::string DescribeCondition(const domain::AttributeCondition& condition);
std::string DescribeAges(const domain::AgeRange& ages);
std::string DescribeLimit(const domain::IndicatorVersion& version);  // "none" where there is none
std::string DescribeWarn(const domain::IndicatorVersion& version);   // "" where there is none
// "2026-04-15 12:00:00.000", by the local clock.
std::string LocalClock(Instant at, const TimeZone& zone);

}  // namespace vardvakt::compliance
