#include "lib/simulator/mission.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/simulator/random.h"

namespace vardvakt::simulator {
namespace {

using std::chrono::duration_cast;

constexpr Duration kLimit = minutes(20);

// Seconds from the call to the alarm of a unit, from there to wheels rolling, by priority where it differs;
// and the time on the road in per mille of the place's typical one.
constexpr Quantiles kAlarmPrio1 = {{0, 20},   {100, 42},  {250, 57},  {500, 76},
                                   {750, 97}, {900, 122}, {975, 175}, {1000, 480}};
constexpr Quantiles kAlarmPrio2 = {{0, 50}, {250, 150}, {500, 260}, {750, 480}, {900, 900}, {1000, 2400}};
constexpr Quantiles kAlarmPrio3 = {{0, 120}, {250, 600}, {500, 1200}, {750, 2700}, {900, 4800}, {1000, 9000}};
constexpr Quantiles kTurnout = {{0, 20},   {100, 38},  {250, 50},  {500, 66},
                                {750, 88}, {900, 118}, {975, 165}, {1000, 300}};
constexpr Quantiles kRoad = {{0, 120},    {50, 330},   {100, 450},  {250, 690},  {500, 1000},
                             {750, 1400}, {900, 1920}, {970, 2600}, {1000, 4200}};
constexpr Quantiles kFireStationRoad = {{0, 60}, {250, 240}, {500, 380}, {750, 600}, {1000, 1300}};
constexpr Quantiles kFlight = {{0, 420}, {500, 840}, {1000, 1500}};
constexpr Quantiles kAge = {{0, 0},    {60, 8},   {150, 24}, {300, 45},
                            {500, 68}, {750, 81}, {950, 92}, {1000, 103}};
// Milliseconds until the source has written an event down, and until it has handed it over.
constexpr Quantiles kWritingDown = {{0, 200}, {500, 2'000}, {900, 7'000}, {990, 30'000}, {1000, 90'000}};
constexpr Quantiles kHandingOver = {{0, 40}, {500, 250}, {950, 2'000}, {990, 10'000}, {1000, 40'000}};

// The road: a fixed part (leaving, finding the door) and the distance.
constexpr int64_t kRoadBaseSeconds = 173;
constexpr int64_t kRoadSecondsPerKm = 42;

// Per mille.
constexpr int kPriority1 = 420, kPriority2 = 400;
constexpr int kSurgePriority1 = 700;
constexpr int kCancelled = 40, kTransferred = 5, kReopened = 60;
constexpr int kDowngraded = 35, kUpgraded = 25, kLateChange = 80;
constexpr int kSecondAmbulance = 180, kHelicopter = 20;
constexpr int kFirstResponderNear = 50, kFirstResponderFar = 160, kFarKm = 18;
constexpr int kFalseArrival = 5, kReportedAfterwards = 4, kWithdrawn = 1;
constexpr int kUnknownMunicipality = 3, kOutsideMunicipality = 2;
constexpr int kPersonKnownAtCall = 700;

// How likely the nearest ambulance is on another mission, and how long the road is, by the local hour; per
// mille.
constexpr std::array<int, 24> kBusy = {60,  50,  45,  40,  40,  45,  60,  80,  110, 130, 140, 145,
                                       150, 150, 150, 155, 160, 155, 145, 130, 115, 100, 85,  70};
constexpr std::array<int, 24> kRoadByHour = {940,  930,  930,  930, 930,  940,  980,  1060,
                                             1050, 1000, 990,  990, 1000, 1000, 1010, 1040,
                                             1080, 1060, 1010, 980, 970,  960,  950,  940};
// Crews sleep at night.
constexpr int64_t kNightTurnoutSeconds = 30;

constexpr int64_t kStormRoadPerMille = 2'500;

// One unit's way to the patient.
struct Run {
  std::string resource;
  std::string_view kind;
  Instant alarmed;
  Instant rolling;
  Instant arrived;

  bool StopsTheClock() const { return kind == "ambulance" || kind == "helicopter"; }
};

// The state of making up one mission.
class Builder {
 public:
  Builder(const County& county, const Reporting& reporting, const std::string& source, Random random,
          const MissionKey& key, Instant call, const std::vector<Incident>& incidents, size_t place)
      : county_(county),
        reporting_(reporting),
        random_(random),
        key_(key),
        incidents_(incidents),
        place_(county.places[place]) {
    mission_.call = call;
    mission_.place = place;
    const auto local = county_.zone.ToLocal(mission_.call);
    const auto day = std::chrono::floor<days>(local);
    hour_ = duration_cast<hours>(local - day).count();
    year_ = static_cast<int>(std::chrono::year_month_day(day).year());
    template_.source = source;
    template_.stream = kAmbulanceStream;
    template_.region = county.region;
    template_.case_id = absl::StrCat("18:", key.folder, ":", key.number);
  }

  Mission Build() {
    DecidePerson();
    DecidePriority();
    alarmed_ = mission_.call + seconds(Alarm());
    PlanRuns();
    DecideEnd();
    ReportCall();
    for (const Run& run : runs_) ReportRun(run);
    ReportPriorityChange();
    ReportEnd();
    return std::move(mission_);
  }

 private:
  using Attributes = std::vector<std::pair<std::string, std::string>>;

  bool Chance(int64_t per_mille) { return random_.Chance(per_mille); }

  bool HasIncident(IncidentKind kind, Instant at) const {
    return std::any_of(incidents_.begin(), incidents_.end(), [&](const Incident& incident) {
      if (incident.kind != kind || !incident.HoldsAt(at)) return false;
      if (incident.where.empty()) return true;
      if (kind == IncidentKind::kStationClosed) {
        return incident.where == place_.served_from;
      }
      return incident.where == place_.municipality;
    });
  }

  void DecidePerson() {
    mission_.municipality = Chance(kUnknownMunicipality)   ? "0000"
                            : Chance(kOutsideMunicipality) ? "0580"
                                                           : place_.municipality;
    const int64_t sex = random_.Below(1000);
    person_.emplace_back("sex", sex < 510 ? "F" : sex < 990 ? "M" : "U");
    person_.emplace_back("birth_year", absl::StrCat(year_ - kAge.Sample(random_)));
    person_at_call_ = Chance(kPersonKnownAtCall);
  }

  void DecidePriority() {
    const int64_t draw = random_.Below(1000);
    const int first = key_.surge ? kSurgePriority1 : kPriority1;
    first_priority_ = draw < first ? 1 : draw < first + kPriority2 ? 2 : 3;
    mission_.priority = first_priority_;
    if (first_priority_ == 1 && Chance(kDowngraded)) {
      mission_.priority = 2;
    } else if (first_priority_ == 2 && Chance(kUpgraded)) {
      mission_.priority = 1;
    }
    const bool late = Chance(kLateChange);
    priority_changed_ =
        mission_.call + seconds(late ? random_.Between(1260, 2100) : random_.Between(90, 600));
  }

  int64_t Alarm() {
    switch (first_priority_) {
      case 1:
        return kAlarmPrio1.Sample(random_);
      case 2:
        return kAlarmPrio2.Sample(random_);
      default:
        return kAlarmPrio3.Sample(random_);
    }
  }

  int64_t TurnoutSeconds() {
    return kTurnout.Sample(random_) + (hour_ >= 23 || hour_ < 6 ? kNightTurnoutSeconds : 0);
  }

  int64_t RoadSeconds(int64_t distance_km) {
    const int64_t typical = kRoadBaseSeconds + kRoadSecondsPerKm * distance_km;
    int64_t road = typical * kRoad.Sample(random_) / 1000 * kRoadByHour[hour_] / 1000;
    if (first_priority_ > 1) road = road * 5 / 4;
    if (HasIncident(IncidentKind::kSnowStorm, mission_.call)) road = road * kStormRoadPerMille / 1000;
    return road;
  }

  Run MakeRun(std::string resource, std::string_view kind, Instant alarmed, int64_t turnout, int64_t road) {
    Run run{.resource = std::move(resource), .kind = kind, .alarmed = alarmed, .rolling = {}, .arrived = {}};
    run.rolling = alarmed + seconds(turnout);
    run.arrived = run.rolling + seconds(road);
    return run;
  }

  Run Ambulance(bool backup, Instant alarmed, int64_t number) {
    const std::string& from = backup ? place_.backup_from : place_.served_from;
    const int64_t turnout = TurnoutSeconds();
    const int64_t road = RoadSeconds(backup ? place_.backup_km : place_.distance_km);
    return MakeRun(absl::StrCat("A", from, "-", number), "ambulance", alarmed, turnout, road);
  }

  void PlanRuns() {
    const bool closed = HasIncident(IncidentKind::kStationClosed, mission_.call);
    const bool busy = Chance(kBusy[hour_]);
    const bool backup = closed || busy;
    const std::vector<std::string>& stations = backup ? place_.backup_stations : place_.stations;
    if (!stations.empty()) station_ = stations[random_.Below(static_cast<int64_t>(stations.size()))];
    runs_.push_back(Ambulance(backup, alarmed_, random_.Between(1, 4)));
    if (first_priority_ != 1) return;
    // One draw a statement: the order in which a call's arguments are worked out is the compiler's choice.
    if (Chance(kSecondAmbulance)) {
      const Instant alarmed = alarmed_ + seconds(random_.Between(5, 240));
      runs_.push_back(Ambulance(!backup, alarmed, random_.Between(5, 8)));
    }
    if (Chance(kHelicopter)) {
      const Instant alarmed = alarmed_ + seconds(random_.Between(20, 200));
      const int64_t turnout = random_.Between(150, 300);
      runs_.push_back(MakeRun("H1", "helicopter", alarmed, turnout, kFlight.Sample(random_)));
    }
    if (Chance(place_.distance_km >= kFarKm ? kFirstResponderFar : kFirstResponderNear)) {
      const bool ivpa = Chance(800);
      const Instant alarmed = alarmed_ + seconds(random_.Between(0, 60));
      const int64_t turnout = random_.Between(60, 330);
      runs_.push_back(MakeRun(absl::StrCat(ivpa ? "R" : "F", place_.municipality, "-1"),
                              ivpa ? "ivpa" : "first_responder", alarmed, turnout,
                              kFireStationRoad.Sample(random_)));
    }
  }

  Instant FirstArrival() const {
    Instant first = kNever;
    for (const Run& run : runs_) {
      if (run.StopsTheClock()) first = std::min(first, run.arrived);
    }
    return first;
  }

  // Cancelled (or handed to another region) at some time before the first ambulance is there; some of those
  // are taken up again and go on as if nothing had been.
  void DecideEnd() {
    const int64_t draw = random_.Below(1000);
    if (draw >= kCancelled + kTransferred) return;
    close_reason_ = draw < kCancelled ? "cancelled" : "transferred";
    const int64_t span = duration_cast<seconds>(FirstArrival() - mission_.call).count();
    closed_ = mission_.call + seconds(random_.Between(30, std::max<int64_t>(31, span - 1)));
    reopened_ = Chance(kReopened);
    if (!reopened_) mission_.closed = closed_;
  }

  // Whether the crews have gone home before `at`.
  bool IsOver(Instant at) const { return mission_.closed && at >= *mission_.closed; }

  Instant WrittenDown(Instant occurred) { return occurred + milliseconds(kWritingDown.Sample(random_)); }

  // Hands the event over, with all that can go wrong on the way.
  void Send(domain::Event event) {
    std::sort(event.attributes.begin(), event.attributes.end());
    event.event_id = absl::StrCat(key_.folder, "-", key_.number, "-", ++events_);
    Instant at = *event.recorded_at + milliseconds(kHandingOver.Sample(random_));
    if (Chance(reporting_.out_of_order_per_mille)) at += milliseconds(random_.Between(5'000, 300'000));
    if (Chance(reporting_.late_per_mille)) at += seconds(random_.Between(300, 7'200));
    if (Chance(reporting_.duplicate_per_mille)) {
      mission_.deliveries.push_back({at + milliseconds(random_.Between(200, 600'000)), event});
    }
    mission_.deliveries.push_back({at, std::move(event)});
  }

  domain::Event Milestone(std::string_view milestone, Instant occurred, Instant recorded) const {
    domain::Event event = template_;
    event.milestone = milestone;
    event.occurred_at = occurred;
    event.recorded_at = recorded;
    return event;
  }

  domain::Event Of(const Run& run, std::string_view milestone, Instant occurred, Instant recorded) const {
    domain::Event event = Milestone(milestone, occurred, recorded);
    event.resource = run.resource;
    event.resource_kind = run.kind;
    return event;
  }

  void ReportCall() {
    domain::Event event = Milestone("call_received", mission_.call, WrittenDown(mission_.call));
    event.attributes.emplace_back("priority", absl::StrCat(first_priority_));
    event.attributes.emplace_back("municipality", mission_.municipality);
    if (person_at_call_) AddPerson(event);
    Send(std::move(event));
  }

  // From the crew's journal, when there was no asking at the call.
  void ReportPerson(Instant arrived) {
    domain::Event event = template_;
    event.recorded_at = arrived + seconds(random_.Between(60, 900));
    AddPerson(event);
    Send(std::move(event));
  }

  void AddPerson(domain::Event& event) const {
    event.attributes.insert(event.attributes.end(), person_.begin(), person_.end());
  }

  void ReportRun(const Run& run) {
    const bool first = &run == &runs_.front();
    if (IsOver(run.alarmed)) return;
    domain::Event alarmed = Of(run, "unit_alarmed", run.alarmed, WrittenDown(run.alarmed));
    if (first && !station_.empty()) alarmed.attributes.emplace_back("unit", station_);
    Send(std::move(alarmed));
    if (IsOver(run.rolling)) return;
    Send(Of(run, "rolling", run.rolling, WrittenDown(run.rolling)));
    if (!IsOver(run.arrived)) ReportArrival(run, first);
  }

  void ReportArrival(const Run& run, bool first) {
    if (Chance(kFalseArrival)) ReportFalseArrival(run);
    Instant recorded = WrittenDown(run.arrived);
    if (Chance(kReportedAfterwards)) recorded = run.arrived + seconds(random_.Between(3'600, 50'000));
    Instant arrived = run.arrived;
    if (Chance(reporting_.correction_per_mille)) arrived = ReportWrongArrival(run, recorded);
    Send(Of(run, "arrived", arrived, recorded));
    if (first && !person_at_call_) ReportPerson(arrived);
    if (run.StopsTheClock() && (!mission_.arrived || arrived < *mission_.arrived)) mission_.arrived = arrived;
  }

  // The button was pressed on the way and taken back.
  void ReportFalseArrival(const Run& run) {
    const int64_t road = duration_cast<seconds>(run.arrived - run.rolling).count();
    if (road < 120) return;
    const Instant pressed = run.rolling + seconds(random_.Between(10, road - 100));
    Send(Of(run, "arrived", pressed, pressed + milliseconds(500)));
    domain::Event retraction = Of(run, "arrived", pressed, pressed + seconds(random_.Between(10, 90)));
    retraction.occurred_at.reset();
    retraction.retract = true;
    Send(std::move(retraction));
  }

  // A first report with the time of the patient's side instead of the door's, put right later: the final
  // event gets the later `recorded`. Gives the time that stands in the end.
  Instant ReportWrongArrival(const Run& run, Instant& recorded) {
    const Instant wrong = run.arrived + seconds(random_.Between(20, 400));
    const Instant wrong_recorded = std::max(recorded, WrittenDown(wrong));
    Send(Of(run, "arrived", wrong, wrong_recorded));
    recorded = wrong_recorded + seconds(random_.Between(120, 120'000));
    return run.arrived;
  }

  void ReportPriorityChange() {
    if (mission_.priority == first_priority_) return;
    domain::Event event = template_;
    event.recorded_at = priority_changed_ + milliseconds(random_.Between(100, 3'000));
    event.attributes.emplace_back("priority", absl::StrCat(mission_.priority));
    Send(std::move(event));
  }

  void ReportEnd() {
    if (!close_reason_.empty()) {
      domain::Event event = template_;
      event.closed = close_reason_;
      event.occurred_at = closed_;
      event.recorded_at = WrittenDown(closed_);
      const Instant taken_back = *event.recorded_at + seconds(random_.Between(15, 180));
      Send(event);
      if (reopened_) {
        event.retract = true;
        event.occurred_at.reset();
        event.recorded_at = taken_back;
        Send(std::move(event));
      }
    }
    if (Chance(kWithdrawn)) {
      mission_.deleted = true;
      domain::Event event = template_;
      event.deleted = true;
      event.recorded_at = mission_.call + seconds(random_.Between(600, 90'000));
      Send(std::move(event));
    }
  }

  const County& county_;
  const Reporting& reporting_;
  Random random_;
  const MissionKey& key_;
  const std::vector<Incident>& incidents_;
  const Place& place_;
  Mission mission_;
  domain::Event template_;  // what all events of the mission share
  int events_ = 0;
  int64_t hour_ = 0;
  int year_ = 0;
  Attributes person_;
  bool person_at_call_ = false;
  int first_priority_ = 0;
  Instant priority_changed_;
  Instant alarmed_;
  std::string station_;
  std::vector<Run> runs_;
  std::string close_reason_;
  Instant closed_;
  bool reopened_ = false;
};

}  // namespace

bool Mission::IsDecided() const {
  if (deleted || priority != 1) return false;
  return (arrived && (!closed || *closed >= *arrived)) || !closed || *closed > call + kLimit;
}

bool Mission::IsWithin() const {
  return IsDecided() && arrived && (!closed || *closed >= *arrived) && *arrived - call <= kLimit;
}

MissionFactory::MissionFactory(const County& county, std::string source, Reporting reporting, uint64_t seed)
    : county_(county), source_(std::move(source)), reporting_(reporting), seed_(seed) {
  int64_t sum = 0;
  for (const Place& place : county_.places) population_up_to_.push_back(sum += place.population);
}

Mission MissionFactory::Make(const MissionKey& key, Instant call,
                             const std::vector<Incident>& incidents) const {
  Random random(seed_, key.stream);
  const int64_t inhabitant = random.Below(population_up_to_.back());
  const auto at = std::upper_bound(population_up_to_.begin(), population_up_to_.end(), inhabitant);
  const auto place = static_cast<size_t>(at - population_up_to_.begin());
  return Builder(county_, reporting_, source_, random, key, call, incidents, place).Build();
}

}  // namespace vardvakt::simulator
