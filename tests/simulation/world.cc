#include "tests/simulation/world.h"

#include <charconv>

#include "lib/base/strings.h"

namespace vardvakt::simulation {
namespace {

using domain::CaseCondition;
using domain::Event;
using domain::IndicatorVersion;
using domain::LevelKind;
using domain::RollUp;
using domain::Window;

constexpr int kCases = 5;
constexpr Duration kTick = milliseconds(1);
constexpr Duration kLimit = minutes(20);
constexpr Duration kSlowLimit = hours(6);

LocalDay Day(int year, unsigned month, unsigned day) {
  return std::chrono::local_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

IndicatorVersion Version(std::string stop, Duration limit, Duration warn, Duration settle) {
  return {.valid_from = Day(2018, 1, 1),
          .start = {.milestones = {"call_received"}},
          .stop = {.milestones = {std::move(stop)}},
          .limit = domain::DurationLimit{limit},
          .warn = domain::WarnAfter{warn},
          .settle = settle};
}

enum Levels : int { kRegionLevel, kMunicipalityLevel, kUnitLevel, kPriorityLevel };

// Ascending by id.
std::vector<domain::Indicator> Indicators() {
  IndicatorVersion any = Version("arrived", kLimit, minutes(15), seconds(60));

  IndicatorVersion days = Version("arrived", Duration(), Duration(), hours(3));
  days.limit = domain::CalendarDaysLimit{.days = 2};
  days.warn = domain::WarnDaysBefore{.days = 1};

  IndicatorVersion last = Version("arrived", kLimit, minutes(15), seconds(60));
  last.stop.pick = domain::Pick::kLast;
  last.deadline_decides = false;

  IndicatorVersion leg = Version("unit_alarmed", Duration(), Duration(), Duration());
  leg.limit.reset();
  leg.warn.reset();

  IndicatorVersion prio1 = Version("arrived", kLimit, minutes(15), seconds(60));
  prio1.where = {{.attribute = "priority", .values = {"1"}}};
  prio1.stop.kinds = {"ambulance", "helicopter", ""};
  IndicatorVersion prio1_stricter = prio1;
  prio1_stricter.valid_from = Day(2026, 4, 1);
  prio1_stricter.limit = domain::DurationLimit{minutes(15)};
  prio1_stricter.warn = domain::WarnAfter{minutes(10)};

  IndicatorVersion slow = Version("arrived", kSlowLimit, hours(5), hours(2));
  slow.where = {{.attribute = "priority", .values = {"3"}, .negate = true}};
  slow.pvv_excludes = false;

  const domain::Goal goal{Day(2018, 1, 1), 800};
  const domain::Goal stricter_goal{Day(2026, 4, 1), 850};
  return {
      {.id = "any", .versions = {any}, .roll_ups = {{.level = kRegionLevel}, {.level = kPriorityLevel}}},
      {.id = "days",
       .unit = domain::DurationUnit::kDays,
       .versions = {days},
       .roll_ups = {{.level = kRegionLevel}, {.level = kMunicipalityLevel}}},
      {.id = "last", .versions = {last}, .roll_ups = {{.level = kRegionLevel}}},
      {.id = "leg", .versions = {leg}, .roll_ups = {{.level = kRegionLevel}}},
      {.id = "prio1",
       .versions = {prio1, prio1_stricter},
       .goals = {goal, stricter_goal},
       .roll_ups = {{.level = kRegionLevel, .by_sex = true, .by_age = true},
                    {.level = kMunicipalityLevel},
                    {.level = kUnitLevel}}},
      {.id = "slow",
       .versions = {slow},
       .goals = {goal},
       .roll_ups = {{.level = kRegionLevel}, {.level = kMunicipalityLevel}}},
  };
}

domain::CaseRule CaseRuleOf(std::string id, std::string indicator, CaseCondition condition) {
  return {.id = std::move(id),
          .indicator = std::move(indicator),
          .condition = condition,
          .summary_sv = "{place} sedan {since}",
          .summary_en = "{place} since {since}"};
}

domain::ThresholdRule Threshold(std::string id, std::string indicator, std::string level, Window window,
                                int floor, int clear, int64_t min_n, Duration for_at_least) {
  return {.id = std::move(id),
          .indicator = std::move(indicator),
          .level = std::move(level),
          .window = window,
          .floor_permille = floor,
          .clear_permille = clear,
          .min_n = min_n,
          .for_at_least = for_at_least,
          .summary_sv = "{share} % i {place}: {carriers}",
          .summary_en = "{within} of {n} in {place} since {since}: {carriers}"};
}

}  // namespace

const TimeZone& Zone() {
  static const TimeZone zone = *TimeZone::Load("Europe/Stockholm");
  return zone;
}

World::World(Duration grid, uint32_t revision) : revision_(revision) {
  definition_ = {.stream = std::string(kStream),
                 .levels = {{.name = "region", .kind = LevelKind::kRegion},
                            {.name = "municipality", .kind = LevelKind::kMunicipality},
                            {.name = "unit", .kind = LevelKind::kUnit},
                            {.name = "priority", .kind = LevelKind::kAttribute, .attribute = "priority"}},
                 .indicators = Indicators()};
  geography_.region_code = kRegion;
  geography_.region_name = "Länet";
  geography_.municipalities = {{.code = "0642", .name = "Mullsjö"}, {.code = "0680", .name = "Jönköping"}};
  geography_.units = {{.code = "A1", .name = "Station A1", .municipality = "0680"}, {.code = "A2"}};
  geography_.Index();
  intake_.streams[std::string(kStream)] = {.name = std::string(kStream)};
  intake_.regions = {std::string(kRegion), std::string(kOtherRegion)};
  rules_.grid = grid;
  rules_.case_rules = {
      CaseRuleOf("prio1_at_risk", "prio1", CaseCondition::kAtRisk),
      CaseRuleOf("prio1_overdue", "prio1", CaseCondition::kOverdue),
      CaseRuleOf("slow_overdue", "slow", CaseCondition::kOverdue),
  };
  rules_.threshold_rules = {
      Threshold("prio1_1h", "prio1", "region", Window::k1h, 500, 700, 2, minutes(5)),
      Threshold("prio1_24h", "prio1", "municipality", Window::k24h, 600, 600, 1, Duration()),
      Threshold("prio1_all", "prio1", "unit", Window::kAll, 400, 600, 2, minutes(30)),
      Threshold("slow_7d", "slow", "region", Window::k7d, 800, 900, 1, hours(1)),
      Threshold("slow_month", "slow", "municipality", Window::kMonth, 700, 750, 1, Duration()),
      Threshold("slow_previous_month", "slow", "region", Window::kPreviousMonth, 900, 950, 1, minutes(10)),
  };
  if (revision_ % 2 != 0) return;
  domain::Indicator more = definition_.indicators.front();
  more.id = "a_new_one";
  definition_.indicators.insert(definition_.indicators.begin(), more);
  for (domain::Indicator& indicator : definition_.indicators) {
    if (indicator.id != "prio1") continue;
    for (IndicatorVersion& version : indicator.versions) version.limit = domain::DurationLimit{minutes(31)};
  }
  rules_.case_rules.erase(rules_.case_rules.begin());
  rules_.threshold_rules.erase(rules_.threshold_rules.begin());
}

engine::TaskSetting World::setting() const {
  return {.region = std::string(kRegion),
          .partition = {"vardvakt.ambulance.v1", 0},
          .definition = &definition_,
          .geography = &geography_,
          .zone = &Zone(),
          .intake = &intake_,
          .rules = &rules_,
          .id = {.revision = revision_, .judging = revision_ % 2, .telling = revision_ % 2}};
}

EventMaker::EventMaker(simulator::Random& random, Instant begins) : random_(random) {
  starts_.assign(kCases, begins);
}

std::string EventMaker::Make(Instant now, Duration step) {
  if (!events_.empty() && random_.Chance(80)) return Cat(random_.Below(std::ssize(events_)));  // once more
  if (random_.Chance(20)) return "unreadable";
  events_.push_back(Fresh(now, step));
  return Cat(events_.size() - 1);
}

engine::Task::Decode EventMaker::Decode() const {
  return [this](std::string_view value, Event& event) -> std::optional<domain::Rejection> {
    size_t number = events_.size();
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (number >= events_.size()) return domain::Rejection{domain::Reject::kMalformed, "no event"};
    event = events_[number];
    return std::nullopt;
  };
}

Instant EventMaker::Interesting(Instant now) {
  static constexpr Duration kAfter[] = {minutes(10), minutes(15), kLimit,  minutes(21),
                                        hours(5),    kSlowLimit,  hours(8)};
  static constexpr Duration kNear[] = {-kTick, Duration(), kTick, seconds(1), milliseconds(700)};
  const Instant at = starts_[random_.Below(kCases)] + Pick(kAfter) + Pick(kNear);
  return std::max(now, at);
}

Event EventMaker::Fresh(Instant now, Duration step) {
  static const std::string kSources[] = {"zenit", "zenit", "sos"};
  const int64_t number = random_.Below(kCases);
  Event event;
  event.event_id = Cat("e", random_.Below(60));
  event.source = Pick(kSources);
  event.stream = kStream;
  event.case_id = Cat("c", number);
  if (random_.Chance(500)) event.region = kRegion;
  // Mostly just now; sometimes long ago, or a little ahead.
  event.recorded_at = now - milliseconds(random_.Below(2000));
  if (random_.Chance(150)) event.recorded_at = now - step * random_.Below(5);
  if (random_.Chance(50)) event.recorded_at = now + milliseconds(random_.Below(minutes(5).count()));
  if (random_.Chance(100)) event.recorded_at = std::chrono::floor<minutes>(now);
  Instant& start = starts_[number];
  if (random_.Chance(150)) start = now - milliseconds(random_.Below(step.count()));
  const int64_t what = random_.Below(100);
  if (what < 66) {
    AddMilestone(event, start, step);
  } else if (what < 74) {
    event.closed = random_.Chance(500) ? "cancelled" : "transferred";
    event.retract = random_.Chance(300);
    event.occurred_at = random_.Chance(500) ? start + kLimit : now;
  } else if (what < 80) {
    event.deviation = static_cast<domain::Deviation>(random_.Below(4));
  } else if (what < 85) {
    event.exempted =
        domain::Exemption{.indicator = random_.Chance(500) ? "prio1" : "slow", .reason = "study"};
    event.exempted->revoked = random_.Chance(400);
  } else if (what < 89) {
    event.deleted = true;
    event.retract = random_.Chance(600);
  }
  if (what >= 89 || random_.Chance(400)) AddAttributes(event);
  if (random_.Chance(60)) Spoil(event, now);
  return event;
}

void EventMaker::AddMilestone(Event& event, Instant start, Duration step) {
  static const std::string kMilestones[] = {"call_received", "call_received", "arrived", "arrived",
                                            "unit_alarmed"};
  static const std::string kKinds[] = {"ambulance", "ambulance", "helicopter", "ivpa", ""};
  static constexpr Duration kAfter[] = {-kTick,     Duration(),        minutes(15), kLimit - kTick,
                                        kLimit,     kLimit + kTick,    minutes(9),  minutes(31),
                                        kSlowLimit, kSlowLimit + kTick};
  event.milestone = Pick(kMilestones);
  event.retract = random_.Chance(120);
  if (event.milestone == "call_received") {
    event.occurred_at = start;
    if (random_.Chance(60)) event.occurred_at = start - days(random_.Below(500));
    return;
  }
  event.resource = Cat("R", random_.Below(3));
  event.resource_kind = Pick(kKinds);
  event.occurred_at = start + Pick(kAfter);
  if (random_.Chance(300)) event.occurred_at = start + milliseconds(random_.Below(step.count() * 2));
  // What is still to come is told once it has come.
  if (*event.occurred_at > *event.recorded_at && random_.Chance(850)) event.occurred_at = event.recorded_at;
}

void EventMaker::AddAttributes(Event& event) {
  static const std::string kPriorities[] = {"1", "1", "1", "2", "3", ""};
  static const std::string kPlaces[] = {"0680", "0642", "0000", "1234", ""};
  static const std::string kUnits[] = {"A1", "A2", "X9", ""};
  static const std::string kSexes[] = {"F", "M", "X", ""};
  static const std::string kYears[] = {"1950", "2010", "20x0", "2027", ""};
  event.attributes.emplace_back("priority", Pick(kPriorities));
  if (random_.Chance(400)) event.attributes.emplace_back("municipality", Pick(kPlaces));
  if (random_.Chance(300)) event.attributes.emplace_back("unit", Pick(kUnits));
  if (random_.Chance(200)) event.attributes.emplace_back("sex", Pick(kSexes));
  if (random_.Chance(200)) event.attributes.emplace_back("birth_year", Pick(kYears));
}

// What has to be refused, each with its reason.
void EventMaker::Spoil(Event& event, Instant now) {
  switch (random_.Below(6)) {
    case 0:
      event.region = kOtherRegion;
      break;
    case 1:
      event.region = "99";
      break;
    case 2:
      event.recorded_at.reset();
      break;
    case 3:
      event.recorded_at = now + minutes(5) + milliseconds(random_.Below(3));
      break;
    case 4:
      event.milestone = "arrived";
      event.occurred_at = *event.recorded_at + minutes(5) + milliseconds(random_.Below(2));
      break;
    default:
      event.stream = "wait";
  }
}

}  // namespace vardvakt::simulation
