#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/episode.h"
#include "lib/domain/geography.h"

namespace vardvakt::engine {

// Replaces "{name}" by its value; an unknown name stays as it is (check-config refuses it beforehand).
std::string FillTemplate(std::string_view text,
                         const std::vector<std::pair<std::string_view, std::string>>& values);

// The name of a place: of the region, a länsdel, a hospital, a unit, a municipality; else the key itself.
std::string PlaceName(std::string_view level, std::string_view key, const domain::Geography& geography);

// "2026-04-15 12:17" by the region's clock.
std::string LocalMinute(Instant at, const TimeZone& zone);

// Sixteen hex digits, the same in every process: over a rule, a region and what it watches.
std::string EpisodeFingerprint(std::string_view rule, std::string_view region, std::string_view subject);

}  // namespace vardvakt::engine
