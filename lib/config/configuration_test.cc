#include "lib/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lib/config/directory_test_util.h"

namespace vardvakt::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::shared_ptr<const Configuration> LoadGood(const fs::path& directory) {
  LoadResult result = Load(directory);
  EXPECT_EQ(FormatProblems(result.problems), "");
  return result.configuration;
}

LocalDay Day(int year, unsigned month, unsigned day) {
  return LocalDay(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
}

class Shipped : public testing::Test {
 protected:
  void SetUp() override {
    configuration_ = LoadGood("config");
    ASSERT_NE(configuration_, nullptr);
    region_ = configuration_->FindRegion("");
    ASSERT_NE(region_, nullptr);
  }
  std::shared_ptr<const Configuration> configuration_;
  const RegionConfiguration* region_ = nullptr;
};

TEST_F(Shipped, RegionAndItsPlaces) {
  EXPECT_EQ(region_->code, "06");
  EXPECT_EQ(region_->partition, 0);
  EXPECT_EQ(region_->zone.name(), "Europe/Stockholm");
  EXPECT_EQ(configuration_->FindRegion("06"), region_);
  EXPECT_EQ(configuration_->FindRegion("07"), nullptr);
  const domain::Geography& geography = region_->geography;
  EXPECT_EQ(geography.lansdelar.size(), 3u);
  EXPECT_EQ(geography.hospitals.size(), 3u);
  EXPECT_EQ(geography.municipalities.size(), 13u);
  std::set<std::pair<int, int>> tiles;
  for (const domain::Municipality& municipality : geography.municipalities) {
    tiles.insert({municipality.tile_column, municipality.tile_row});
  }
  EXPECT_EQ(tiles.size(), 13u);
  for (const domain::Unit& unit : geography.units) {
    EXPECT_TRUE(unit.example) << unit.code;
    EXPECT_FALSE(unit.lansdel.empty()) << unit.code;
    EXPECT_FALSE(unit.hospital.empty()) << unit.code;
  }
}

TEST_F(Shipped, AmbulanceIndicators) {
  EXPECT_THAT(configuration_->streams, ElementsAre("ambulance", "wait", "svf", "dental"));
  ASSERT_EQ(region_->streams.size(), 1u);
  std::vector<std::string> ids;
  for (const domain::Indicator& indicator : region_->streams[0].indicators) ids.push_back(indicator.id);
  EXPECT_THAT(ids,
              ElementsAre("ambulance_first_responder_20min", "ambulance_leg_alarm", "ambulance_leg_travel",
                          "ambulance_leg_turnout", "ambulance_prio1_20min", "ambulance_unit_assigned_3min"));
  const domain::Indicator* prio1 = region_->FindIndicator("ambulance_prio1_20min");
  ASSERT_NE(prio1, nullptr);
  EXPECT_EQ(prio1->GoalOn(Day(2026, 4, 15)), 800);
  const domain::IndicatorVersion& version = prio1->VersionOn(Day(2026, 4, 15));
  ASSERT_TRUE(version.limit.has_value());
  EXPECT_EQ(std::get<domain::DurationLimit>(*version.limit).limit, minutes(20));
  ASSERT_TRUE(version.warn.has_value());
  EXPECT_EQ(std::get<domain::WarnAfter>(*version.warn).after_start, minutes(15));
  EXPECT_EQ(version.settle, seconds(60));
  EXPECT_THAT(version.stop.kinds, ElementsAre("ambulance", "helicopter", ""));
  ASSERT_EQ(version.where.size(), 1u);
  EXPECT_EQ(version.where[0].attribute, "priority");
  EXPECT_THAT(version.where[0].values, ElementsAre("1"));
  ASSERT_EQ(prio1->roll_ups.size(), 5u);
  EXPECT_TRUE(prio1->roll_ups[0].by_sex && prio1->roll_ups[0].by_age);
  EXPECT_EQ(region_->streams[0].levels[static_cast<size_t>(prio1->roll_ups[4].level)].name, "municipality");
}

TEST_F(Shipped, FurtherAmbulanceIndicatorsCountTheSameMissions) {
  for (const domain::Indicator& indicator : region_->streams[0].indicators) {
    ASSERT_EQ(indicator.versions[0].where.size(), 1u) << indicator.id;
    EXPECT_THAT(indicator.versions[0].where[0].values, ElementsAre("1")) << indicator.id;
    const bool leg = indicator.id.starts_with("ambulance_leg_");
    EXPECT_EQ(indicator.versions[0].limit.has_value(), !leg) << indicator.id;
    EXPECT_EQ(indicator.goals.empty(), indicator.id != "ambulance_prio1_20min") << indicator.id;
  }
}

// Every event name that the specification of the streams has.
TEST_F(Shipped, Intake) {
  EXPECT_EQ(configuration_->intake.future_tolerance, minutes(5));
  EXPECT_FALSE(configuration_->intake.too_old_after.has_value());
  EXPECT_TRUE(configuration_->intake.regions.contains("06"));
  ASSERT_EQ(configuration_->intake.streams.size(), 4u);
  for (const auto& [name, schema] : configuration_->intake.streams) {
    EXPECT_FALSE(schema.case_scope_stream || schema.strict_milestones || schema.strict_attributes) << name;
    for (const char* attribute : {"unit", "municipality", "sex", "birth_year"}) {
      EXPECT_TRUE(schema.attributes.contains(attribute)) << name << " " << attribute;
    }
  }
}

TEST_F(Shipped, Rules) {
  EXPECT_EQ(region_->rules.grid, seconds(1));
  // A single mission wakes nobody; docs/alerts.md says why.
  EXPECT_EQ(region_->rules.case_rules.size(), 3u);
  for (const domain::CaseRule& rule : region_->rules.case_rules) {
    EXPECT_EQ(rule.severity, domain::Severity::kWarning) << rule.id;
  }
  const auto& rules = region_->rules.threshold_rules;
  const auto page = std::find_if(rules.begin(), rules.end(), [](const domain::ThresholdRule& rule) {
    return rule.id == "ambulance_prio1_region_24h";
  });
  ASSERT_NE(page, rules.end());
  EXPECT_EQ(page->severity, domain::Severity::kPage);
  EXPECT_EQ(page->window, domain::Window::k24h);
  for (const domain::ThresholdRule& rule : rules) {
    EXPECT_LT(rule.floor_permille, rule.clear_permille) << rule.id;
  }
}

TEST_F(Shipped, EveryRuleHasItsRunbook) {
  std::vector<std::string> runbooks;
  for (const domain::CaseRule& rule : region_->rules.case_rules) runbooks.push_back(rule.runbook);
  for (const domain::ThresholdRule& rule : region_->rules.threshold_rules) runbooks.push_back(rule.runbook);
  for (const std::string& runbook : runbooks) {
    const std::string text = ReadText(fs::path("docs/runbooks") / runbook);
    for (const char* heading : {"## Symptom", "## Check", "## Action", "## Verify"}) {
      EXPECT_THAT(text, testing::HasSubstr(heading)) << runbook;
    }
  }
}

TEST(Reference, IsWhatTheDeclarationsSay) {
  if (Rewriting()) WriteText("docs/configuration.md", ReferenceMarkdown());
  EXPECT_EQ(ReadText("docs/configuration.md"), ReferenceMarkdown())
      << "run this test with VARDVAKT_REWRITE=1 and commit docs/configuration.md";
}

// Files that others write, laid over what ships, must load as they are.
TEST(SpecificationExample, LoadsOverTheShippedDirectory) {
  const fs::path example = "../shared/spec/examples/config";
  if (!fs::exists(example)) return;
  CopiedDirectory directory("config");
  for (const char* name : {"units.yaml", "svf-limits.yaml", "denominators.yaml"}) {
    directory.Lay(name, ReadText(example / name));
  }
  const auto configuration = LoadGood(directory.path());
  ASSERT_NE(configuration, nullptr);
  EXPECT_EQ(configuration->regions[0].geography.units.size(), 7u);
}

TEST(ExampleConfiguration, OffersLevelsOfItsOwn) {
  const auto configuration = LoadGood("config/examples/san-francisco");
  ASSERT_NE(configuration, nullptr);
  const RegionConfiguration& region = configuration->regions[0];
  EXPECT_EQ(region.zone.name(), "America/Los_Angeles");
  std::vector<std::string> levels;
  for (const domain::RollUp& roll_up : region.FindIndicator("sf_ambulance_20min")->roll_ups) {
    levels.push_back(region.streams[0].levels.at(static_cast<size_t>(roll_up.level)).name);
  }
  EXPECT_THAT(levels, ElementsAre("region", "priority", "battalion"));
}

TEST(Regions, EachHasItsFilesOrSharesTheTopOnes) {
  CopiedDirectory directory("lib/config/testdata/base");
  directory.Lay(
      "regions.yaml",
      "regions: [{code: '06', partition: 2}, {code: '07', partition: 0}, {code: '08', partition: 1}]\n");
  directory.Lay("regions/07/units.yaml",
                "region: {code: '07', name: Other, time_zone: America/Los_Angeles}\n");
  directory.Lay("regions/07/streams.yaml",
                "streams:\n  - {stream: ambulance, settle: 5min, milestones: [call_received, arrived, left], "
                "attributes: [priority, area], levels: [{level: area, attribute: area}, {level: side, "
                "unit_tag: side}]}\n");
  std::string indicators = ReadText("lib/config/testdata/base/indicators/ambulance.yaml");
  indicators.replace(indicators.find("limit: 20min"), 12, "limit: 30min");
  indicators.replace(indicators.find("level: region"), 13, "level: region}, {level: side");
  directory.Lay("regions/07/indicators/ambulance.yaml", indicators);
  const auto configuration = LoadGood(directory.path());
  ASSERT_NE(configuration, nullptr);
  ASSERT_EQ(configuration->regions.size(), 3u);
  const RegionConfiguration& first = configuration->regions[0];
  const RegionConfiguration& second = configuration->regions[1];
  const RegionConfiguration& third = configuration->regions[2];
  EXPECT_EQ(configuration->FindRegion(""), &first);
  EXPECT_EQ(first.partition, 2);
  EXPECT_EQ(second.zone.name(), "America/Los_Angeles");
  EXPECT_EQ(third.geography.region_code, "08");
  EXPECT_EQ(third.geography.units.size(), 1u);
  const auto limit = [](const RegionConfiguration& region) {
    return std::get<domain::DurationLimit>(*region.FindIndicator("in_time")->versions[0].limit).limit;
  };
  EXPECT_EQ(limit(first), minutes(20));
  EXPECT_EQ(limit(second), minutes(30));
  EXPECT_EQ(second.FindIndicator("in_time")->versions[0].settle, minutes(5));
  const domain::Level& side =
      second.streams[0].levels.at(static_cast<size_t>(second.FindIndicator("in_time")->roll_ups.at(1).level));
  EXPECT_EQ(side.kind, domain::LevelKind::kUnitTag);
  EXPECT_EQ(side.attribute, "side");
  const domain::StreamSchema& schema = configuration->intake.streams.at("ambulance");
  EXPECT_TRUE(schema.milestones.contains("left"));
  EXPECT_TRUE(schema.milestones.contains("arrived"));
  EXPECT_NE(first.digest, third.digest);
}

TEST(Regions, AgreeInWhatIsTheDeployments) {
  CopiedDirectory directory("lib/config/testdata/base");
  directory.Lay("regions.yaml", "regions: [{code: '06', partition: 0}, {code: '07', partition: 1}]\n");
  directory.Lay(
      "regions/07/streams.yaml",
      "future_tolerance: 1min\nstreams:\n"
      "  - {stream: ambulance, settle: 60s, strict_milestones: true, milestones: [call_received, arrived], "
      "attributes: [priority]}\n");
  EXPECT_EQ(FormatProblems(Load(directory.path()).problems),
            "regions/07/streams.yaml:1:1: \"future_tolerance\" and \"too_old_after\" are the deployment's; "
            "make them "
            "equal in every streams.yaml\n"
            "regions/07/streams.yaml:3:5: \"case_scope\", \"strict_milestones\" and \"strict_attributes\" of "
            "stream "
            "\"ambulance\" are the deployment's; make them equal in every streams.yaml\n");
}

TEST(Regions, WithoutTheirFileThereIsTheOneOfUnits) {
  CopiedDirectory directory("lib/config/testdata/base");
  fs::remove(directory.path() / "regions.yaml");
  const auto configuration = LoadGood(directory.path());
  ASSERT_NE(configuration, nullptr);
  ASSERT_EQ(configuration->regions.size(), 1u);
  EXPECT_EQ(configuration->regions[0].code, "06");
  EXPECT_EQ(configuration->regions[0].partition, 0);
}

TEST(Warn, ThreeWaysToSayTheSame) {
  for (const char* warn : {"after: 15min", "before_deadline: 5min", "share_of_limit: 0.75"}) {
    CopiedDirectory directory("lib/config/testdata/base");
    std::string text = ReadText("lib/config/testdata/base/indicators/ambulance.yaml");
    text.replace(text.find("after: 15min"), 12, warn);
    directory.Lay("indicators/ambulance.yaml", text);
    const auto configuration = LoadGood(directory.path());
    ASSERT_NE(configuration, nullptr);
    EXPECT_EQ(
        std::get<domain::WarnAfter>(*configuration->regions[0].FindIndicator("in_time")->versions[0].warn)
            .after_start,
        minutes(15))
        << warn;
  }
}

struct Change {
  std::string file;
  std::string from;
  std::string to;
  bool counts;  // whether a number or an episode depends on it
};

class DigestChange : public testing::TestWithParam<Change> {};

TEST_P(DigestChange, FollowsWhatNumbersDependOn) {
  const Change& change = GetParam();
  CopiedDirectory directory("lib/config/testdata/base");
  const auto before = LoadGood(directory.path());
  std::string text = ReadText(directory.path() / change.file);
  ASSERT_NE(text.find(change.from), std::string::npos);
  text.replace(text.find(change.from), change.from.size(), change.to);
  directory.Lay(change.file, text);
  const auto after = LoadGood(directory.path());
  ASSERT_TRUE(before != nullptr && after != nullptr);
  EXPECT_EQ(before->regions[0].digest != after->regions[0].digest, change.counts);
}

INSTANTIATE_TEST_SUITE_P(
    Changes, DigestChange,
    testing::Values(
        Change{"indicators/ambulance.yaml", "limit: 20min", "limit: 21min", true},
        Change{"indicators/ambulance.yaml", "after: 15min", "after: 14min", true},
        Change{"indicators/ambulance.yaml", "goal: 0.8", "goal: 0.9", true},
        Change{"indicators/ambulance.yaml", "2020-01-01, goal", "2021-01-01, goal", true},
        Change{"indicators/ambulance.yaml", "{level: region}", "{level: region}, {level: unit}", true},
        Change{"indicators/ambulance.yaml", "{level: region}", "{level: region, by: [sex]}", true},
        Change{"indicators/ambulance.yaml", "[call_received]", "[called]", true},
        Change{"indicators/ambulance.yaml", "en: In time}", "en: On time}", false},
        Change{"streams.yaml", "settle: 60s", "settle: 61s", true},
        Change{"streams.yaml", "streams:", "future_tolerance: 6min\nstreams:", true},
        Change{"streams.yaml", "class", "kind", false},  // of a stream without indicators
        Change{"units.yaml", "U1", "U2", true},
        Change{"units.yaml", "Europe/Stockholm", "Europe/Helsinki", true},
        Change{"units.yaml", "name: Unit,", "name: Unit, tags: {side: east},", true},
        Change{"units.yaml", "name: Town", "name: City", false},
        Change{"units.yaml", "tile: [0, 0]", "tile: [0, 1]", false},
        Change{"alerts.yaml", "late,", "later,", true},
        Change{"alerts.yaml", "when: overdue", "when: overdue, severity: page", true},
        Change{"alerts.yaml", "action: act", "action: do", false}));

}  // namespace
}  // namespace vardvakt::config
