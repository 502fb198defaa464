#include "lib/domain/judgement.h"

#include <algorithm>

#include "lib/domain/case_limit.h"
#include "lib/domain/series.h"

namespace vardvakt::domain {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool WhereHolds(const IndicatorVersion& version, const CaseState& state) {
  return std::all_of(version.where.begin(), version.where.end(),
                     [&](const AttributeCondition& condition) { return Holds(condition, state); });
}

// The version by which the case is judged: in force on the local date of its start (spec §3), where the start
// is the one that this version means. Sets start and version; false when the case has none.
bool FindStart(const CaseState& state, const Indicator& indicator, Instant now, const TimeZone& zone,
               Judgement& j) {
  for (auto version = indicator.versions.rbegin(); version != indicator.versions.rend(); ++version) {
    const auto start = Select(state, version->start, now, j.next);
    if (!start || &indicator.VersionOn(zone.DayOf(*start)) != &*version) continue;
    j.start = start;
    j.version = &*version;
    return true;
  }
  return false;
}

void FindClose(const CaseState& state, Instant now, Judgement& j, std::string& reason) {
  const Register* closed = state.Find(RegisterKind::kClosed);
  if (closed == nullptr || !closed->set) return;
  if (closed->at > now) {
    j.next = std::min(j.next, closed->at);
    return;
  }
  j.closed_at = closed->at;
  reason = closed->text;
}

Duration DurationOf(const Judgement& j, DurationUnit unit, const TimeZone& zone) {
  return unit == DurationUnit::kDays ? Duration(zone.DayOf(*j.stop) - zone.DayOf(*j.start))
                                     : *j.stop - *j.start;
}

// Spec §3, steps 4 to 6, as if the case had no deviation and no exemption.
void Complete(Duration duration, Judgement& j) {
  const bool within = j.deadline && *j.stop < *j.deadline;
  j.outcome = Outcome::kCompleted;
  j.duration = duration;
  j.completed = Count{*j.stop, within};
  if (!j.deadline) return;
  j.decided = Count{j.version->deadline_decides ? std::min(*j.stop, *j.deadline) : *j.stop, within};
}

void Close(Judgement& j, std::string reason) {
  j.outcome = Outcome::kClosed;
  j.reason = std::move(reason);
  if (j.deadline && j.version->deadline_decides && *j.closed_at >= *j.deadline)
    j.decided = Count{*j.deadline, false};
}

void LeaveOpen(Instant now, Better better, std::optional<Instant> warn_at, Judgement& j) {
  j.outcome = Outcome::kOpen;
  j.waiting = Waiting::kInTime;
  const auto due = [&](Instant at) {
    if (now >= at) return true;
    j.next = std::min(j.next, at);
    return false;
  };
  if (!j.deadline) return;
  if (better == Better::kLower) {
    // Under observation, until it can no longer become what is unwanted.
    if (due(*j.deadline)) j.waiting = Waiting::kNone;
  } else {
    j.warn_at = warn_at;
    if (j.warn_at && due(*j.warn_at)) j.waiting = Waiting::kAtRisk;
    if (due(*j.deadline)) j.waiting = Waiting::kOverdue;
  }
  if (j.version->deadline_decides && due(*j.deadline + j.version->settle))
    j.decided = Count{*j.deadline, false};
}

void Invalidate(std::string_view reason, Judgement& j) {
  j.outcome = Outcome::kInvalid;
  j.reason = reason;
}

// Excluded: out of numerator and denominator, kept in the counts before exclusions.
void Exclude(std::string reason, Judgement& j) {
  j.outcome = Outcome::kExcluded;
  j.reason = std::move(reason);
  j.completed.reset();
  j.decided.reset();
  j.waiting = Waiting::kNone;
}

// MoV (spec §3): its days count once it is done, and its deadline decides nothing.
void ExcuseForMedicalReasons(Judgement& j) {
  if (j.outcome == Outcome::kOpen) Exclude("mov", j);
  if (j.outcome == Outcome::kClosed) j.decided.reset();
  if (j.outcome == Outcome::kCompleted && j.decided) j.decided->at = *j.stop;
}

void ApplyExclusions(const CaseState& state, const Indicator& indicator, Judgement& j) {
  j.completed_before = j.completed;
  j.decided_before = j.decided;
  const Deviation deviation = state.deviation();
  const Register* exemption = state.Find(RegisterKind::kExemption, indicator.id);
  if (j.version->pvv_excludes && deviation == Deviation::kPvv) {
    Exclude("pvv", j);
  } else if (exemption != nullptr && exemption->set) {
    Exclude("exempted:" + exemption->text, j);
  } else if (j.version->mov_excludes && deviation == Deviation::kMov) {
    ExcuseForMedicalReasons(j);
  }
}

// A ratio's or a count's: the case counts at the earliest register of what is counted, whatever else it is.
Judgement JudgeCounted(const CaseState& state, const Indicator& indicator, Instant now,
                       const TimeZone& zone) {
  Judgement j;
  for (auto version = indicator.versions.rbegin(); version != indicator.versions.rend(); ++version) {
    if (!WhereHolds(*version, state)) continue;
    const auto reached = Select(state, version->stop, now, j.next);
    if (!reached || &indicator.VersionOn(zone.DayOf(*reached)) != &*version) continue;
    if (!AgeCounts(*version, state, *reached, zone)) continue;
    j.version = &*version;
    j.outcome = Outcome::kCompleted;
    j.stop = reached;
    j.completed = Count{*reached, true};
    return j;
  }
  return j;
}

// Spec §3, steps 3 to 6, as if there were no deviation and no exemption.
void JudgeClock(const CaseState& state, const Indicator& indicator, const CaseLimit& limit, Instant now,
                const TimeZone& zone, Judgement& j) {
  j.stop = Select(state, j.version->stop, now, j.next);
  j.deadline = limit.deadline;
  std::string close_reason;
  FindClose(state, now, j, close_reason);
  if (j.stop && *j.stop < *j.start) {
    Invalidate("stop_before_start", j);
  } else if (j.stop && !(j.closed_at && *j.closed_at < *j.stop)) {
    if (!limit.missing.empty()) return Invalidate(limit.missing, j);
    Complete(DurationOf(j, indicator.unit, zone), j);
  } else if (j.closed_at) {
    Close(j, std::move(close_reason));
  } else if (limit.missing_when_open) {
    Invalidate(limit.missing, j);
  } else {
    LeaveOpen(now, indicator.better, limit.warn_at, j);
  }
}

}  // namespace

