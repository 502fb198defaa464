#include "lib/base/hash.h"
#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

// Raised whenever judging, counting or the rules change what they make of the same input.
constexpr int64_t kCodeVersion = 1;

// Values with their counts, so that no two different lists of values give the same sequence.
class Hasher {
 public:
  void Add(std::string_view text) { hash_.Add(text); }
  void Add(int64_t value) { hash_.Add(static_cast<uint64_t>(value)); }
  void Add(const std::vector<std::string>& texts) {
    Add(static_cast<int64_t>(texts.size()));
    for (const std::string& text : texts) Add(std::string_view(text));
  }
  void Add(Duration duration) { Add(int64_t{duration.count()}); }
  void Add(LocalDay day) { Add(int64_t{day.time_since_epoch().count()}); }
  template <typename Set>
  void AddSorted(const Set& set) {
    std::vector<std::string> sorted(set.begin(), set.end());
    std::sort(sorted.begin(), sorted.end());
    Add(sorted);
  }
  uint64_t value() const { return hash_.value(); }

 private:
  StableHash hash_;
};

void AddPathways(const domain::PathwayTable& table, Hasher& hasher) {
  hasher.Add(static_cast<int64_t>(table.versions.size()));
  for (const domain::PathwayVersion& version : table.versions) {
    hasher.Add(version.pathway);
    hasher.Add(version.valid_from);
    hasher.Add(int64_t{version.under_18});
    hasher.Add(int64_t{version.pad_subtract_days});
    hasher.Add(static_cast<int64_t>(version.variants.size()));
    for (const domain::PathwayVariant& variant : version.variants) {
      hasher.Add(variant.variant);
      hasher.Add(static_cast<int64_t>(variant.limits.size()));
      for (const domain::FormLimit& limit : variant.limits) {
        hasher.Add(limit.treatment_form);
        hasher.Add(int64_t{limit.days.value_or(-1)});
      }
    }
  }
}

void AddLimit(const domain::Limit& limit, Hasher& hasher) {
  if (const auto* duration = std::get_if<domain::DurationLimit>(&limit)) hasher.Add(duration->limit);
  if (const auto* by_days = std::get_if<domain::CalendarDaysLimit>(&limit))
    hasher.Add(int64_t{by_days->days});
  if (const auto* by_date = std::get_if<domain::DateLimit>(&limit)) hasher.Add(by_date->attribute);
  if (const auto* by_table = std::get_if<domain::PathwayLimit>(&limit)) AddPathways(*by_table->table, hasher);
}

void AddWarn(const domain::Warn& warn, Hasher& hasher) {
  if (const auto* after = std::get_if<domain::WarnAfter>(&warn)) hasher.Add(after->after_start);
  if (const auto* before = std::get_if<domain::WarnDaysBefore>(&warn)) hasher.Add(int64_t{before->days});
}

void AddCondition(const domain::AttributeCondition& condition, Hasher& hasher) {
  hasher.Add(condition.attribute);
  hasher.Add(condition.values);
  hasher.Add(int64_t{condition.negate});
}

void AddSelector(const domain::MilestoneSelector& selector, Hasher& hasher) {
  hasher.Add(selector.milestones);
  hasher.Add(selector.kinds);
  hasher.Add(static_cast<int64_t>(selector.pick));
  hasher.Add(int64_t{selector.instead.has_value()});
  if (selector.instead) {
    AddCondition(selector.instead->when, hasher);
    hasher.Add(selector.instead->milestones);
  }
}

void AddVersion(const domain::IndicatorVersion& version, Hasher& hasher) {
  hasher.Add(version.valid_from);
  hasher.Add(static_cast<int64_t>(version.where.size()));
  for (const domain::AttributeCondition& condition : version.where) AddCondition(condition, hasher);
  hasher.Add(version.ages ? int64_t{version.ages->from} : int64_t{-1});
  hasher.Add(version.ages && version.ages->to ? int64_t{*version.ages->to} : int64_t{-1});
  AddSelector(version.start, hasher);
  AddSelector(version.stop, hasher);
  hasher.Add(version.limit ? static_cast<int64_t>(version.limit->index()) : int64_t{-1});
  if (version.limit) AddLimit(*version.limit, hasher);
  hasher.Add(version.warn ? static_cast<int64_t>(version.warn->index()) : int64_t{-1});
  if (version.warn) AddWarn(*version.warn, hasher);
  hasher.Add(version.settle);
  hasher.Add(int64_t{version.deadline_decides});
  hasher.Add(int64_t{version.pvv_excludes});
  hasher.Add(int64_t{version.mov_excludes});
  hasher.Add(int64_t{version.without_limit_in != nullptr});
  if (version.without_limit_in != nullptr) AddPathways(*version.without_limit_in, hasher);
}

