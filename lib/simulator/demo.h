#pragma once

#include <optional>

#include "lib/simulator/county.h"
#include "lib/simulator/generator.h"
#include "lib/simulator/planned_care.h"

namespace vardvakt::simulator {

// The script of `vardvakt demo`: some weeks of history, which are there at once, then a winter afternoon on a
// clock that runs `speed` times as fast. A snow storm has begun shortly before; soon after the start hardly
// anybody is reached within 20 minutes, which pages, and when it is over the page resolves. It begins at
// 16:00 local time, so that it is the same afternoon whenever it is shown
// (docs/decisions/0005-demo-on-a-scaled-clock.md).
struct DemoPlan {
  Instant start;             // where the clock stands while the history goes in; it runs from there
  GeneratorOptions traffic;  // the missions, from the beginning of the history on, without an end
  CareOptions care;          // beside them: a part of the county's planned care, of more than a year
  Incident storm;            // part of `traffic`; named here for the terminal
};

inline constexpr int64_t kDemoSpeed = 120;

// `last` is the last append time of a log that is continued; nullopt for a fresh one, whose start is the
// latest 16:00 that is not after `now`. A continued one goes on at the first 16:00 after `last`, and its
// history fills the time between.
DemoPlan PlanDemo(const County& county, Instant now, std::optional<Instant> last);

// The same storm on the real clock, for a system that stamps by it: `history` of an ordinary county up to
// `now`, and a storm that began 80 minutes ago and ends in 5, so that a page comes as soon as its rule has
// held for long enough, and resolves within the hour. Missions ten times as many, so that it does so at night
// too.
DemoPlan PlanLiveFeed(Instant now, Duration history);

}  // namespace vardvakt::simulator
