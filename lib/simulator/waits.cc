// Waits for primary and specialised care: contact, first visit, procedure, follow-up.
#include <algorithm>

#include "lib/simulator/calendar.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

using domain::Deviation;

constexpr Quantiles kAge = {{0, 0},    {80, 6},   {160, 18}, {300, 35},
                            {500, 56}, {700, 70}, {900, 82}, {1000, 101}};

// Waits in hundredths of a day, of the usual queue, as they are wanted: holidays, strikes and the like come
// on top. What is counted within, of those that the year counts as completed, follows from them; fitted to
// the shares of 2023 (docs/simulator.md).
constexpr Quantiles kAssessment = {{0, 0},     {420, 99},  {590, 199},  {720, 299},
                                   {864, 399}, {940, 900}, {980, 1600}, {1000, 3000}};
constexpr Quantiles kFirstVisit = {{0, 100},    {80, 500},    {250, 2000},  {480, 3900},  {700, 6000},
                                   {860, 9500}, {950, 15000}, {990, 26000}, {1000, 40000}};
constexpr Quantiles kProcedure = {{0, 100},    {100, 700},   {300, 2300},  {520, 4000},  {720, 6000},
                                  {870, 9500}, {950, 15500}, {990, 27000}, {1000, 40000}};
// Days from the decision to the target date, and hundredths of a day from that to the visit.
constexpr Quantiles kTargetDays = {{0, 7}, {150, 28}, {350, 75}, {600, 150}, {850, 340}, {1000, 370}};
constexpr Quantiles kAfterTarget = {{0, -6000},  {200, -2500}, {500, -900},  {780, 0},
                                    {880, 2500}, {960, 7000},  {1000, 15000}};
constexpr int64_t kAssessmentStretch = 1000, kFirstVisitStretch = 1050, kProcedureStretch = 956;
constexpr int64_t kAfterTargetShift = -128;

// Per mille.
constexpr int64_t kAnsweredAtOnce = 780, kAnsweredTheSameDay = 130;
constexpr int64_t kAssessmentClosed = 25, kVisitClosed = 70, kProcedureClosed = 60, kFollowUpClosed = 80;
constexpr int64_t kForgotten = 4, kReopened = 40;
constexpr int64_t kPvvOfLate = 130, kPvvOfLateProcedures = 180, kPvvOfLateAssessments = 120;
constexpr int64_t kMov = 18, kMovProcedure = 45, kMovIsLifted = 250, kSov = 4;
constexpr int64_t kOutsideGuarantee = 80;
constexpr int64_t kUnitKnownAtOnce = 300;
constexpr int64_t kNoTarget = 15, kUnreadableTarget = 2, kTargetRevised = 50;
constexpr int64_t kStopBeforeStart = 1;
constexpr int64_t kLateStart = 10;

constexpr int64_t kAssessmentLimit = 3;
constexpr int64_t kVisitLimit = 60;
constexpr int64_t kMostDays = 480;

std::string_view CloseReason(CareDraft& draft) {
  constexpr std::string_view kReasons[] = {"no_longer_needed",  "patient_declined", "moved",
                                           "referral_returned", "other_provider",   "deceased"};
  constexpr Quantiles kWhich = {{0, 0}, {350, 1}, {600, 2}, {700, 3}, {850, 4}, {950, 5}, {1000, 6}};
  return kReasons[static_cast<size_t>(kWhich.Sample(draft.random()))];
}

// One wait for specialised care, as wanted: what it is called, and how its days come about.
struct WaitPlan {
  std::string_view started;
  std::string_view done;
  int64_t closed_per_mille;
  int64_t mov_per_mille;
  int64_t pvv_of_late_per_mille;
  Care care;
};

// The reports of a wait for specialised care from its start to `booked`.
class Wait {
 public:
  Wait(CareDraft& draft, const WaitPlan& plan) : draft_(draft), plan_(plan) {}

  // The days by which health that does not allow it yet makes the wait longer.
  int64_t MovDays() {
    mov_ = draft_.Chance(plan_.mov_per_mille);
    return mov_ ? draft_.random().Between(20, 90) : 0;
  }

  CareReport& ReportStart(uint16_t attributes) {
    LocalDay told = draft_.day();
    if (draft_.Chance(kLateStart)) told += days(draft_.random().Between(3, 40));
    const Instant recorded = draft_.Nightly(told);
    const bool unit_known = draft_.Chance(kUnitKnownAtOnce);
    CareReport& report = draft_.Milestone(plan_.started, draft_.start(), recorded);
    report.nightly = true;
    report.attributes = attributes | kPerson | kMunicipality | kGuarantee | (unit_known ? kUnit : 0);
    unit_known_ = unit_known;
    return report;
  }

