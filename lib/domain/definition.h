#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/pathways.h"

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
  // For cases of which this condition holds, other milestones: form `palliativ` has another stop (spec §3).
  struct Instead {
    AttributeCondition when;
    std::vector<std::string> milestones;
  };
  std::optional<Instead> instead;
};

// Whose cases count: years of age in the local year of the start (of a ratio or a count: of the stop). An
// unknown age is in no range.
struct AgeRange {
  int from = 0;
  std::optional<int> to;
};

// `stop - start <= limit`.
struct DurationLimit {
  Duration limit{};
};
// `local_date(stop) - local_date(start) <= days`.
struct CalendarDaysLimit {
  int days = 0;
};
// `local_date(stop) <= ` the case's target date, YYYY-MM-DD in an attribute.
struct DateLimit {
  std::string attribute;
};
// Calendar days by pathway, variant and treatment form (spec §3, SVF).
struct PathwayLimit {
  std::shared_ptr<const PathwayTable> table;
};
using Limit = std::variant<DurationLimit, CalendarDaysLimit, DateLimit, PathwayLimit>;

// From when an open case is at risk: so long after the start; or from the beginning of the local day so many
// days before the last one that is within.
struct WarnAfter {
  Duration after_start{};
};
struct WarnDaysBefore {
  int days = 0;
};
using Warn = std::variant<WarnAfter, WarnDaysBefore>;

enum class Better : uint8_t { kHigher, kLower };

// A share or ratio in per mille, of a count the number a year; in force from a local day on.
struct Goal {
  LocalDay valid_from;
  int64_t value = 0;
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
  std::optional<AgeRange> ages;
  MilestoneSelector start;
  MilestoneSelector stop;
  std::optional<Limit> limit;
  std::optional<Warn> warn;
  Duration settle{};
  bool deadline_decides = true;
  bool pvv_excludes = true;
  // An open case with MoV waits in no count and is not decided by its deadline (spec §3).
  bool mov_excludes = false;
  // Only cases that this table has no limit for at all.
  std::shared_ptr<const PathwayTable> without_limit_in;
};

// What is asked of the cases (spec §1): how many stopped in time; how many reached `stop`, of a configured
// number of expected ones; how many reached it. The last two have no clock and look at `where` and `stop`
// alone.
enum class Shape : uint8_t { kShare, kRatio, kCount };
enum class DurationUnit : uint8_t { kSeconds, kDays };
std::string_view UnitName(DurationUnit unit);  // "seconds", "days"

// The count of a window: each local day's share of its year's, or that of the year of its last day.
enum class DenominatorRule : uint8_t { kYearOfLastDay, kProRata };
struct Denominator {
  std::string level;
  std::string key;
  int year = 0;
  int64_t count = 0;
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
  Shape shape = Shape::kShare;
  DurationUnit unit = DurationUnit::kSeconds;  // of its durations
  DenominatorRule denominator_rule = DenominatorRule::kYearOfLastDay;
  std::vector<Denominator> denominators;  // of a ratio
  std::vector<IndicatorVersion> versions;
  std::vector<Goal> goals;
  std::vector<RollUp> roll_ups;

  // The version in force on a local day: the newest with valid_from <= day.
  const IndicatorVersion& VersionOn(LocalDay day) const;
  // Nullopt where there is none.
  std::optional<int64_t> GoalOn(LocalDay day) const;
  // "id@valid_from".
  std::string VersionName(const IndicatorVersion& version) const;
};

// Everything that one stream's task judges by.
struct StreamDefinition {
  std::string stream;
  std::vector<Level> levels;
  std::vector<Indicator> indicators;         // ascending by id
  std::vector<std::string> milestones = {};  // in the order in which a case reaches them
};

}  // namespace vardvakt::domain
