#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/event.h"

namespace vardvakt::domain {

// What orders two values of one register: (recorded_at, source, event_id), strings as bytes (spec §2.1).
// `content` tells apart two events that carry the same version; it decides nothing but the accounting.
struct Stamp {
  Instant recorded_at;
  std::string source;
  std::string event_id;
  uint64_t content = 0;

  bool operator==(const Stamp&) const = default;
};

enum class RegisterKind : uint8_t { kMilestone, kAttribute, kDeviation, kClosed, kDeleted, kExemption };

// One register of a case. Every kind merges by the same rule, so there is one shape for all:
//   kMilestone  name = milestone, resource = unit that reached it, text = kind of resource, at = when
//   kAttribute  name = attribute, text = value                     (cleared: not set)
//   kDeviation  text = code                                        (cleared: not set)
//   kClosed     text = reason, at = when                           (reopened: not set)
//   kDeleted                                                       (taken back: not set)
//   kExemption  name = indicator, text = reason, resource unused, extra = decided_by, at = decided_at
//                                                                  (revoked: not set)
struct Register {
  RegisterKind kind;
  bool set = false;
  uint32_t stamp = 0;  // index into CaseState::stamps
  Instant at = kBeginningOfTime;
  std::string name;
  std::string resource;
  std::string text;
  std::string extra;

  bool operator==(const Register&) const = default;
};

// All that is known of one case. Invariants: registers are sorted by (kind, name, resource) and unique;
// stamps hold exactly those that a register refers to, sorted. Hence equal sets of events give equal states,
// bit for bit. A plain value; one thread at a time.
struct CaseState {
  std::vector<Stamp> stamps;
  std::vector<Register> registers;

  const Register* Find(RegisterKind kind, std::string_view name = {}, std::string_view resource = {}) const;
  // The value of an attribute; "" when it is missing or cleared.
  std::string_view Attribute(std::string_view name) const;
  bool Deleted() const;
  Deviation deviation() const;

  bool operator==(const CaseState&) const = default;
};

// Merges one accepted event (spec §2.1). True when the state changed. Commutative, associative, idempotent.
bool Merge(const Event& event, CaseState& state);

// How many distinct events hold a value in some register (spec §2.1: the others are `without_effect`).
inline int64_t StandingEvents(const CaseState& state) { return static_cast<int64_t>(state.stamps.size()); }

}  // namespace vardvakt::domain
