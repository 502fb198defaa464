#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/config/build.h"

namespace vardvakt::config {

// Makes versions of indicators of one file, and checks each against its stream and its own parts. Everything
// given must outlive it.
class VersionBuilder {
 public:
  // `stream` is null when it isn't known; then nothing is checked against it. `pathways` is null where there
  // is no svf-limits.yaml.
  VersionBuilder(const IndicatorDefaultsText& defaults, const StreamText* stream,
                 std::shared_ptr<const domain::PathwayTable> pathways, Sink& sink);

  domain::IndicatorVersion Build(const VersionText& text, domain::Shape shape);

 private:
  void RefuseClock(const VersionText& text, domain::Shape shape);
  std::optional<domain::Limit> BuildLimit(const VersionText& text);
  std::shared_ptr<const domain::PathwayTable> TableFor(const Located<bool>& table);
  std::optional<domain::Warn> BuildWarn(const VersionText& text, const std::optional<domain::Limit>& limit);
  std::optional<domain::Warn> BuildDaysBefore(const VersionText& text);
  std::optional<domain::Warn> BuildWarnAfter(const VersionText& text);
  std::vector<domain::AttributeCondition> BuildWhere(const std::vector<ConditionText>& texts);
  domain::AgeRange BuildAges(const AgesText& text);
  domain::MilestoneSelector BuildSelector(const SelectorText& text);
  void CheckMilestones(const std::vector<Located<std::string>>& milestones);
  void CheckDeclared(std::string_view what, const Located<std::string>& name,
                     const std::vector<Located<std::string>>& declared);

  const IndicatorDefaultsText& defaults_;
  const StreamText* stream_;
  std::shared_ptr<const domain::PathwayTable> pathways_;
  Sink& sink_;
};

}  // namespace vardvakt::config
