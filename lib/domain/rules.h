#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/windows.h"

namespace vardvakt::domain {

enum class Severity : uint8_t { kInfo, kWarning, kPage };
std::string_view SeverityName(Severity severity);

// What `{...}` in a summary may name; the engine fills them in.
inline constexpr std::array<std::string_view, 2> kCasePlaceholders = {"place", "since"};
inline constexpr std::array<std::string_view, 9> kThresholdPlaceholders = {
    "place", "share", "n", "within", "missed", "floor", "window", "since", "carriers"};

// What an open case must be for a `case` rule to hold.
enum class CaseCondition : uint8_t { kAtRisk, kOverdue };

// An episode for each open case that is at risk, or overdue, by an indicator.
struct CaseRule {
  std::string id;
  std::string indicator;
  CaseCondition condition = CaseCondition::kOverdue;
  Severity severity = Severity::kWarning;
  std::string summary_sv;  // what it says
  std::string summary_en;
  std::string action;   // what to do
  std::string runbook;  // path below docs/runbooks
};

// An episode for each series of a level whose share of `decided` in a window stays below a floor.
struct ThresholdRule {
  std::string id;
  std::string indicator;
  std::string level = "region";
  Window window = Window::k24h;
  int floor_permille = 0;   // fires below it
  int clear_permille = 0;   // resolves at or above it (>= floor: hysteresis)
  int64_t min_n = 0;        // never fires with fewer cases
  Duration for_at_least{};  // how long it must hold first
  Severity severity = Severity::kPage;
  std::string summary_sv;
  std::string summary_en;
  std::string action;
  std::string runbook;
};

struct AlertRules {
  std::vector<CaseRule> case_rules;
  std::vector<ThresholdRule> threshold_rules;
  Duration grid = seconds(1);
};

}  // namespace vardvakt::domain