  // The clinic takes the referral on some days later.
  void ReportUnit() {
    if (unit_known_) return;
    const LocalDay taken = draft_.day() + days(draft_.random().Between(1, 8));
    CareReport& report = draft_.Report(draft_.Nightly(taken));
    report.nightly = true;
    report.attributes = kUnit;
  }

  // The visit, or what there is instead of it. `late_from`: the first day that is too late.
  void ReportEnd(LocalDay booked, LocalDay late_from) {
    ReportDeviations(booked, late_from);
    if (draft_.Chance(kForgotten)) {
      // Nobody says that it is over, until the list is gone through.
      const LocalDay cleaned = WorkingDayFrom(booked + days(draft_.random().Between(60, 150)));
      Close("removed_from_list", cleaned);
      return;
    }
    if (draft_.Chance(plan_.closed_per_mille)) {
      const LocalDay closed = WorkingDayFrom(draft_.Between(draft_.day() + days(1), booked));
      Close(CloseReason(draft_), closed);
      if (!draft_.Chance(kReopened)) return;
      TakeBackClose();
    }
    LocalDay done = booked;
    if (draft_.Chance(kStopBeforeStart)) done = draft_.day() - days(draft_.random().Between(1, 30));
    const Instant occurred = draft_.At(done);
    draft_.Stop(plan_.done, occurred, draft_.Nightly(booked));
    draft_.made().reports.back().nightly = true;
  }

 private:
  void Close(std::string_view reason, LocalDay day) {
    const Instant occurred = draft_.At(day);
    draft_.Close(reason, occurred, draft_.Nightly(day));
    draft_.made().reports.back().nightly = true;
  }

  // It was closed by mistake.
  void TakeBackClose() {
    draft_.made().over = kNever;
    const CareReport close = draft_.made().reports.back();
    CareReport& reopened = draft_.Report(close.recorded + days(draft_.random().Between(1, 20)));
    reopened.closed = close.closed;
    reopened.retract = true;
  }

  void ReportDeviations(LocalDay booked, LocalDay late_from) {
    const bool late = booked >= late_from;
    if (draft_.Chance(kSov)) {
      draft_.Deviation(Deviation::kSov, draft_.Nightly(draft_.Between(draft_.day() + days(5), booked)));
    } else if (mov_) {
      const LocalDay noted = draft_.day() + days(draft_.random().Between(3, 30));
      draft_.Deviation(Deviation::kMov, draft_.Nightly(noted));
      if (draft_.Chance(kMovIsLifted)) {
        const LocalDay lifted = draft_.Between(noted + days(4), booked - days(1));
        draft_.Deviation(Deviation::kNone, draft_.Nightly(lifted));
      }
    } else if (late && (draft_.Chance(plan_.pvv_of_late_per_mille) ||
                        draft_.CodesPvvForCapacity(late_from - days(1)))) {
      // The patient declined an offer within the limit.
      draft_.Deviation(Deviation::kPvv, draft_.Nightly(draft_.Between(draft_.day() + days(10), late_from)));
    }
  }

  CareDraft& draft_;
  const WaitPlan& plan_;
  bool unit_known_ = false;
  bool mov_ = false;
};

// A wait that is over on a booked day, the limit being 60 days.
CareCase MakeWait(CareDraft& draft, const WaitPlan& plan, const Quantiles& wanted, int64_t stretch) {
  Wait wait(draft, plan);
  draft.made().guarantee = !draft.Chance(kOutsideGuarantee);
  const int64_t mov_days = wait.MovDays();
  const int64_t wanted_days =
      wanted.Sample(draft.random()) * stretch / 1000 * draft.queue_per_mille() / 1000 / 100 + mov_days;
  const LocalDay booked = draft.Book(draft.day() + days(std::min(wanted_days, kMostDays)), plan.care);
  wait.ReportStart(0);
  wait.ReportUnit();
  wait.ReportEnd(booked, draft.day() + days(kVisitLimit + 1));
  return draft.Finish();
}

}  // namespace

