#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/domain/definition.h"
#include "lib/domain/event.h"
#include "lib/domain/geography.h"
#include "lib/domain/intake.h"
#include "lib/domain/rules.h"
#include "lib/engine/task.h"
#include "lib/simulator/random.h"

namespace vardvakt::simulation {

inline constexpr std::string_view kRegion = "06";
inline constexpr std::string_view kOtherRegion = "07";
inline constexpr std::string_view kStream = "ambulance";

// What a run judges by: a few indicators of every shape that durations have, and rules on windows of minutes,
// days and calendar months. Even revisions are changed: another limit, one more indicator, a rule less. Must
// stay where it is.
class World {
 public:
  explicit World(Duration grid, uint32_t revision = 1);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  engine::TaskSetting setting() const;

 private:
  domain::StreamDefinition definition_;
  domain::Geography geography_;
  domain::IntakeRules intake_;
  domain::AlertRules rules_;
  uint32_t revision_;
};

// The time zone of the county, read once.
const TimeZone& Zone();

// Makes up events of a few cases out of small domains, so that they collide: the same versions, registers and
// instants, times at the very limits, far past, or somewhat ahead; some that must be refused. Remembers them;
// a record's value is the number of its event.
class EventMaker {
 public:
  EventMaker(simulator::Random& random, Instant begins);

  // The value of a record about what happens around `now`. `step`: how far apart events lie, about.
  std::string Make(Instant now, Duration step);
  engine::Task::Decode Decode() const;
  // An instant from `now` on at or next to which some case's clock comes to something.
  Instant Interesting(Instant now);

  domain::Event& event(size_t i) { return events_[i]; }
  size_t size() const { return events_.size(); }

 private:
  domain::Event Fresh(Instant now, Duration step);
  void AddMilestone(domain::Event& event, Instant start, Duration step);
  void AddAttributes(domain::Event& event);
  void Spoil(domain::Event& event, Instant now);
  template <typename T, size_t N>
  const T& Pick(const T (&list)[N]) {
    return list[random_.Below(N)];
  }

  simulator::Random& random_;
  std::vector<Instant> starts_;  // about when each case began
  std::vector<domain::Event> events_;
};

}  // namespace vardvakt::simulation
