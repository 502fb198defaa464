#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/time.h"

namespace vardvakt::domain {

// `where`: the attribute's value is (or, `negate`, is not) one of `values`; a missing attribute is "".
struct AttributeCondition {
  std::string attribute;
  std::vector<std::string> values;
  bool negate = false;
};

enum class Pick : uint8_t { kFirst, kLast };

// Which registers start or stop the clock: any of `milestones`, reached by a resource of one of `kinds`
// (empty: every kind; "" stands for none given); the earliest, or latest, of them.
struct MilestoneSelector {
  std::vector<std::string> milestones;
  std::vector<std::string> kinds;
  Pick pick = Pick::kFirst;
};

// `stop - start <= limit` (spec §3.4). Further shapes of limit join this variant.
struct DurationLimit {
  Duration limit{};
};
using Limit = std::variant<DurationLimit>;

// From when an open case is at risk: so long after the start.
struct WarnAfter {
  Duration after_start{};
};

enum class Better : uint8_t { kHigher, kLower };

// A share in per mille, in force from a local day on.
struct Goal {
  LocalDay valid_from;
  int permille = 0;
};

// Where a series gets its key from.
enum class LevelKind : uint8_t { kRegion, kLansdel, kHospital, kUnit, kMunicipality, kAttribute, kUnitTag };

struct Level {
  std::string name;  // "region", "lansdel", …, or the configured one
  LevelKind kind = LevelKind::kRegion;
  std::string attribute;  // kAttribute: of the case; kUnitTag: tag of the unit
};

// One configured roll-up: a level, and whether it is broken down by sex and by age band as well.
struct RollUp {
  int level = 0;  // index into StreamDefinition::levels
  bool by_sex = false;
  bool by_age = false;
};

// One version of an indicator's definition, judged by as spec §3 says.
struct IndicatorVersion {
  LocalDay valid_from;
  std::vector<AttributeCondition> where;
  MilestoneSelector start;
  MilestoneSelector stop;
  std::optional<Limit> limit;
  std::optional<WarnAfter> warn;
  Duration settle{};
  bool deadline_decides = true;
  bool pvv_excludes = true;
};

// An indicator: what it is called, its versions (ascending by valid_from; the first from the beginning of
// time), its goals (likewise), and the series it is kept for.
struct Indicator {
  std::string id;
  std::string name_sv;
  std::string name_en;
  std::string description_sv;
  std::string description_en;
  std::string source;
  Better better = Better::kHigher;
  std::vector<IndicatorVersion> versions;
  std::vector<Goal> goals;
  std::vector<RollUp> roll_ups;

  // The version in force on a local day: the newest with valid_from <= day.
  const IndicatorVersion& VersionOn(LocalDay day) const;
  // Nullopt where there is none.
  std::optional<int> GoalOn(LocalDay day) const;
  // "id@valid_from".
  std::string VersionName(const IndicatorVersion& version) const;
};

// Everything that one stream's task judges by.
struct StreamDefinition {
  std::string stream;
  std::vector<Level> levels;
  std::vector<Indicator> indicators;  // ascending by id
};

}  // namespace vardvakt::domain
