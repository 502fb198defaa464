// Standardised cancer pathways: a founded suspicion, then treatment, or more often the suspicion is dropped.
#include <algorithm>
#include <array>

#include "lib/simulator/calendar.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

constexpr Quantiles kAge = {{0, 16}, {50, 38}, {250, 58}, {500, 70}, {800, 80}, {1000, 98}};

// The time to treatment, per mille of the limit: a third is within it, as in 2023.
constexpr Quantiles kOfLimit = {{0, 200},    {120, 600},  {330, 1000}, {550, 1350},
                                {750, 1800}, {900, 2500}, {1000, 4200}};
constexpr int64_t kStretch = 1035;
constexpr int64_t kDaysWithoutLimit = 35;
constexpr Quantiles kDroppedAfterDays = {{0, 4}, {250, 15}, {500, 24}, {800, 42}, {970, 80}, {1000, 150}};

// Per mille.
constexpr int64_t kTreated = 321;
constexpr int64_t kVariantKnownAtOnce = 700;
constexpr int64_t kSuspectedAtPad = 150;  // of pathways that have a rule for it
constexpr int64_t kFormNotInTable = 25, kNoForm = 10;
constexpr int64_t kFormKnownAtDecision = 830, kFormKnownAtTreatment = 100;  // the rest: weeks afterwards
constexpr int64_t kDecisionReported = 600, kReliefReported = 550;
constexpr int64_t kSecondVariant = 350;

// How often which pathway is begun, and by whom. Those not named are rarer.
struct Weight {
  std::string_view pathway;
  int64_t weight;
  int64_t female_per_mille;
};
constexpr Weight kWeights[] = {
    {"brost", 150, 990},
    {"prostata", 120, 0},
    {"tarm", 170, 500},
    {"lunga", 80, 500},
    {"melanom", 130, 520},
    {"urinblasa", 110, 350},
    {"huvud_hals", 60, 420},
    {"livmoderkropp", 40, 1000},
    {"aggstock", 25, 1000},
    {"livmoderhals", 20, 1000},
    {"lymfom", 30, 430},
    {"testikel", 15, 0},
    {"penis", 6, 0},
    {"vulva", 6, 1000},
    {"ospecifika_symtom", 60, 520},
    {"njure", 20, 380},
    {"bukspottkortel", 30, 480},
};
constexpr Weight kOther = {"", 12, 480};

struct FormWeight {
  std::string_view form;
  int64_t weight;
};
constexpr FormWeight kFormWeights[] = {
    {"kirurgi", 500}, {"lakemedel", 260}, {"stralning", 120}, {"palliativ", 80}, {"exspektans", 50}};
constexpr int64_t kOtherFormWeight = 40;
constexpr std::array<std::string_view, 3> kFormsWithoutTable = {"kirurgi", "lakemedel", "stralning"};

const Weight& WeightOf(std::string_view pathway) {
  const auto* found = std::find_if(std::begin(kWeights), std::end(kWeights),
                                   [&](const Weight& weight) { return weight.pathway == pathway; });
  return found == std::end(kWeights) ? kOther : *found;
}

int64_t WeightOfForm(std::string_view form) {
  const auto* found = std::find_if(std::begin(kFormWeights), std::end(kFormWeights),
                                   [&](const FormWeight& weight) { return weight.form == form; });
  return found == std::end(kFormWeights) ? kOtherFormWeight : found->weight;
}

// Whether a version is the one in force on a day: no newer one of the same pathway is.
bool IsInForce(const std::vector<domain::PathwayVersion>& versions, size_t i, LocalDay day) {
  if (versions[i].valid_from > day) return false;
  const bool has_newer = i + 1 < versions.size() && versions[i + 1].pathway == versions[i].pathway;
  return !has_newer || versions[i + 1].valid_from > day;
}

const domain::PathwayVersion* ChoosePathway(CareDraft& draft) {
  const std::vector<domain::PathwayVersion>& versions = draft.county().pathways.versions;
  int64_t sum = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    if (IsInForce(versions, i, draft.day())) sum += WeightOf(versions[i].pathway).weight;
  }
  if (sum == 0) return nullptr;
  int64_t at = draft.random().Below(sum);
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!IsInForce(versions, i, draft.day())) continue;
    at -= WeightOf(versions[i].pathway).weight;
    if (at < 0) return &versions[i];
  }
  return nullptr;
}

const domain::PathwayVariant* ChooseVariant(CareDraft& draft, const domain::PathwayVersion& pathway) {
  if (pathway.variants.empty()) return nullptr;
  const auto more = static_cast<int64_t>(pathway.variants.size()) - 1;
  if (more == 0 || !draft.Chance(kSecondVariant)) return &pathway.variants.front();
  return &pathway.variants[static_cast<size_t>(draft.random().Between(1, more))];
}

struct Treatment {
  std::string_view form;
  int64_t limit_days = kDaysWithoutLimit;
};

