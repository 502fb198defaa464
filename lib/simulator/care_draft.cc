#include "lib/simulator/care_draft.h"

#include <algorithm>

#include "lib/simulator/calendar.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

// Per mille.
constexpr int64_t kUnknownMunicipality = 3, kOutside = 12, kUnknownUnit = 2;
constexpr int64_t kUnknownSex = 2, kUnknownBirthYear = 3;
constexpr int64_t kOtherHospital = 150;
constexpr int64_t kANightOrTwoLater = 25;
constexpr int64_t kWithdrawn = 1;
constexpr int64_t kChangedByReplacement = 80;
constexpr int64_t kDoneInAStrikePerMille = 200;
constexpr int32_t kNotPvvCodedEvery = 10;

constexpr int kMostPostponements = 4;
// The first nightly report is written at this time; a delivery takes so long.
constexpr milliseconds kNightBegins = hours(2);
constexpr int64_t kNightMillis = 50 * 60 * 1000;

// How long the queues of the hospitals are, per mille of the usual one.
constexpr int64_t kHospitalQueues[] = {1050, 980, 900};
constexpr int64_t kLeastUnitQueue = 940, kUnitQueueStep = 30, kUnitQueueSteps = 5;

constexpr std::string_view kUnlistedUnit = "SE2321000057-9ZZZ";
constexpr std::string_view kUnknownMunicipalityCode = "0000";
constexpr std::string_view kOutsideMunicipalities[] = {"0580", "0760", "1495"};

