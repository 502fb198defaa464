#include "lib/domain/case_limit.h"

#include "lib/domain/series.h"

namespace vardvakt::domain {
namespace {

// The names of the attributes are the contract's (interfaces §2, configuration files).
constexpr std::string_view kPathway = "pathway";
constexpr std::string_view kVariant = "variant";
constexpr std::string_view kTreatmentForm = "treatment_form";
constexpr std::string_view kFirstSuspicionAtPad = "first_suspicion_at_pad";

constexpr CaseLimit NotForThisCase(std::string_view why, const PathwayVersion* pathway = nullptr,
                                   const PathwayVariant* variant = nullptr) {
  return {.applies = false, .why_not = why, .pathway = pathway, .variant = variant};
}

class LimitFinder {
 public:
  LimitFinder(const IndicatorVersion& version, const CaseState& state, Instant start, const TimeZone& zone)
      : version_(version), state_(state), start_(start), zone_(zone) {}

  CaseLimit operator()(const DurationLimit& limit) const {
    CaseLimit found;
    found.deadline = start_ + limit.limit + milliseconds(1);  // the limit and the smallest tick
    if (const auto* warn = Warning<WarnAfter>()) found.warn_at = start_ + warn->after_start;
    return found;
  }

  CaseLimit operator()(const CalendarDaysLimit& limit) const {
    const LocalDay last = zone_.DayOf(start_) + days(limit.days);
    return ByDay(last, last);
  }

  CaseLimit operator()(const DateLimit& limit) const {
    const auto target = ParseLocalDay(state_.Attribute(limit.attribute));
    if (!target) return {.missing = "no_target_date", .missing_when_open = true};
    return ByDay(*target, *target);
  }

  CaseLimit operator()(const PathwayLimit& limit) const {
    const LocalDay day = zone_.DayOf(start_);
    const PathwayVersion* pathway = limit.table->InForce(state_.Attribute(kPathway), day);
    if (pathway == nullptr) return NotForThisCase("the table has no version of its pathway in force");
    if (!pathway->AnyLimit()) return NotForThisCase("its pathway has no limits", pathway);
    if (!pathway->under_18 && AgeOf(state_, start_, zone_) == Age::k0To17) {
      return NotForThisCase("its pathway is not for those under 18", pathway);
    }
    const PathwayVariant* variant = pathway->Find(state_.Attribute(kVariant));
    if (variant == nullptr) return NotForThisCase("its pathway has no such variant", pathway);

    const bool at_pad = state_.Attribute(kFirstSuspicionAtPad) == "true";
    const LocalDay from = day - days(at_pad ? pathway->pad_subtract_days : 0);
    const std::string_view form = state_.Attribute(kTreatmentForm);
    if (form.empty()) {
      // Late for certain only when the longest limit is over, and in danger from the shortest one on.
      const auto longest = variant->Longest();
      if (!longest) return NotForThisCase("its pathway's variant has no limits", pathway, variant);
      CaseLimit found = ByDay(from + days(*longest), from + days(*variant->Shortest()));
      found.missing = "no_treatment_form";
      found.pathway = pathway;
      found.variant = variant;
      return found;
    }
    const FormLimit* of_form = variant->Find(form);
    if (of_form == nullptr || !of_form->days) {
      return NotForThisCase("its pathway's variant has no limit for its treatment form", pathway, variant);
    }
    const LocalDay last = from + days(*of_form->days);
    CaseLimit found = ByDay(last, last);
    found.pathway = pathway;
    found.variant = variant;
    found.form = of_form;
    return found;
  }

 private:
  template <typename T>
  const T* Warning() const {
    return version_.warn ? std::get_if<T>(&*version_.warn) : nullptr;
  }

  // `last`: the last local day that is within; `warn_last`: the one from which the warning is counted back.
  CaseLimit ByDay(LocalDay last, LocalDay warn_last) const {
    CaseLimit found;
    found.deadline = zone_.StartOf(last + days(1));
    if (const auto* warn = Warning<WarnDaysBefore>()) {
      found.warn_at = zone_.StartOf(warn_last - days(warn->days));
    }
    return found;
  }

  const IndicatorVersion& version_;
  const CaseState& state_;
  Instant start_;
  const TimeZone& zone_;
};

bool HasTableLimit(const PathwayTable& table, const CaseState& state, LocalDay day) {
  const PathwayVersion* pathway = table.InForce(state.Attribute(kPathway), day);
  return pathway != nullptr && pathway->AnyLimit();
}

}  // namespace

CaseLimit LimitOf(const IndicatorVersion& version, const CaseState& state, Instant start,
                  const TimeZone& zone) {
  if (version.without_limit_in != nullptr &&
      HasTableLimit(*version.without_limit_in, state, zone.DayOf(start))) {
    return NotForThisCase("its pathway has limits of its own");
  }
  if (!version.limit) return {};
  return std::visit(LimitFinder(version, state, start, zone), *version.limit);
}

}  // namespace vardvakt::domain
