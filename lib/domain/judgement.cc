#include "lib/domain/judgement.h"

#include <algorithm>

namespace vardvakt::domain {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Holds(const AttributeCondition& condition, const CaseState& state) {
  return Contains(condition.values, state.Attribute(condition.attribute)) != condition.negate;
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

std::optional<Instant> DeadlineOf(const IndicatorVersion& version, Instant start) {
  if (!version.limit) return std::nullopt;
  // The first instant at which it can no longer be within: the limit plus the smallest tick.
  return start + std::get<DurationLimit>(*version.limit).limit + milliseconds(1);
}

// Spec §3, steps 4 to 6, as if the case had no deviation and no exemption.
void Complete(Judgement& j) {
  const bool within = j.deadline && *j.stop < *j.deadline;
  j.outcome = Outcome::kCompleted;
  j.duration = *j.stop - *j.start;
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

void LeaveOpen(Instant now, Better better, Judgement& j) {
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
    if (j.version->warn) j.warn_at = *j.start + j.version->warn->after_start;
    if (j.warn_at && due(*j.warn_at)) j.waiting = Waiting::kAtRisk;
    if (due(*j.deadline)) j.waiting = Waiting::kOverdue;
  }
  if (j.version->deadline_decides && due(*j.deadline + j.version->settle))
    j.decided = Count{*j.deadline, false};
}

// Excluded: out of numerator and denominator, kept in the counts before exclusions.
void Exclude(Judgement& j, std::string reason) {
  j.outcome = Outcome::kExcluded;
  j.reason = std::move(reason);
  j.completed.reset();
  j.decided.reset();
  j.waiting = Waiting::kNone;
}

}  // namespace

std::optional<Instant> Select(const CaseState& state, const MilestoneSelector& selector, Instant now,
                              Instant& next) {
  std::optional<Instant> found;
  Instant later = kNever;
  for (const Register& r : state.registers) {
    if (r.kind != RegisterKind::kMilestone) break;  // registers are sorted by kind, milestones first
    if (!r.set || !Contains(selector.milestones, r.name)) continue;
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
  if (state.Deleted() || !FindStart(state, indicator, now, zone, j)) return j;
  if (!WhereHolds(*j.version, state)) {
    j.version = nullptr;
    return j;
  }
  j.stop = Select(state, j.version->stop, now, j.next);
  j.deadline = DeadlineOf(*j.version, *j.start);
  std::string close_reason;
  FindClose(state, now, j, close_reason);

  if (j.stop && *j.stop < *j.start) {
    j.outcome = Outcome::kInvalid;
    j.reason = "stop_before_start";
  } else if (j.stop && !(j.closed_at && *j.closed_at < *j.stop)) {
    Complete(j);
  } else if (j.closed_at) {
    Close(j, std::move(close_reason));
  } else {
    LeaveOpen(now, indicator.better, j);
  }
  j.completed_before = j.completed;
  j.decided_before = j.decided;

  const Register* exemption = state.Find(RegisterKind::kExemption, indicator.id);
  if (j.version->pvv_excludes && state.deviation() == Deviation::kPvv) {
    Exclude(j, "pvv");
  } else if (exemption != nullptr && exemption->set) {
    Exclude(j, "exempted:" + exemption->text);
  }
  return j;
}

}  // namespace vardvakt::domain
