#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/time.h"

namespace vardvakt::domain {

// Patientvald, medicinskt orsakad, särskilt orsakad väntan (spec §2).
enum class Deviation : uint8_t { kNone, kPvv, kMov, kSov };

struct Exemption {
  std::string indicator;
  std::string reason;
  std::string decided_by;
  std::optional<Instant> decided_at;
  bool revoked = false;

  bool operator==(const Exemption&) const = default;
};

// One report from a source, as spec §2's table has it. An empty string is a field that was left out.
struct Event {
  std::string event_id;
  std::string source;
  std::string stream;
  std::string region;
  std::string case_id;
  std::optional<Instant> occurred_at;
  std::optional<Instant> recorded_at;
  std::string milestone;
  std::string resource;
  std::string resource_kind;
  bool retract = false;
  std::vector<std::pair<std::string, std::string>> attributes;  // no name twice
  std::optional<Deviation> deviation;                           // present and kNone clears
  std::string closed;
  std::optional<Exemption> exempted;
  bool deleted = false;

  bool operator==(const Event&) const = default;
};

std::string_view DeviationCode(Deviation deviation);  // "", "pvv", "mov", "sov"
std::optional<Deviation> ParseDeviation(std::string_view code);

}  // namespace vardvakt::domain
