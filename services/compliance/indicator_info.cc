#include "services/compliance/indicator_info.h"

#include <chrono>
#include <set>

#include "services/compliance/words.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

constexpr char kPathwayTable[] = "svf";  // as the configuration names it

std::string ShapeName(domain::Shape shape) {
  switch (shape) {
    case domain::Shape::kShare:
      return "share";
    case domain::Shape::kRatio:
      return "ratio";
    case domain::Shape::kCount:
      return "count";
  }
  return "share";
}

int32_t WholeSeconds(Duration duration) {
  return static_cast<int32_t>(std::chrono::floor<seconds>(duration).count());
}

void AddLimit(const domain::IndicatorVersion& version, v1::IndicatorInfo& info) {
  if (!version.limit) return;
  info.set_limit(DescribeLimit(version));
  if (const auto* duration = std::get_if<domain::DurationLimit>(&*version.limit)) {
    info.set_limit_seconds(WholeSeconds(duration->limit));
  } else if (const auto* by_days = std::get_if<domain::CalendarDaysLimit>(&*version.limit)) {
    info.set_limit_days(by_days->days);
  } else if (const auto* by_date = std::get_if<domain::DateLimit>(&*version.limit)) {
    info.set_limit_attribute(by_date->attribute);
  } else {
    info.set_limit_table(kPathwayTable);
  }
}

void AddPathways(const domain::PathwayTable& table, LocalDay today, v1::IndicatorInfo& info) {
  std::set<std::string> names;
  for (const domain::PathwayVersion& version : table.versions) names.insert(version.pathway);
  for (const std::string& name : names) {
    const domain::PathwayVersion* version = table.InForce(name, today);
    if (version == nullptr) continue;
    v1::PathwayInfo& pathway = *info.add_pathways();
    pathway.set_pathway(name);
    pathway.set_name(version->name);
    pathway.set_valid_from(FormatLocalDay(version->valid_from));
    for (const domain::PathwayVariant& variant : version->variants) {
      for (const domain::FormLimit& form : variant.limits) {
        v1::PathwayLimitInfo& limit = *pathway.add_limits();
        limit.set_variant(variant.variant);
        limit.set_treatment_form(form.treatment_form);
        if (form.days) limit.set_days(*form.days);
        limit.set_source(form.source);
        limit.set_dated(form.dated);
      }
    }
  }
}

void AddVersion(const domain::IndicatorVersion& version, domain::Shape shape, LocalDay today,
                v1::IndicatorInfo& info) {
  info.set_stop(DescribeSelector(version.stop));
  for (const domain::AttributeCondition& condition : version.where) {
    info.add_where(DescribeCondition(condition));
  }
  if (version.ages) info.add_where(DescribeAges(*version.ages));
  if (shape != domain::Shape::kShare) return;
  info.set_start(DescribeSelector(version.start));
  AddLimit(version, info);
  info.set_only_without_table_limit(version.without_limit_in != nullptr);
  info.set_warn(DescribeWarn(version));
  info.set_settle_seconds(WholeSeconds(version.settle));
  info.set_deadline_decides(version.deadline_decides);
  info.set_pvv_excludes(version.pvv_excludes);
  info.set_mov_excludes(version.mov_excludes);
  const auto* by_pathway = version.limit ? std::get_if<domain::PathwayLimit>(&*version.limit) : nullptr;
  if (by_pathway != nullptr) AddPathways(*by_pathway->table, today, info);
}

}  // namespace

v1::IndicatorInfo DescribeIndicator(const domain::Indicator& indicator,
                                    const domain::StreamDefinition& stream, LocalDay today) {
  const domain::IndicatorVersion& version = indicator.VersionOn(today);
  v1::IndicatorInfo info;
  info.set_id(indicator.id);
  info.set_stream(stream.stream);
  info.set_name_sv(indicator.name_sv);
  info.set_name_en(indicator.name_en);
  info.set_description_sv(indicator.description_sv);
  info.set_description_en(indicator.description_en);
  info.set_source(indicator.source);
  info.set_better(indicator.better == domain::Better::kHigher ? "higher" : "lower");
  info.set_shape(ShapeName(indicator.shape));
  info.set_unit(std::string(domain::UnitName(indicator.unit)));
  for (const domain::Goal& goal : indicator.goals) {
    v1::GoalInfo& out = *info.add_goals();
    out.set_valid_from(FormatLocalDay(goal.valid_from));
    const auto value = static_cast<double>(goal.value);
    out.set_goal(indicator.shape == domain::Shape::kCount ? value : value / 1000);
  }
  for (const domain::RollUp& roll_up : indicator.roll_ups) info.add_levels(stream.levels[roll_up.level].name);
  for (const domain::Denominator& denominator : indicator.denominators) {
    v1::DenominatorInfo& out = *info.add_denominators();
    out.set_level(denominator.level);
    out.set_key(denominator.key);
    out.set_year(denominator.year);
    out.set_count(denominator.count);
  }
  info.set_definition(indicator.VersionName(version));
  AddVersion(version, indicator.shape, today, info);
  return info;
}

}  // namespace vardvakt::compliance
