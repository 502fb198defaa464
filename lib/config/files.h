#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/schema.h"
#include "lib/domain/definition.h"
#include "lib/domain/rules.h"

namespace vardvakt::config {

// The files as they were written, key by key, before anything is checked against anything else. Each table
// function declares one map of keys; build.h makes domain structs of them.

struct LevelText {
  Mark at;
  Located<std::string> level;
  Located<std::string> attribute;
  Located<std::string> unit_tag;
};
struct StreamText {
  Mark at;
  Located<std::string> stream;
  bool case_scope_stream = false;
  bool strict_milestones = false;
  bool strict_attributes = false;
  Duration settle{};
  std::vector<Located<std::string>> milestones;
  std::vector<Located<std::string>> attributes;
  std::vector<LevelText> levels;
};
struct StreamsText {
  Mark at;
  Duration future_tolerance{};
  Located<Duration> too_old_after;
  std::vector<StreamText> streams;
};

struct BothLanguages {
  std::string sv;
  std::string en;
};
struct ConditionText {
  Mark at;
  Located<std::string> attribute;
  Located<std::vector<std::string>> in;
  Located<std::vector<std::string>> not_in;
};
struct InsteadText {
  Mark at;
  Located<std::string> attribute;
  std::vector<std::string> in;
  std::vector<Located<std::string>> milestones;
};
struct SelectorText {
  std::vector<Located<std::string>> milestones;
  std::vector<std::string> resource_kinds;
  domain::Pick pick = domain::Pick::kFirst;
  Located<InsteadText> instead;
};
struct AgesText {
  Mark at;
  Located<int64_t> from;
  Located<int64_t> to;
};
struct WarnText {
  Mark at;
  Located<Duration> after;
  Located<Duration> before_deadline;
  Located<int> share_of_limit;  // per mille
  Located<int64_t> days_before;
};
struct RollUpText {
  Mark at;
  Located<std::string> level;
  std::vector<Located<std::string>> by;
};
struct VersionText {
  Mark at;
  Located<LocalDay> valid_from;
  Located<std::vector<ConditionText>> where;
  Located<AgesText> ages;
  Located<SelectorText> start;
  SelectorText stop;
  Located<Duration> limit;
  Located<int64_t> limit_days;
  Located<std::string> limit_date;
  Located<bool> limit_table;  // there is one table
  Located<bool> without_table_limit;
  Located<WarnText> warn;
  Located<Duration> settle;
  Located<bool> deadline_decides;
  Located<bool> pvv_excludes;
  Located<bool> mov_excludes;
};
struct GoalText {
  Mark at;
  Located<LocalDay> valid_from;
  Located<Node> goal;  // what it may be depends on the indicator's shape
};
struct IndicatorText {
  Mark at;
  Located<std::string> id;
  BothLanguages name;
  BothLanguages description;
  std::string source;
  domain::Better better = domain::Better::kHigher;
  domain::Shape shape = domain::Shape::kShare;
  Located<domain::DenominatorRule> denominator;
  Located<domain::DurationUnit> unit;
  std::vector<GoalText> goals;
  Located<std::vector<RollUpText>> roll_ups;
  std::vector<VersionText> versions;
};
struct IndicatorDefaultsText {
  std::vector<ConditionText> where;
  std::vector<RollUpText> roll_ups;
};
struct IndicatorsText {
  Mark at;
  Located<std::string> stream;
  IndicatorDefaultsText defaults;
  std::vector<IndicatorText> indicators;
};

struct RegionText {
  Located<std::string> code;
  std::string name;
  Located<std::string> time_zone;
};
struct LansdelText {
  Located<std::string> code;
  std::string name;
};
struct HospitalText {
  Located<std::string> code;
  std::string name;
  Located<std::string> lansdel;
};
struct MunicipalityText {
  Located<std::string> code;
  std::string name;
  Located<std::string> lansdel;
  Located<std::string> hospital;
  Located<std::vector<int64_t>> tile;
};
struct UnitText {
  Located<std::string> code;
  std::string name;
  std::string kind;
  Located<std::string> hospital;
  Located<std::string> lansdel;
  Located<std::string> municipality;
  std::map<std::string, std::string> tags;
  bool example = false;
};
struct UnitsText {
  Mark at;
  RegionText region;
  std::vector<LansdelText> lansdelar;
  std::vector<HospitalText> hospitals;
  std::vector<MunicipalityText> municipalities;
  std::vector<UnitText> units;
};

struct CaseRuleText {
  Mark at;
  Located<std::string> id;
  Located<std::string> indicator;
  Located<domain::CaseCondition> when;
  domain::Severity severity = domain::Severity::kWarning;
  Located<std::string> summary_sv;
  Located<std::string> summary_en;
  std::string action;
  Located<std::string> runbook;
};
struct ThresholdRuleText {
  Mark at;
  Located<std::string> id;
  Located<std::string> indicator;
  Located<std::string> level;
  Located<domain::Window> window;
  Located<int> floor;  // per mille
  Located<int> clear;  // per mille
  int64_t min_n = 0;
  Duration for_at_least{};
  domain::Severity severity = domain::Severity::kWarning;
  Located<std::string> summary_sv;
  Located<std::string> summary_en;
  std::string action;
  Located<std::string> runbook;
};
struct AlertsText {
  Mark at;
  Duration grid{};
  std::vector<CaseRuleText> case_rules;
  std::vector<ThresholdRuleText> threshold_rules;
};

struct DeployedRegionText {
  Located<std::string> code;
  Located<int64_t> partition;
};
struct RegionsText {
  Mark at;
  std::vector<DeployedRegionText> regions;
};

struct RevisionText {
  Mark at;
  int64_t revision = 1;
  std::string note;
};

struct SvfLimitText {
  Located<std::string> treatment_form;
  std::optional<int64_t> days;  // nullopt: no limit set
  std::string source;
  std::string dated;
};
struct SvfVariantText {
  Located<std::string> variant;
  std::vector<SvfLimitText> limits;
};
struct SvfPathwayText {
  Mark at;
  Located<std::string> pathway;
  std::string name;
  Located<LocalDay> valid_from;
  bool under_18 = false;
  int64_t pad_subtract_days = 0;
  std::string gap;
  std::vector<SvfVariantText> variants;
};
struct SvfLimitsText {
  std::vector<SvfPathwayText> pathways;
};

struct DenominatorText {
  Mark at;
  Located<std::string> indicator;
  Located<std::string> level;
  Located<std::string> key;
  Located<int64_t> year;
  Located<int64_t> count;
  bool example = false;
};
struct DenominatorsText {
  std::vector<DenominatorText> denominators;
};

const Table<StreamsText>& StreamsTable();
const Table<IndicatorsText>& IndicatorsTable();
const Table<UnitsText>& UnitsTable();
const Table<AlertsText>& AlertsTable();
const Table<RegionsText>& RegionsTable();
const Table<RevisionText>& RevisionTable();
const Table<SvfLimitsText>& SvfLimitsTable();
const Table<DenominatorsText>& DenominatorsTable();

// A kind of file of the directory, in the order of docs/configuration.md.
struct FileKind {
  std::string pattern;  // "units.yaml", "indicators/*.yaml"
  bool required = false;
  bool overlay = false;  // may stand in a region's folder too
  std::string doc;
  const TableInfo* table = nullptr;
};
const std::vector<FileKind>& FileKinds();

}  // namespace vardvakt::config
