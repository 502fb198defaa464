#pragma once

#include <optional>
#include <string>

#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"

namespace vardvakt::domain {

enum class Outcome : uint8_t { kNotApplicable, kExcluded, kInvalid, kCompleted, kClosed, kOpen };

// Where an open case stands (spec §4); overdue ones are not at risk any more.
enum class Waiting : uint8_t { kNone, kInTime, kAtRisk, kOverdue };

// One case counted once in a pane: when, and whether within.
struct Count {
  Instant at;
  bool within = false;
  bool operator==(const Count&) const = default;
};

// What one case is by one indicator, as of an instant. A pure function of (registers, definition, now).
struct Judgement {
  Outcome outcome = Outcome::kNotApplicable;
  std::string reason;                         // of excluded, closed, invalid
  const IndicatorVersion* version = nullptr;  // null when not applicable

  std::optional<Instant> start;
  std::optional<Instant> stop;
  std::optional<Instant> closed_at;
  std::optional<Instant> warn_at;
  std::optional<Instant> deadline;  // first instant at which the case can no longer be within

  std::optional<Count> completed;         // counts in `completed`, at its stop
  std::optional<Count> decided;           // counts in `decided`
  std::optional<Count> completed_before;  // the same two, judged as if it had no deviation and no exemption
  std::optional<Count> decided_before;
  // When completed or completed_before: stop - start, of an indicator in days whole ones by the local dates.
  Duration duration{};
  Waiting waiting = Waiting::kNone;
  std::optional<LocalDay> waiting_since;  // of a waiting case of an indicator in days

  // The next instant at which time alone can change this judgement; kNever when none can.
  Instant next = kNever;
};

// Spec §3, the steps in their order.
Judgement Judge(const CaseState& state, const Indicator& indicator, Instant now, const TimeZone& zone);

bool Holds(const AttributeCondition& condition, const CaseState& state);
bool AgeCounts(const IndicatorVersion& version, const CaseState& state, Instant at, const TimeZone& zone);

// The milestones that a selector means for a case.
const std::vector<std::string>& MilestonesOf(const MilestoneSelector& selector, const CaseState& state);

// The earliest (or latest) register that a selector means, that is set and not later than `now`; and, through
// `next`, the earliest such one after `now`.
std::optional<Instant> Select(const CaseState& state, const MilestoneSelector& selector, Instant now,
                              Instant& next);

}  // namespace vardvakt::domain
