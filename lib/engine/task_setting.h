#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/time_zone.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/intake.h"
#include "lib/domain/rules.h"
#include "lib/engine/log.h"

namespace vardvakt::engine {

// Tells one set of definitions from another (docs/decisions/0008-revisions.md).
struct DefinitionsId {
  uint32_t revision = 1;  // as the configuration declares it; only grows
  uint64_t judging = 0;   // digest of what cases are judged and counted by
  uint64_t telling = 0;   // digest of the rest of the definitions: goals, denominators, rules
  uint64_t machine = 0;   // digest of what is not configured: the code's version, the time zone's days

  // Cases judged by the one are judged by the other.
  bool JudgesAs(const DefinitionsId& other) const {
    return judging == other.judging && machine == other.machine;
  }
  bool operator==(const DefinitionsId&) const = default;
};

// What a task judges by. The pointers are good while `owner` is held.
struct TaskSetting {
  std::string region;
  Partition partition;
  const domain::StreamDefinition* definition = nullptr;
  const domain::Geography* geography = nullptr;
  const TimeZone* zone = nullptr;
  const domain::IntakeRules* intake = nullptr;
  const domain::AlertRules* rules = nullptr;
  DefinitionsId id;
  std::shared_ptr<const void> owner;  // null: the pointers outlive the task anyway
};

}  // namespace vardvakt::engine
