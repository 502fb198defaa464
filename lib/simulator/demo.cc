#include "lib/simulator/demo.h"

#include <algorithm>

namespace vardvakt::simulator {
namespace {

constexpr hours kStartOfDay{16};
constexpr days kHistory{60};
// So long that the windows of a year are full, and so few cases that they are read in some seconds.
constexpr days kCareHistory{400};
constexpr int64_t kWaitsPerDay = 100, kSvfPerDay = 17, kDentalPerDay = 20;
constexpr minutes kStormBefore{25};
constexpr minutes kStormAfter{20};
constexpr uint64_t kSeed = 16;

Instant StartOn(const County& county, LocalDay day) { return county.zone.FromLocal(day + kStartOfDay); }

// The latest 16:00 that is not after `now`.
Instant LatestStart(const County& county, Instant now) {
  const LocalDay today = county.zone.DayOf(now);
  const Instant start = StartOn(county, today);
  return start <= now ? start : StartOn(county, today - days(1));
}

CareOptions PlanCare(Instant start, std::optional<Instant> last) {
  CareOptions care{.from = start - kCareHistory,
                   .seed = kSeed,
                   .waits_per_day = kWaitsPerDay,
                   .svf_per_day = kSvfPerDay,
                   .dental_per_day = kDentalPerDay};
  if (last) {
    // What was handed over in the last minute may go again, which is harmless.
    care.from = *last - minutes(1);
    care.open_cases_first = false;
  }
  return care;
}

}  // namespace

DemoPlan PlanDemo(const County& county, Instant now, std::optional<Instant> last) {
  Instant start = LatestStart(county, now);
  while (last && start <= *last) start = StartOn(county, county.zone.DayOf(start) + days(1));
  Instant history_from = start - kHistory;
  // Case ids count within the minute, so a minute is never gone through twice.
  if (last) history_from = std::max(history_from, Instant(std::chrono::floor<minutes>(*last)) + minutes(1));
  const Incident storm{
      .kind = IncidentKind::kSnowStorm, .from = start - kStormBefore, .to = start + kStormAfter};
  return {.start = start,
          .traffic = {.from = history_from, .seed = kSeed, .incidents = {storm}},
          .care = PlanCare(start, last),
          .storm = storm};
}

DemoPlan PlanLiveFeed(Instant now, Duration history) {
  const Incident storm{.kind = IncidentKind::kSnowStorm, .from = now - minutes(80), .to = now + minutes(5)};
  GeneratorOptions traffic{.from = now - history, .seed = kSeed, .incidents = {storm}};
  traffic.missions_per_day *= 10;
  return {.start = now, .traffic = std::move(traffic), .care = {}, .storm = storm};
}

}  // namespace vardvakt::simulator