// Until a report that has been written down is handed over.
constexpr milliseconds kHandingOver{400};
constexpr Quantiles kSoonSeconds = {{0, 20}, {500, 600}, {900, 3'600}, {980, 14'400}, {1000, 86'400}};
constexpr Quantiles kCorrectedDays = {{0, 3}, {500, 25}, {900, 75}, {1000, 150}};

// One source's deliveries are told from another's by its name.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

uint64_t StreamOf(const CareKey& key) {
  return (static_cast<uint64_t>(key.flow) + 1) << 56 |
         static_cast<uint64_t>(key.day.time_since_epoch().count()) << 28 | static_cast<uint64_t>(key.number);
}

}  // namespace

CareDraft::CareDraft(const CareWorld& world, const CareKey& key)
    : world_(world),
      random_(world.seed, StreamOf(key)),
      start_(std::chrono::floor<seconds>(world.county.zone.FromLocal(key.day + key.time_of_day))) {
  case_.key = key;
  case_.stream = ShapeOf(key.flow).stream;
  case_.source = ShapeOf(key.flow).source;
}

void CareDraft::ChoosePerson(const Quantiles& age, int64_t female_per_mille) {
  const int64_t sex = random_.Below(1000);
  case_.sex = sex >= 1000 - kUnknownSex ? 'U' : sex < female_per_mille ? 'F' : 'M';
  const int64_t years = age.Sample(random_);
  case_.birth_year = Chance(kUnknownBirthYear) ? 0 : YearOf(day()) - static_cast<int>(years);
}

const Place& CareDraft::ChoosePlace() {
  const std::vector<Place>& places = world_.county.places;
  int64_t inhabitants = 0;
  for (const Place& place : places) inhabitants += place.population;
  int64_t at = random_.Below(inhabitants);
  size_t chosen = 0;
  while (at >= places[chosen].population) at -= places[chosen++].population;
  const int64_t draw = random_.Below(1000);
  case_.municipality = draw < kUnknownMunicipality ? kUnknownMunicipalityCode
                       : draw < kUnknownMunicipality + kOutside
                           ? kOutsideMunicipalities[random_.Below(std::size(kOutsideMunicipalities))]
                           : std::string_view(places[chosen].municipality);
  return places[chosen];
}

void CareDraft::ChooseUnit(const std::vector<CareUnit>& units) {
  if (units.empty()) return;
  const int64_t chosen = random_.Below(static_cast<int64_t>(units.size()));
  queue_per_mille_ = kLeastUnitQueue + kUnitQueueStep * (chosen % kUnitQueueSteps);
  const CareUnit& unit = units[static_cast<size_t>(chosen)];
  case_.unit = Chance(kUnknownUnit) ? kUnlistedUnit : std::string_view(unit.code);
  hospital_ = unit.hospital;
}

void CareDraft::ChooseClinic(const Place& place, bool surgical) {
  const std::vector<HospitalClinics>& hospitals = world_.county.hospitals;
  if (hospitals.empty()) return;
  const bool other = Chance(kOtherHospital);
  const auto drawn = static_cast<size_t>(random_.Below(static_cast<int64_t>(hospitals.size())));
  const size_t at = other ? drawn : place.hospital;
  ChooseUnit(surgical ? hospitals[at].surgical : hospitals[at].others);
  hospital_ = hospitals[at].code;
  queue_per_mille_ = queue_per_mille_ * kHospitalQueues[at % std::size(kHospitalQueues)] / 1000;
}

const Incident* CareDraft::ShutOn(LocalDay day, Care care) const {
  if (world_.incidents.empty()) return nullptr;
  const Instant noon = world_.county.zone.StartOf(day) + hours(12);
  for (const Incident& incident : world_.incidents) {
    const bool matters = (incident.kind == IncidentKind::kStrike && care != Care::kCancer) ||
                         (incident.kind == IncidentKind::kTheatreClosed && care == Care::kTheatre);
    if (matters && incident.HoldsAt(noon) && IsHere(incident)) return &incident;
  }
  return nullptr;
}

bool CareDraft::IsHere(const Incident& incident) const {
  return incident.IsAt({case_.municipality, case_.unit, hospital_});
}

LocalDay CareDraft::Book(LocalDay wanted, Care care) {
  LocalDay booked = wanted;
  for (int i = 0; i < kMostPostponements; ++i) {
    // A week's end is as often avoided by coming earlier as by coming later.
    const LocalDay earlier = WorkingDayUntil(booked);
    booked = Chance(500) && earlier > day() ? earlier : WorkingDayFrom(booked);
    const Incident* shut = ShutOn(booked, care);
    if (shut != nullptr && (shut->kind == IncidentKind::kTheatreClosed || !Chance(kDoneInAStrikePerMille))) {
      booked = world_.county.zone.DayOf(shut->to) + days(random_.Between(1, 35));
    } else if (care == Care::kPrimary || Chance(PlannedCarePerMille(booked))) {
      return booked;
    } else {
      booked += days(care == Care::kCancer ? random_.Between(2, 7) : random_.Between(10, 35));
    }
  }
  return WorkingDayFrom(booked);
}

Instant CareDraft::At(LocalDay day) {
  return world_.county.zone.FromLocal(day + minutes(random_.Between(8 * 60, 16 * 60 + 30)));
}

LocalDay CareDraft::Between(LocalDay first, LocalDay last) {
  return last <= first ? first : first + days(random_.Between(0, (last - first).count()));
}

bool CareDraft::CodesPvvForCapacity(LocalDay day) const {
  if (world_.incidents.empty()) return false;
  const Instant at = world_.county.zone.StartOf(day);
  const bool holds =
      std::any_of(world_.incidents.begin(), world_.incidents.end(), [&](const Incident& incident) {
        return incident.kind == IncidentKind::kPvvForCapacity && incident.HoldsAt(at) && IsHere(incident);
      });
  // Not drawn from random_: the incident changes nothing else of the case.
  return holds && case_.key.number % kNotPvvCodedEvery != 0;
}

Instant CareDraft::Nightly(LocalDay day) {
  LocalDay night = day + days(1);
  if (Chance(kANightOrTwoLater)) night += days(random_.Between(1, 2));
  if (Chance(world_.reporting.late_per_mille)) night += days(random_.Between(5, 60));
  return world_.county.zone.FromLocal(night + kNightBegins) + milliseconds(random_.Below(kNightMillis));
}

Instant CareDraft::Soon(Instant occurred) { return occurred + seconds(kSoonSeconds.Sample(random_)); }

CareReport& CareDraft::Report(Instant recorded) {
  CareReport& report = case_.reports.emplace_back();
  report.id = static_cast<uint8_t>(case_.reports.size());
  report.recorded = std::max(recorded, start_);
  return report;
}

CareReport& CareDraft::Milestone(std::string_view milestone, Instant occurred, Instant recorded) {
  CareReport& report = Report(recorded);
  report.milestone = milestone;
  report.occurred = occurred;
  return report;
}

void CareDraft::Deviation(domain::Deviation deviation, Instant recorded) {
  Report(recorded).deviation = deviation;
}

void CareDraft::Stop(std::string_view milestone, Instant occurred, Instant recorded) {
  case_.over = recorded;
  if (Chance(world_.reporting.correction_per_mille)) {
    // A wrong date at first, put right when somebody looks: the period may be closed by then.
    const Instant wrong = occurred + days(random_.Between(-9, 9));
    Milestone(milestone, std::min(wrong, recorded), recorded);
    recorded += days(kCorrectedDays.Sample(random_));
  }
  Milestone(milestone, occurred, recorded);
}

void CareDraft::Close(std::string_view reason, Instant occurred, Instant recorded) {
  case_.over = std::min(case_.over, recorded);
  CareReport& report = Report(recorded);
  report.closed = reason;
  report.occurred = occurred;
}

CareCase CareDraft::Finish() {
  ResendWhileOpen();
  ReplaceDeliveries();
  if (Chance(kWithdrawn)) {
    const Instant last = std::max_element(case_.reports.begin(), case_.reports.end(), [](auto& a, auto& b) {
                           return a.recorded < b.recorded;
                         })->recorded;
    Report(last + days(random_.Between(1, 30))).deleted = true;
  }
  Hand();
  return std::move(case_);
}

void CareDraft::ResendWhileOpen() {
  const days every(world_.reporting.resend_open_days);
  if (every <= days(0) || case_.over == kNever) return;
  const CareReport first = case_.reports.front();
  if (first.milestone.empty()) return;
  for (Instant at = first.recorded + every; at < case_.over; at += every) {
    CareReport& again = Report(at);
    again.milestone = first.milestone;
    again.occurred = first.occurred;
    again.attributes = first.attributes & (kPerson | kMunicipality);
  }
}

// Whether something after the report, and before `before`, says another thing about the same.
bool CareDraft::IsSaidAgain(const CareReport& report, Instant before) const {
  return std::any_of(case_.reports.begin(), case_.reports.end(), [&](const CareReport& other) {
    if (other.id == report.id || other.recorded < report.recorded || other.recorded > before) return false;
    const bool same_attribute =
        (other.attributes & report.attributes & (kTargetDate | kForm | kVariant)) != 0;
    const bool both_deviate = other.deviation.has_value() && report.deviation.has_value();
    const bool both_close = !other.closed.empty() && !report.closed.empty();
    const bool same_milestone = !report.milestone.empty() && other.milestone == report.milestone;
    return same_attribute || both_deviate || both_close || same_milestone;
  });
}

// Some nights' deliveries are replaced as a whole: all that was in them is sent again, weeks later, and a
// part of it was wrong the first time.
void CareDraft::ReplaceDeliveries() {
  const size_t count = case_.reports.size();
  for (size_t i = 0; i < count; ++i) {
    if (!case_.reports[i].nightly) continue;
    const LocalDay night = world_.county.zone.DayOf(case_.reports[i].recorded);
    Random draw(world_.seed ^ HashOf(case_.source), static_cast<uint64_t>(night.time_since_epoch().count()));
    if (!draw.Chance(world_.reporting.replaced_per_mille)) continue;
    const LocalDay again_on = night + days(draw.Between(3, 45));
    const Instant recorded = world_.county.zone.FromLocal(again_on + kNightBegins) + hours(1) +
                             milliseconds(random_.Below(kNightMillis));
    if (IsSaidAgain(case_.reports[i], recorded)) continue;
    CareReport again = case_.reports[i];
    if (!again.milestone.empty() && Chance(kChangedByReplacement)) {
      case_.reports[i].occurred -= days(random_.Between(1, 6));
    }
    again.recorded = recorded;
    again.id = static_cast<uint8_t>(case_.reports.size() + 1);
    case_.reports.push_back(again);
  }
}

// Hands the reports over, with all that can go wrong on the way.
void CareDraft::Hand() {
  const Reporting& reporting = world_.reporting;
  const size_t count = case_.reports.size();
  for (size_t i = 0; i < count; ++i) {
    CareReport& report = case_.reports[i];
    report.deliver_at = report.recorded + kHandingOver;
    if (Chance(reporting.out_of_order_per_mille)) {
      report.deliver_at += milliseconds(random_.Between(5'000, 300'000));
    }
    if (Chance(reporting.duplicate_per_mille)) {
      CareReport twin = report;
      twin.deliver_at += milliseconds(random_.Between(200, 600'000));
      case_.reports.push_back(twin);
    }
  }
  for (const Incident& incident : world_.incidents) {
    if (!incident.IsAt({case_.municipality, case_.unit, hospital_, case_.stream, case_.source})) continue;
    auto& reports = case_.reports;
    const auto held = [&](const CareReport& report) { return incident.HoldsAt(report.deliver_at); };
    if (incident.kind == IncidentKind::kSourceLost) {
      reports.erase(std::remove_if(reports.begin(), reports.end(), held), reports.end());
    } else if (incident.kind == IncidentKind::kSourceSilent) {
      for (CareReport& report : reports) {
        // All that was held back comes at once, in its order.
        if (held(report)) report.deliver_at = incident.to + (report.deliver_at - incident.from) / 1000;
      }
    } else if (incident.kind == IncidentKind::kSourceDouble) {
      for (size_t i = 0, n = reports.size(); i < n; ++i) {
        if (held(reports[i])) reports.push_back(CareReport(reports[i]));
      }
    }
  }
  std::stable_sort(case_.reports.begin(), case_.reports.end(),
                   [](const CareReport& a, const CareReport& b) { return a.deliver_at < b.deliver_at; });
}

}  // namespace vardvakt::simulator
