#include "lib/domain/case_findings.h"

#include <algorithm>

namespace vardvakt::domain {
namespace {

constexpr std::array<std::string_view, kFindings> kNames = {
    "judged",         "not_judgeable",        "not_applicable",       "stop_before_start",
    "no_target_date", "no_treatment_form",    "missing_stop",         "missing_unit",
    "unknown_unit",   "missing_municipality", "unknown_municipality", "late_report"};

class Finder {
 public:
  Finder(const CaseState& state, const StreamDefinition& definition, const TimeZone& zone, CaseFindings& out)
      : state_(state), definition_(definition), zone_(zone), out_(out) {}

  void LookAt(const Indicator& indicator, const Judgement& j) {
    if (j.version == nullptr) return;
    applicable_ = true;
    if (j.outcome == Outcome::kInvalid) AddInvalid(j.reason);
    if (indicator.shape != Shape::kShare) return;
    if (MissesStop(j)) Add(Finding::kMissingStop);
    if (!j.version->pvv_excludes || !j.start || *j.start >= first_start_) return;
    first_start_ = *j.start;
    out_.excludable_by = static_cast<int>(&indicator - definition_.indicators.data());
  }

  void LookAtPlace(const Geography& geography) {
    const std::string_view unit = state_.Attribute("unit");
    if (unit.empty()) {
      Add(Finding::kMissingUnit);
    } else if (geography.FindUnit(unit) == nullptr) {
      Add(Finding::kUnknownUnit);
    }
    static const Level municipality{.name = {}, .kind = LevelKind::kMunicipality, .attribute = {}};
    const std::string key = KeyAtLevel(municipality, state_, geography);
    if (key == kUnknownKey) Add(Finding::kMissingMunicipality);
    if (key == kOutsideKey) Add(Finding::kUnknownMunicipality);
  }

  void LookAtTimes() {
    for (const Register& r : state_.registers) {
      if (r.kind != RegisterKind::kMilestone) break;  // milestones come first
      if (r.set && state_.stamps[r.stamp].recorded_at - r.at > kLateAfter) return Add(Finding::kLateReport);
    }
  }

  void Finish() {
    const bool invalid = out_.Has(Finding::kNotJudgeable);
    if (!invalid) Add(applicable_ ? Finding::kJudged : Finding::kNotApplicable);
    if (first_start_ == kNever) return;
    out_.excludable_since = MonthOf(zone_.DayOf(first_start_));
    out_.pvv = state_.deviation() == Deviation::kPvv;
  }

 private:
  void Add(Finding finding) {
    out_.bits = static_cast<uint16_t>(out_.bits | 1u << static_cast<int>(finding));
  }

  void AddInvalid(std::string_view reason) {
    Add(Finding::kNotJudgeable);
    for (Finding of_reason : {Finding::kStopBeforeStart, Finding::kNoTargetDate, Finding::kNoTreatmentForm}) {
      if (FindingName(of_reason) == reason) Add(of_reason);
    }
  }

  // The clock runs or would run, no stop has been reported, and a milestone that the stream declares behind
  // every stop was reached after the start.
  bool MissesStop(const Judgement& j) const {
    if (j.stop || j.closed_at || (j.outcome != Outcome::kOpen && j.outcome != Outcome::kExcluded))
      return false;
    Instant later = kNever;
    if (Select(state_, j.version->stop, kBeginningOfTime, later) || later != kNever) return false;
    const auto& order = definition_.milestones;
    auto behind = order.begin();
    for (const std::string& stop : MilestonesOf(j.version->stop, state_)) {
      const auto at = std::find(order.begin(), order.end(), stop);
      if (at == order.end()) return false;
      behind = std::max(behind, at + 1);
    }
    return std::any_of(state_.registers.begin(), state_.registers.end(), [&](const Register& r) {
      return r.kind == RegisterKind::kMilestone && r.set && r.at >= *j.start &&
             std::find(behind, order.end(), r.name) != order.end();
    });
  }

  const CaseState& state_;
  const StreamDefinition& definition_;
  const TimeZone& zone_;
  CaseFindings& out_;
  bool applicable_ = false;
  Instant first_start_ = kNever;
};

}  // namespace

std::string_view FindingName(Finding finding) { return kNames[static_cast<size_t>(finding)]; }

MonthIndex MonthOf(LocalDay day) {
  const std::chrono::year_month_day date(day);
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

CaseFindings FindingsOf(const CaseState& state, const std::vector<Judgement>& judgements,
                        const StreamDefinition& definition, const Geography& geography,
                        const TimeZone& zone) {
  static const Level unit{.name = {}, .kind = LevelKind::kUnit, .attribute = {}};
  CaseFindings findings;
  if (!state.stamps.empty()) findings.source = state.stamps.front().source;
  findings.unit = KeyAtLevel(unit, state, geography);
  if (state.Deleted()) return findings;
  Finder finder(state, definition, zone, findings);
  for (size_t i = 0; i < judgements.size(); ++i) finder.LookAt(definition.indicators[i], judgements[i]);
  finder.LookAtPlace(geography);
  finder.LookAtTimes();
  finder.Finish();
  return findings;
}

}  // namespace vardvakt::domain
