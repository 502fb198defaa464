#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::domain {

// Why input became a dead letter. The names are the contract's (spec §2.1).
enum class Reject : uint8_t {
  kMalformed,
  kMissingField,
  kUnknownStream,
  kUnknownRegion,
  kUnknownMilestone,
  kUnknownAttribute,
  kBadTime,
  kPersonalNumber,
  kTooLarge,
  kFromTheFuture,
  kTooOld,
  kCaseExpired,
  kWrongPartition,
};
std::string_view RejectName(Reject reason);

// A field's or attribute's name as a detail may repeat it: short and of letters and '_' only, so that it can
// hold no number of a person; "(name withheld)" otherwise.
std::string_view SafeName(std::string_view name);

struct Rejection {
  Reject reason;
  std::string detail;  // what and where; never a value of the input
};

// What a deployment accepts; built from configuration.
struct StreamSchema {
  std::string name;
  bool case_scope_stream = false;  // spec §2: name the case by stream and id alone
  bool strict_milestones = false;
  bool strict_attributes = false;
  absl::flat_hash_set<std::string> milestones;
  absl::flat_hash_set<std::string> attributes;
};

struct IntakeRules {
  absl::flat_hash_map<std::string, StreamSchema> streams;
  absl::flat_hash_set<std::string> regions;  // empty: any
  Duration future_tolerance = minutes(5);
  std::optional<Duration> too_old_after;  // at the way in only
};

// The rules of spec §2 and §2.1 that an event must meet on its own, and against its append time. Nullopt when
// it is accepted. Where several apply, the first in the order of spec §2.1's list is named.
std::optional<Rejection> CheckEvent(const Event& event, const IntakeRules& rules, Instant append_time);

// `too_old`, which is asked at the way in only.
std::optional<Rejection> CheckAge(const Event& event, const IntakeRules& rules, Instant now);

}  // namespace vardvakt::domain