CareCase MakeContact(const CareWorld& world, const CareKey& key) {
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseUnit(place.health_centres);
  draft.ChoosePerson(kAge, 560);

  // Called back at once, later the same day, or on another day.
  const Instant attempted = draft.start();
  Instant made = attempted + seconds(draft.random().Between(20, 1'500));
  if (!draft.Chance(kAnsweredAtOnce)) {
    const bool same_day = draft.Chance(kAnsweredTheSameDay * 1000 / (1000 - kAnsweredAtOnce));
    made = same_day ? attempted + seconds(draft.random().Between(1'500, 12'000))
                    : draft.At(WorkingDayFrom(draft.day() + days(draft.random().Between(1, 3))));
  }
  const LocalDay contact = draft.county().zone.DayOf(made);
  CareReport& first = draft.Milestone("contact_attempted", attempted, draft.Soon(attempted));
  first.attributes = kPerson | kMunicipality | kUnit;
  draft.Milestone("contact_made", made, draft.Soon(made));

  const int64_t wanted =
      kAssessment.Sample(draft.random()) * kAssessmentStretch / 1000 * draft.queue_per_mille() / 1000 / 100;
  LocalDay assessed_on = contact + days(wanted);
  // By a nurse on call, even on a Sunday; otherwise when the health centre is open.
  if (!draft.Chance(100)) assessed_on = draft.Book(assessed_on, Care::kPrimary);
  assessed_on = std::max(assessed_on, contact);
  if (draft.Chance(kAssessmentClosed)) {
    const std::string_view reason = CloseReason(draft);
    const Instant closed = std::max(draft.At(draft.Between(contact, assessed_on)), made);
    draft.Close(reason, closed, draft.Soon(closed));
    return draft.Finish();
  }
  if (assessed_on - contact > days(kAssessmentLimit) &&
      (draft.Chance(kPvvOfLateAssessments) || draft.CodesPvvForCapacity(contact + days(kAssessmentLimit)))) {
    draft.Deviation(Deviation::kPvv, draft.Soon(made));
  }
  const Instant assessed =
      assessed_on == contact ? made + seconds(draft.random().Between(600, 10'000)) : draft.At(assessed_on);
  draft.Stop("assessed", assessed, draft.Soon(assessed));
  return draft.Finish();
}

CareCase MakeFirstVisit(const CareWorld& world, const CareKey& key) {
  static constexpr WaitPlan kPlan = {"referral_decided", "first_visit", kVisitClosed, kMov,
                                     kPvvOfLate,         Care::kPlanned};
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseClinic(place, draft.Chance(500));
  draft.ChoosePerson(kAge, 540);
  return MakeWait(draft, kPlan, kFirstVisit, kFirstVisitStretch);
}

CareCase MakeProcedure(const CareWorld& world, const CareKey& key) {
  static constexpr WaitPlan kPlan = {"procedure_decided", "procedure_done",     kProcedureClosed,
                                     kMovProcedure,       kPvvOfLateProcedures, Care::kTheatre};
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseClinic(place, true);
  draft.ChoosePerson(kAge, 530);
  return MakeWait(draft, kPlan, kProcedure, kProcedureStretch);
}

CareCase MakeFollowUp(const CareWorld& world, const CareKey& key) {
  static constexpr WaitPlan kPlan = {"followup_decided", "followup_done", kFollowUpClosed, 0,
                                     kPvvOfLate,         Care::kPlanned};
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseClinic(place, draft.Chance(400));
  draft.ChoosePerson(kAge, 530);
  draft.made().guarantee = !draft.Chance(kOutsideGuarantee);

  const int64_t target_days = kTargetDays.Sample(draft.random());
  const LocalDay target = draft.day() + days(target_days);
  // Somebody who is to come soon is not let wait as long as somebody who is to come in a year.
  const int64_t after = kAfterTarget.Sample(draft.random()) * std::clamp<int64_t>(target_days, 20, 90) / 90 +
                        kAfterTargetShift + (draft.queue_per_mille() - 1000) * 4;
  const int64_t wanted = std::clamp<int64_t>((target_days * 100 + after) / 100, 1, 2 * kMostDays);
  const LocalDay booked = draft.Book(draft.day() + days(wanted), Care::kPlanned);
  const bool has_target = !draft.Chance(kNoTarget);
  const bool unreadable = draft.Chance(kUnreadableTarget);
  const bool revised = has_target && draft.Chance(kTargetRevised);
  const LocalDay first_target = revised ? target + days(draft.random().Between(-14, 45)) : target;

  Wait wait(draft, kPlan);
  CareReport& start = wait.ReportStart(has_target ? kTargetDate : 0);
  start.target = first_target;
  start.unreadable_date = unreadable;
  wait.ReportUnit();
  if (revised) {
    CareReport& report = draft.Report(draft.Nightly(draft.Between(draft.day() + days(42), booked)));
    report.attributes = kTargetDate;
    report.target = target;
  }
  wait.ReportEnd(booked, target + days(1));
  return draft.Finish();
}

}  // namespace vardvakt::simulator