bool Holds(const AttributeCondition& condition, const CaseState& state) {
  return Contains(condition.values, state.Attribute(condition.attribute)) != condition.negate;
}

bool AgeCounts(const IndicatorVersion& version, const CaseState& state, Instant at, const TimeZone& zone) {
  if (!version.ages) return true;
  const std::optional<int> years = YearsOfAge(state, at, zone);
  return years && *years >= version.ages->from && (!version.ages->to || *years <= *version.ages->to);
}

const std::vector<std::string>& MilestonesOf(const MilestoneSelector& selector, const CaseState& state) {
  const bool instead = selector.instead && Holds(selector.instead->when, state);
  return instead ? selector.instead->milestones : selector.milestones;
}

std::optional<Instant> Select(const CaseState& state, const MilestoneSelector& selector, Instant now,
                              Instant& next) {
  std::optional<Instant> found;
  Instant later = kNever;
  const auto& milestones = MilestonesOf(selector, state);
  for (const Register& r : state.registers) {
    if (r.kind != RegisterKind::kMilestone) break;  // registers are sorted by kind, milestones first
    if (!r.set || !Contains(milestones, r.name)) continue;
    if (!selector.kinds.empty() && !Contains(selector.kinds, r.text)) continue;
    if (r.at > now) {
      later = std::min(later, r.at);
    } else if (!found || (selector.pick == Pick::kFirst ? r.at < *found : r.at > *found)) {
      found = r.at;
    }
  }
  if (!found || selector.pick == Pick::kLast) next = std::min(next, later);
  return found;
}

Judgement Judge(const CaseState& state, const Indicator& indicator, Instant now, const TimeZone& zone) {
  Judgement j;
  if (state.Deleted()) return j;
  if (indicator.shape != Shape::kShare) return JudgeCounted(state, indicator, now, zone);
  if (!FindStart(state, indicator, now, zone, j)) return j;
  const bool meant = WhereHolds(*j.version, state) && AgeCounts(*j.version, state, *j.start, zone);
  const CaseLimit limit = meant ? LimitOf(*j.version, state, *j.start, zone) : CaseLimit{.applies = false};
  if (!limit.applies) {
    j.version = nullptr;
    return j;
  }
  JudgeClock(state, indicator, limit, now, zone, j);
  ApplyExclusions(state, indicator, j);
  if (j.waiting != Waiting::kNone && indicator.unit == DurationUnit::kDays)
    j.waiting_since = zone.DayOf(*j.start);
  return j;
}

}  // namespace vardvakt::domain