// What cases are judged and counted by.
void AddStream(const domain::StreamDefinition& stream, Hasher& hasher) {
  hasher.Add(stream.stream);
  hasher.Add(stream.milestones);
  hasher.Add(static_cast<int64_t>(stream.indicators.size()));
  for (const domain::Indicator& indicator : stream.indicators) {
    hasher.Add(indicator.id);
    hasher.Add(static_cast<int64_t>(indicator.better));
    hasher.Add(static_cast<int64_t>(indicator.shape));
    hasher.Add(static_cast<int64_t>(indicator.unit));
    hasher.Add(static_cast<int64_t>(indicator.versions.size()));
    for (const domain::IndicatorVersion& version : indicator.versions) AddVersion(version, hasher);
    hasher.Add(static_cast<int64_t>(indicator.roll_ups.size()));
    for (const domain::RollUp& roll_up : indicator.roll_ups) {
      const domain::Level& level = stream.levels[static_cast<size_t>(roll_up.level)];
      hasher.Add(level.name);
      hasher.Add(static_cast<int64_t>(level.kind));
      hasher.Add(level.attribute);
      hasher.Add(int64_t{roll_up.by_sex});
      hasher.Add(int64_t{roll_up.by_age});
    }
  }
}

// What is said of the sums of cases.
void AddGoals(const domain::StreamDefinition& stream, Hasher& hasher) {
  for (const domain::Indicator& indicator : stream.indicators) {
    hasher.Add(static_cast<int64_t>(indicator.denominator_rule));
    hasher.Add(static_cast<int64_t>(indicator.denominators.size()));
    for (const domain::Denominator& denominator : indicator.denominators) {
      hasher.Add({denominator.level, denominator.key});
      hasher.Add(int64_t{denominator.year});
      hasher.Add(denominator.count);
    }
    hasher.Add(static_cast<int64_t>(indicator.goals.size()));
    for (const domain::Goal& goal : indicator.goals) {
      hasher.Add(goal.valid_from);
      hasher.Add(goal.value);
    }
  }
}

void AddIntake(const std::string& stream, const domain::IntakeRules& intake, Hasher& hasher) {
  hasher.Add(intake.future_tolerance);
  const auto schema = intake.streams.find(stream);
  if (schema == intake.streams.end()) return;
  hasher.Add(int64_t{schema->second.case_scope_stream});
  hasher.Add(int64_t{schema->second.strict_milestones});
  hasher.Add(int64_t{schema->second.strict_attributes});
  if (schema->second.strict_milestones) hasher.AddSorted(schema->second.milestones);
  if (schema->second.strict_attributes) hasher.AddSorted(schema->second.attributes);
}

void AddGeography(const domain::Geography& geography, Hasher& hasher) {
  hasher.Add(geography.region_code);
  for (const domain::Hospital& hospital : geography.hospitals) {
    hasher.Add({hospital.code, hospital.lansdel});
  }
  for (const domain::Municipality& municipality : geography.municipalities) {
    hasher.Add({municipality.code, municipality.lansdel, municipality.hospital});
  }
  for (const domain::Unit& unit : geography.units) {
    hasher.Add({unit.code, unit.hospital, unit.lansdel, unit.municipality});
    std::vector<std::string> tags;
    for (const auto& [name, value] : std::map<std::string, std::string>(unit.tags.begin(), unit.tags.end())) {
      tags.push_back(name);
      tags.push_back(value);
    }
    hasher.Add(tags);
  }
}

// What the time zone does to numbers: where its days begin. So new time zone data changes the digest only
// where it changes this region's days.
void AddZone(const TimeZone& zone, Hasher& hasher) {
  using std::chrono::year;
  const LocalDay first{std::chrono::local_days(year(1970) / 1 / 1)};
  const LocalDay last{std::chrono::local_days(year(2100) / 1 / 1)};
  for (LocalDay day = first; day < last; day += days(1)) hasher.Add(MillisOf(zone.StartOf(day)));
}

void AddRules(const domain::AlertRules& rules, Hasher& hasher) {
  hasher.Add(rules.grid);
  for (const domain::CaseRule& rule : rules.case_rules) {
    hasher.Add({rule.id, rule.indicator});
    hasher.Add(static_cast<int64_t>(rule.condition));
    hasher.Add(static_cast<int64_t>(rule.severity));
  }
  for (const domain::ThresholdRule& rule : rules.threshold_rules) {
    hasher.Add({rule.id, rule.indicator, rule.level});
    hasher.Add(static_cast<int64_t>(rule.window));
    hasher.Add(int64_t{rule.floor_permille});
    hasher.Add(int64_t{rule.clear_permille});
    hasher.Add(rule.min_n);
    hasher.Add(rule.for_at_least);
    hasher.Add(static_cast<int64_t>(rule.severity));
  }
}

}  // namespace

StreamDigest DigestOf(const domain::StreamDefinition& stream, const RegionConfiguration& region,
                      const domain::IntakeRules& intake) {
  Hasher judging;
  judging.Add(region.code);
  AddIntake(stream.stream, intake, judging);
  AddStream(stream, judging);
  AddGeography(region.geography, judging);
  Hasher telling;
  AddGoals(stream, telling);
  AddRules(region.rules, telling);
  return {.judging = judging.value(), .telling = telling.value()};
}

uint64_t MachineDigestOf(const TimeZone& zone) {
  Hasher hasher;
  hasher.Add(kCodeVersion);
  AddZone(zone, hasher);
  return hasher.value();
}

}  // namespace vardvakt::config