Treatment ChooseTreatment(CareDraft& draft, const domain::PathwayVersion& pathway,
                          const domain::PathwayVariant* variant) {
  if (variant == nullptr || variant->limits.empty()) {
    return {.form = kFormsWithoutTable[static_cast<size_t>(draft.random().Below(3))]};
  }
  if (draft.Chance(kFormNotInTable)) return {.form = "annan"};
  int64_t sum = 0;
  for (const domain::FormLimit& limit : variant->limits) sum += WeightOfForm(limit.treatment_form);
  int64_t at = draft.random().Below(sum);
  size_t chosen = 0;
  while (at >= WeightOfForm(variant->limits[chosen].treatment_form)) {
    at -= WeightOfForm(variant->limits[chosen++].treatment_form);
  }
  const domain::FormLimit& limit = variant->limits[chosen];
  const int64_t sooner = draft.made().pad ? pathway.pad_subtract_days : 0;
  return {.form = limit.treatment_form,
          .limit_days = limit.days ? std::max<int64_t>(1, *limit.days - sooner) : kDaysWithoutLimit};
}

std::string_view DropReason(CareDraft& draft) {
  constexpr std::string_view kReasons[] = {"suspicion_dropped", "criteria_not_met", "other_cancer",
                                           "medical_reasons",   "patient_choice",   "transferred"};
  constexpr Quantiles kWhich = {{0, 0}, {790, 1}, {860, 2}, {920, 3}, {960, 4}, {985, 5}, {1000, 6}};
  return kReasons[static_cast<size_t>(kWhich.Sample(draft.random()))];
}

void ReportStart(CareDraft& draft, bool has_variant, bool has_pad_rule) {
  CareReport& report = draft.Milestone("suspicion_founded", draft.start(), draft.Soon(draft.start()));
  report.attributes = kPerson | kMunicipality | kUnit | kPathwayName | (has_pad_rule ? kPad : 0);
  if (!has_variant) return;
  if (draft.Chance(kVariantKnownAtOnce)) {
    draft.made().reports.back().attributes |= kVariant;
    return;
  }
  const LocalDay told = WorkingDayFrom(draft.day() + days(draft.random().Between(2, 12)));
  draft.Report(draft.Soon(draft.At(told))).attributes = kVariant;
}

void ReportForm(CareDraft& draft, std::string_view form, Instant recorded) {
  CareReport& report = draft.Report(recorded);
  report.attributes = kForm;
  report.form = form;
}

void ReportTreatment(CareDraft& draft, const Treatment& treatment) {
  const int64_t lead =
      std::max<int64_t>(2, treatment.limit_days * kOfLimit.Sample(draft.random()) / 1000 * kStretch / 1000);
  const bool palliative = treatment.form == "palliativ";
  const LocalDay stop_on = draft.Book(draft.day() + days(lead), Care::kCancer);
  const Instant stop = draft.At(stop_on);
  Instant decided = stop;
  if (!palliative) {
    const auto after = (stop_on - draft.day()) * draft.random().Between(45, 85) / 100;
    decided = std::clamp(draft.At(WorkingDayFrom(draft.day() + after)), draft.start(), stop);
  }
  if (palliative || draft.Chance(kDecisionReported)) {
    const Instant recorded = draft.Soon(decided);
    if (palliative) {
      draft.Stop("treatment_decided_with_patient", decided, recorded);
    } else {
      draft.Milestone("treatment_decided_with_patient", decided, recorded);
    }
  }
  if (!palliative) {
    draft.Stop("treatment_started", stop, draft.Soon(stop));
  } else if (draft.Chance(kReliefReported)) {
    const Instant relief = draft.At(WorkingDayFrom(stop_on + days(draft.random().Between(1, 20))));
    draft.Milestone("treatment_started", relief, draft.Soon(relief));
  }
  if (draft.Chance(kNoForm)) return;
  const int64_t known = draft.random().Below(1000);
  const LocalDay later = WorkingDayFrom(stop_on + days(draft.random().Between(5, 60)));
  ReportForm(draft, treatment.form,
             draft.Soon(known < kFormKnownAtDecision                           ? decided
                        : known < kFormKnownAtDecision + kFormKnownAtTreatment ? stop
                                                                               : draft.At(later)));
}

}  // namespace

CareCase MakePathway(const CareWorld& world, const CareKey& key) {
  CareDraft draft(world, key);
  const Place& place = draft.ChoosePlace();
  draft.ChooseClinic(place, draft.Chance(600));
  const domain::PathwayVersion* pathway = ChoosePathway(draft);
  draft.ChoosePerson(
      kAge, pathway == nullptr ? kOther.female_per_mille : WeightOf(pathway->pathway).female_per_mille);
  if (pathway == nullptr) return draft.made();
  const domain::PathwayVariant* variant = ChooseVariant(draft, *pathway);
  CareCase& made = draft.made();
  made.pathway = pathway->pathway;
  made.variant = variant == nullptr ? std::string_view() : variant->variant;
  made.pad = pathway->pad_subtract_days > 0 && draft.Chance(kSuspectedAtPad);
  ReportStart(draft, !made.variant.empty(), pathway->pad_subtract_days > 0);
  if (draft.Chance(kTreated)) {
    ReportTreatment(draft, ChooseTreatment(draft, *pathway, variant));
  } else {
    const LocalDay dropped = WorkingDayFrom(draft.day() + days(kDroppedAfterDays.Sample(draft.random())));
    const Instant at = draft.At(dropped);
    const std::string_view reason = DropReason(draft);
    draft.Close(reason, at, draft.Soon(at));
  }
  return draft.Finish();
}

}  // namespace vardvakt::simulator
