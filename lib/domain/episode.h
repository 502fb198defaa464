#pragma once

#include <map>
#include <optional>
#include <string>

#include "lib/base/time.h"
#include "lib/domain/rules.h"
#include "lib/domain/series.h"

namespace vardvakt::domain {

enum class EpisodeState : uint8_t { kPending, kFiring, kResolved };
std::string_view EpisodeStateName(EpisodeState state);

// One stretch of time during which a rule held. A function of the log (architecture §4): its key is
// fingerprint and start, so a restart, a replica or a rebuild gets the same one. No identity of a person or a
// case is in it: a case's episode is told apart by its fingerprint alone.
struct Episode {
  std::string fingerprint;  // 16 hex digits over rule, region and series or case
  std::string rule;
  std::string region;
  Severity severity = Severity::kWarning;
  EpisodeState state = EpisodeState::kPending;
  Instant started_at;                  // from the data's time: when the rule began to hold
  std::optional<Instant> firing_at;    // grid point at which it had held long enough
  std::optional<Instant> resolved_at;  // grid point at which it no longer held
  std::string indicator;
  std::string level;  // where: of the series, or the finest place known of the case
  std::string key;
  std::string place;  // its name
  // What the text says in numbers; of a case: one.
  int64_t n = 0;
  int64_t within = 0;
  std::string window;  // empty for a case
  int floor_permille = 0;
  std::string summary_sv;
  std::string summary_en;
  std::string action;
  std::string runbook;

  bool operator==(const Episode&) const = default;
};

}  // namespace vardvakt::domain
