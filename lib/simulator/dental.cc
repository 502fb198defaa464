// Dental care: referrals to specialists, recalls to check-ups, and outreach to those entitled to it.
#include <algorithm>

#include "lib/simulator/calendar.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

constexpr Quantiles kReferredAge = {{0, 5}, {250, 14}, {500, 42}, {800, 66}, {1000, 90}};
constexpr Quantiles kRecalledAge = {{0, 3}, {300, 12}, {450, 22}, {700, 50}, {900, 74}, {1000, 96}};
constexpr Quantiles kEntitledAge = {{0, 20}, {200, 60}, {400, 80}, {800, 90}, {1000, 103}};

// Hundredths of a day, as wanted; fitted to the shares of 2023 as the other waits are.
constexpr Quantiles kSpecialist = {{0, 200},     {100, 1200},  {300, 3000},  {480, 4500},  {610, 6000},
                                   {800, 10500}, {930, 18000}, {990, 30000}, {1000, 38000}};
constexpr Quantiles kAfterDue = {{0, -9000},  {200, -3000}, {500, -1000}, {720, 0},
                                 {850, 4500}, {950, 13000}, {1000, 30000}};
constexpr int64_t kSpecialistStretch = 1075;
constexpr int64_t kAfterDueShift = -45;

constexpr int64_t kIntervals[] = {182, 365, 365, 547, 547, 730, 730, 730};  // days
constexpr Quantiles kCareAfterDays = {{0, 5}, {500, 40}, {900, 100}, {1000, 160}};

// Per mille.
constexpr int64_t kReferralClosed = 60, kRecallClosed = 50;
constexpr int64_t kPvvOfLate = 60;
constexpr int64_t kNoDueDate = 6, kDueRevised = 25;
constexpr int64_t kNeedsCare = 660;

std::string_view CloseReason(CareDraft& draft) {
  constexpr std::string_view kReasons[] = {"moved", "other_provider", "patient_declined", "deceased"};
  constexpr Quantiles kWhich = {{0, 0}, {350, 1}, {700, 2}, {900, 3}, {1000, 4}};
  return kReasons[static_cast<size_t>(kWhich.Sample(draft.random()))];
}

CareReport& ReportStart(CareDraft& draft, std::string_view milestone, uint16_t attributes) {
  CareReport& report = draft.Milestone(milestone, draft.start(), draft.Nightly(draft.day()));
  report.nightly = true;
  report.attributes = attributes | kPerson | kMunicipality | kUnit;
  return report;
}

// Done on the booked day, or closed at some time before.
void ReportEnd(CareDraft& draft, std::string_view milestone, LocalDay booked, int64_t closed_per_mille) {
  if (draft.Chance(closed_per_mille)) {
    const LocalDay closed = WorkingDayFrom(draft.Between(draft.day() + days(1), booked));
    const std::string_view reason = CloseReason(draft);
    const Instant at = draft.At(closed);
    draft.Close(reason, at, draft.Nightly(closed));
  } else {
    const Instant done = draft.At(booked);
    draft.Stop(milestone, done, draft.Nightly(booked));
  }
  draft.made().reports.back().nightly = true;
}

void MaybePvv(CareDraft& draft, LocalDay booked, LocalDay last_in_time) {
  if (booked <= last_in_time) return;
  if (!draft.Chance(kPvvOfLate) && !draft.CodesPvvForCapacity(last_in_time)) return;
  const LocalDay told = draft.Between(draft.day() + days(5), last_in_time + days(1));
  draft.Deviation(domain::Deviation::kPvv, draft.Nightly(told));
}

}  // namespace

CareCase MakeDentalReferral(const CareWorld& world, const CareKey& key) {
  constexpr int64_t kLimit = 60;
  CareDraft draft(world, key);
  draft.ChoosePlace();
  draft.ChooseUnit(world.county.specialist_dental);
  draft.ChoosePerson(kReferredAge, 530);
  const int64_t wanted =
      kSpecialist.Sample(draft.random()) * kSpecialistStretch / 1000 * draft.queue_per_mille() / 1000 / 100;
  const LocalDay booked = draft.Book(draft.day() + days(std::max<int64_t>(1, wanted)), Care::kPlanned);
  ReportStart(draft, "referral_received", 0);
  MaybePvv(draft, booked, draft.day() + days(kLimit));
  ReportEnd(draft, "first_visit", booked, kReferralClosed);
  return draft.Finish();
}

CareCase MakeDentalRecall(const CareWorld& world, const CareKey& key) {
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseUnit(place.dental_clinics);
  draft.ChoosePerson(kRecalledAge, 510);
  const int64_t interval = kIntervals[draft.random().Below(std::size(kIntervals))];
  const LocalDay due = draft.day() + days(interval + draft.random().Between(-10, 10));
  const int64_t after =
      kAfterDue.Sample(draft.random()) + kAfterDueShift + (draft.queue_per_mille() - 1000) * 6;
  const LocalDay wanted = due + days((after + 100 * 1000) / 100 - 1000);
  const LocalDay booked = draft.Book(std::max(wanted, draft.day() + days(20)), Care::kPlanned);
  const bool has_due = !draft.Chance(kNoDueDate);
  const bool revised = has_due && draft.Chance(kDueRevised);
  CareReport& start = ReportStart(draft, "recall_planned", has_due ? kTargetDate : 0);
  start.target = revised ? due - days(draft.random().Between(30, 120)) : due;
  if (revised) {
    CareReport& report = draft.Report(draft.Nightly(draft.Between(draft.day() + days(65), booked)));
    report.attributes = kTargetDate;
    report.target = due;
  }
  MaybePvv(draft, booked, due);
  ReportEnd(draft, "recall_done", booked, kRecallClosed);
  return draft.Finish();
}

CareCase MakeDentalOutreach(const CareWorld& world, const CareKey& key) {
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseUnit(place.dental_clinics);
  draft.ChoosePerson(kEntitledAge, 620);
  const bool needs_care = draft.Chance(kNeedsCare);
  CareReport& assessment = draft.Milestone("assessment_done", draft.start(), draft.Nightly(draft.day()));
  assessment.nightly = true;
  assessment.attributes = kPerson | kMunicipality | kUnit;
  if (!needs_care) {
    draft.made().over = assessment.recorded;
    return draft.Finish();
  }
  const LocalDay cared =
      draft.Book(draft.day() + days(kCareAfterDays.Sample(draft.random())), Care::kPlanned);
  const Instant at = draft.At(cared);
  draft.Stop("care_done", std::max(at, draft.start()), draft.Nightly(cared));
  draft.made().reports.back().nightly = true;
  return draft.Finish();
}

}  // namespace vardvakt::simulator
