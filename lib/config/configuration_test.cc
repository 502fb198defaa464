#include "lib/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "lib/base/strings.h"
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
  std::vector<std::string> Ids(std::string_view stream) const {
    std::vector<std::string> ids;
    for (const domain::Indicator& indicator : region_->FindStream(stream)->indicators)
      ids.push_back(indicator.id);
    return ids;
  }
  const domain::Indicator& Indicator(std::string_view id) const { return *region_->FindIndicator(id); }
  const domain::IndicatorVersion& Version(std::string_view id) const {
    return Indicator(id).VersionOn(Day(2026, 4, 15));
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
  EXPECT_THAT(Ids("ambulance"),
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
  for (const domain::Indicator& indicator : region_->FindStream("ambulance")->indicators) {
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

TEST_F(Shipped, IndicatorsOfTheOtherStreams) {
  EXPECT_THAT(Ids("wait"), ElementsAre("first_visit_60d", "followup_in_target", "guarantee_first_visit_90d",
                                       "guarantee_procedure_90d", "primary_assessment_3d",
                                       "primary_contact_0d", "procedure_60d"));
  EXPECT_THAT(Ids("svf"), ElementsAre("cancer_treatment_28d", "svf_inclusion", "svf_max_leadtime"));
  EXPECT_THAT(Ids("dental"), ElementsAre("dental_necessary_care", "dental_outreach", "dental_recall_in_time",
                                         "dental_specialist_60d"));
  for (const domain::StreamDefinition& stream : region_->streams) {
    for (const domain::Indicator& indicator : stream.indicators) {
      ASSERT_EQ(indicator.roll_ups.size(), 5u) << indicator.id;
      const bool broken_down = indicator.shape == domain::Shape::kShare;
      EXPECT_EQ(indicator.roll_ups[0].by_sex && indicator.roll_ups[0].by_age, broken_down) << indicator.id;
      for (const domain::IndicatorVersion& version : indicator.versions) {
        EXPECT_TRUE(version.pvv_excludes) << indicator.id;
        if (broken_down) {
          EXPECT_EQ(version.settle, stream.stream == "ambulance" ? seconds(60) : hours(72)) << indicator.id;
        }
      }
    }
  }
}

TEST_F(Shipped, LimitsInDaysAndTheirWarnings) {
  const auto expect = [&](std::string_view id, int limit, int warn) {
    EXPECT_EQ(std::get<domain::CalendarDaysLimit>(*Version(id).limit).days, limit) << id;
    EXPECT_EQ(std::get<domain::WarnDaysBefore>(*Version(id).warn).days, warn) << id;
    EXPECT_EQ(Indicator(id).unit, domain::DurationUnit::kDays) << id;
  };
  expect("primary_contact_0d", 0, 0);
  expect("primary_assessment_3d", 3, 1);
  expect("first_visit_60d", 60, 14);
  expect("procedure_60d", 60, 14);
  expect("guarantee_first_visit_90d", 90, 14);
  expect("guarantee_procedure_90d", 90, 14);
  expect("dental_specialist_60d", 60, 14);
  expect("cancer_treatment_28d", 28, 14);
  EXPECT_EQ(std::get<domain::DateLimit>(*Version("followup_in_target").limit).attribute,
            "medical_target_date");
  EXPECT_EQ(std::get<domain::DateLimit>(*Version("dental_recall_in_time").limit).attribute,
            "recall_due_date");
}

TEST_F(Shipped, MovAndTheGuaranteeAndTheDeadlineOfSvf) {
  const std::set<std::string> mov = {"first_visit_60d", "procedure_60d", "guarantee_first_visit_90d",
                                     "guarantee_procedure_90d"};
  for (const domain::StreamDefinition& stream : region_->streams) {
    for (const domain::Indicator& indicator : stream.indicators) {
      const domain::IndicatorVersion& version = indicator.versions.front();
      EXPECT_EQ(version.mov_excludes, mov.contains(indicator.id)) << indicator.id;
      if (indicator.shape == domain::Shape::kShare) {
        EXPECT_EQ(version.deadline_decides, stream.stream != "svf") << indicator.id;
      }
      if (!indicator.id.starts_with("guarantee_")) continue;
      ASSERT_EQ(version.where.size(), 1u) << indicator.id;
      EXPECT_EQ(version.where[0].attribute, "vardgaranti");
      EXPECT_THAT(version.where[0].values, ElementsAre("no"));
      EXPECT_TRUE(version.where[0].negate);
    }
  }
}

TEST_F(Shipped, GoalsHaveAHistory) {
  const auto goal = [&](std::string_view id, int year) { return Indicator(id).GoalOn(Day(year, 12, 31)); };
  EXPECT_EQ(goal("dental_specialist_60d", 2020), std::nullopt);
  EXPECT_EQ(goal("dental_specialist_60d", 2021), 1000);
  EXPECT_EQ(goal("dental_specialist_60d", 2022), 800);
  EXPECT_EQ(goal("dental_necessary_care", 2020), 800);
  EXPECT_EQ(goal("dental_necessary_care", 2021), 700);
  EXPECT_EQ(goal("dental_necessary_care", 2022), 800);
  EXPECT_EQ(goal("dental_outreach", 2026), 900);
  EXPECT_EQ(goal("svf_inclusion", 2026), 700);
  EXPECT_EQ(goal("cancer_treatment_28d", 2026), 1000);
}

TEST_F(Shipped, CancerPathways) {
  const domain::PathwayTable& table = *region_->pathways;
  EXPECT_EQ(std::get<domain::PathwayLimit>(*Version("svf_max_leadtime").limit).table, region_->pathways);
  EXPECT_EQ(Version("cancer_treatment_28d").without_limit_in, region_->pathways);
  ASSERT_TRUE(Version("svf_max_leadtime").stop.instead.has_value());
  EXPECT_THAT(Version("svf_max_leadtime").stop.instead->milestones,
              ElementsAre("treatment_decided_with_patient"));
  const auto limit = [&](std::string_view pathway, LocalDay day, std::string_view variant,
                         std::string_view form) {
    return table.InForce(pathway, day)->Find(variant)->Find(form)->days;
  };
  EXPECT_EQ(limit("brost", Day(2024, 1, 31), "", "kirurgi"), 28);
  EXPECT_EQ(limit("brost", Day(2024, 2, 1), "", "palliativ"), 35);
  EXPECT_EQ(limit("tarm", Day(2026, 1, 1), "utokad", "palliativ"), 39);
  EXPECT_EQ(limit("tarm", Day(2026, 1, 1), "", "stent_stomi"), 39);
  EXPECT_EQ(limit("urinblasa", Day(2024, 5, 13), "", "stralning"), 43);
  EXPECT_EQ(limit("urinblasa", Day(2024, 5, 14), "", "stralning"), 48);
  EXPECT_EQ(limit("hjarna", Day(2026, 1, 1), "lagmalign", "exspektans"), std::nullopt);
  EXPECT_EQ(table.InForce("melanom", Day(2026, 1, 1))->pad_subtract_days, 21);
  for (const domain::PathwayVersion& version : table.versions) {
    for (const domain::PathwayVariant& variant : version.variants) {
      for (const domain::FormLimit& form : variant.limits) {
        EXPECT_FALSE(form.source.empty() || form.dated.empty())
            << version.pathway << " " << form.treatment_form;
      }
    }
  }
}

// Every note of what ships is a gap of the cancer pathways, and each pathway without a limit has one.
TEST_F(Shipped, SaysWhichPathwaysHaveNoLimit) {
  const LoadResult result = Load("config");
  std::set<std::string> noted;
  for (const Problem& note : result.notes) {
    EXPECT_EQ(note.file, "svf-limits.yaml") << note.message;
    if (note.message.find("has no limit") != std::string::npos)
      noted.insert(note.message.substr(9, note.message.find('"', 9) - 9));
  }
  std::set<std::string> without;
  for (const domain::PathwayVersion& version : region_->pathways->versions) {
    if (!version.AnyLimit()) without.insert(version.pathway);
  }
  EXPECT_EQ(noted, without);
  EXPECT_TRUE(without.contains("lunga"));
}

TEST_F(Shipped, RatiosHaveExampleCounts) {
  for (const char* id : {"svf_inclusion", "dental_outreach", "dental_necessary_care"}) {
    EXPECT_EQ(Indicator(id).shape, domain::Shape::kRatio) << id;
    EXPECT_FALSE(Indicator(id).denominators.empty()) << id;
  }
  EXPECT_EQ(Indicator("svf_inclusion").denominator_rule, domain::DenominatorRule::kProRata);
  EXPECT_EQ(Indicator("dental_outreach").denominator_rule, domain::DenominatorRule::kYearOfLastDay);
  std::istringstream lines(ReadText("config/denominators.yaml"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  - ")) continue;
    EXPECT_THAT(line, testing::HasSubstr("example: true"));
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

TEST(ExampleConfiguration, AddsShapesAndALevelWithoutCode) {
  const LoadResult result = Load("config/examples/kronoberg");
  EXPECT_EQ(FormatProblems(result.problems) + FormatProblems(result.notes), "");
  ASSERT_NE(result.configuration, nullptr);
  const RegionConfiguration& region = result.configuration->regions[0];
  EXPECT_EQ(region.FindIndicator("readmission_30d_65plus")->better, domain::Better::kLower);
  EXPECT_EQ(region.FindIndicator("emergency_visits_80plus")->shape, domain::Shape::kCount);
  const domain::StreamDefinition& wait = *region.FindStream("wait");
  EXPECT_EQ(wait.levels.at(static_cast<size_t>(wait.indicators[0].roll_ups.at(1).level)).name, "care_area");
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
  EXPECT_NE(first.digests, third.digests);
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
    const auto& built = configuration->regions[0].FindIndicator("in_time")->versions[0].warn;
    EXPECT_EQ(std::get<domain::WarnAfter>(*built).after_start, minutes(15)) << warn;
  }
}

class Shapes : public testing::Test {
 protected:
  void SetUp() override {
    configuration_ = LoadGood("lib/config/testdata/shapes");
    ASSERT_NE(configuration_, nullptr);
  }
  const domain::Indicator& Indicator(std::string_view id) const {
    return *configuration_->regions[0].FindIndicator(id);
  }
  std::shared_ptr<const Configuration> configuration_;
};

TEST_F(Shapes, OfLimits) {
  EXPECT_EQ(configuration_->revision, 7u);
  const domain::IndicatorVersion& by_days = Indicator("by_days").versions[0];
  EXPECT_EQ(std::get<domain::CalendarDaysLimit>(*by_days.limit).days, 60);
  EXPECT_EQ(std::get<domain::WarnDaysBefore>(*by_days.warn).days, 14);
  EXPECT_TRUE(by_days.mov_excludes && by_days.pvv_excludes && by_days.deadline_decides);
  const domain::IndicatorVersion& by_date = Indicator("by_date").versions[0];
  EXPECT_EQ(std::get<domain::DateLimit>(*by_date.limit).attribute, "due");
  ASSERT_TRUE(by_date.ages.has_value());
  EXPECT_EQ(by_date.ages->from, 18);
  EXPECT_EQ(by_date.ages->to, 79);
  const domain::IndicatorVersion& by_table = Indicator("by_table").versions[0];
  EXPECT_EQ(std::get<domain::PathwayLimit>(*by_table.limit).table, configuration_->regions[0].pathways);
  ASSERT_TRUE(by_table.stop.instead.has_value());
  EXPECT_EQ(by_table.stop.instead->when.attribute, "treatment_form");
  EXPECT_THAT(by_table.stop.instead->when.values, ElementsAre("palliativ"));
  EXPECT_THAT(by_table.stop.instead->milestones, ElementsAre("decided"));
  EXPECT_FALSE(by_table.deadline_decides || by_table.mov_excludes);
  EXPECT_NE(Indicator("not_in_table").versions[0].without_limit_in, nullptr);
  for (const char* id : {"by_days", "by_date", "by_table", "not_in_table", "in_days"}) {
    EXPECT_EQ(Indicator(id).unit, domain::DurationUnit::kDays) << id;
  }
}

TEST_F(Shapes, OfRatiosAndCounts) {
  const domain::Indicator& coverage = Indicator("coverage");
  EXPECT_EQ(coverage.shape, domain::Shape::kRatio);
  EXPECT_EQ(coverage.denominator_rule, domain::DenominatorRule::kProRata);
  EXPECT_EQ(coverage.GoalOn(Day(2026, 1, 1)), 700);
  std::vector<std::string> rows;
  for (const domain::Denominator& row : coverage.denominators)
    rows.push_back(Cat(row.level, " ", row.key, " ", row.year, " ", row.count));
  EXPECT_THAT(rows,
              ElementsAre("municipality 0680 2026 50", "region region 2025 100", "region region 2026 200"));
  const domain::Indicator& visits = Indicator("visits");
  EXPECT_EQ(visits.shape, domain::Shape::kCount);
  EXPECT_EQ(visits.better, domain::Better::kLower);
  EXPECT_EQ(visits.GoalOn(Day(2026, 1, 1)), 1200);
  EXPECT_TRUE(visits.roll_ups[0].by_sex);
  EXPECT_EQ(visits.versions[0].ages->from, 80);
  EXPECT_EQ(visits.versions[0].ages->to, std::nullopt);
}

TEST_F(Shapes, OfPathwaysInTheirOrder) {
  const domain::PathwayTable& table = *configuration_->regions[0].pathways;
  ASSERT_EQ(table.versions.size(), 3u);
  const domain::PathwayVersion& first = table.versions[0];
  EXPECT_EQ(first.pathway, "brost");
  EXPECT_EQ(first.valid_from, Day(2018, 1, 1));
  EXPECT_TRUE(first.under_18);
  EXPECT_EQ(first.pad_subtract_days, 21);
  EXPECT_EQ(first.gap, "old");
  EXPECT_EQ(first.Find("")->variant, "bas");
  EXPECT_EQ(first.Find("bas")->Find("palliativ")->days, std::nullopt);
  EXPECT_EQ(first.Find("utokad")->Find("kirurgi")->days, 42);
  EXPECT_EQ(table.versions[1].variants[0].limits[0].source, "paper");
  EXPECT_EQ(table.versions[1].variants[0].limits[0].dated, "2024-02");
}

TEST(Notes, SayWhatIsLeftOpenAndRefuseNothing) {
  CopiedDirectory directory("lib/config/testdata/shapes");
  directory.Lay(
      "denominators.yaml",
      "denominators:\n  - {indicator: coverage, level: municipality, key: '0681', year: 2026, count: 1}\n");
  const LoadResult result = Load(directory.path());
  EXPECT_NE(result.configuration, nullptr);
  EXPECT_EQ(FormatProblems(result.notes),
            "denominators.yaml:2:53: units.yaml has no \"0681\" at this level\n"
            "svf-limits.yaml:2:5: pathway \"lung\" (Lung) has no limit; its cases are judged by none of this "
            "table\n"
            "svf-limits.yaml:2:5: pathway \"lung\" (Lung): a newer one\n");
}

TEST(Revision, IsOneWhereNothingSaysSo) { EXPECT_EQ(LoadGood("lib/config/testdata/base")->revision, 1u); }

TEST(Regions, MayHaveLimitsAndCountsOfTheirOwn) {
  CopiedDirectory directory("lib/config/testdata/shapes");
  directory.Lay("regions.yaml", "regions: [{code: '06', partition: 0}, {code: '07', partition: 1}]\n");
  directory.Lay(
      "regions/07/svf-limits.yaml",
      "pathways: [{pathway: brost, name: B, valid_from: 2018-01-01, variants: [{variant: '', limits: "
      "[{treatment_form: kirurgi, days: 30}]}]}]\n");
  directory.Lay("regions/07/denominators.yaml",
                "denominators: [{indicator: coverage, level: region, key: region, year: 2026, count: 9}]\n");
  const auto configuration = LoadGood(directory.path());
  ASSERT_NE(configuration, nullptr);
  const RegionConfiguration& other = configuration->regions[1];
  EXPECT_EQ(other.pathways->InForce("brost", Day(2026, 1, 1))->Find("")->Find("kirurgi")->days, 30);
  EXPECT_EQ(configuration->regions[0].pathways->versions.size(), 3u);
  ASSERT_EQ(other.FindIndicator("coverage")->denominators.size(), 1u);
  EXPECT_EQ(other.FindIndicator("coverage")->denominators[0].count, 9);
  EXPECT_EQ(configuration->regions[0].FindIndicator("coverage")->denominators.size(), 3u);
}

struct Change {
  std::string file;
  std::string from;
  std::string to;
  bool counts;  // whether a number or an episode depends on it
  std::string directory = "base";
};

class DigestChange : public testing::TestWithParam<Change> {};

TEST_P(DigestChange, FollowsWhatNumbersDependOn) {
  const Change& change = GetParam();
  CopiedDirectory directory("lib/config/testdata/" + change.directory);
  const auto before = LoadGood(directory.path());
  std::string text = ReadText(directory.path() / change.file);
  ASSERT_NE(text.find(change.from), std::string::npos);
  text.replace(text.find(change.from), change.from.size(), change.to);
  directory.Lay(change.file, text);
  const auto after = LoadGood(directory.path());
  ASSERT_TRUE(before != nullptr && after != nullptr);
  const auto& [was, is] = std::tie(before->regions[0], after->regions[0]);
  EXPECT_EQ(was.digests != is.digests || was.machine_digest != is.machine_digest, change.counts);
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
        Change{"alerts.yaml", "action: act", "action: do", false},
        Change{"indicators/care.yaml", "limit_days: 60", "limit_days: 61", true, "shapes"},
        Change{"indicators/care.yaml", "days_before: 14", "days_before: 13", true, "shapes"},
        Change{"indicators/care.yaml", ", mov_excludes: true", "", true, "shapes"},
        Change{"indicators/care.yaml", "limit_date: due", "limit_date: class", true, "shapes"},
        Change{"indicators/care.yaml", "to: 79", "to: 80", true, "shapes"},
        Change{"indicators/care.yaml", "from: 18", "from: 17", true, "shapes"},
        Change{"indicators/care.yaml", "in: [palliativ]", "in: [annan]", true, "shapes"},
        Change{"indicators/care.yaml", "milestones: [decided]", "milestones: [begun]", true, "shapes"},
        Change{"indicators/care.yaml", ", without_table_limit: svf", "", true, "shapes"},
        Change{"indicators/care.yaml", "unit: days", "unit: seconds", true, "shapes"},
        Change{"indicators/care.yaml", "pro_rata", "year_of_last_day", true, "shapes"},
        Change{"indicators/care.yaml", "goal: 1200", "goal: 1201", true, "shapes"},
        Change{"denominators.yaml", "count: 50", "count: 51", true, "shapes"},
        Change{"denominators.yaml", ", example: true", "", false, "shapes"},
        Change{"svf-limits.yaml", "days: 42", "days: 43", true, "shapes"},
        Change{"svf-limits.yaml", "pad_subtract_days: 21", "pad_subtract_days: 20", true, "shapes"},
        Change{"svf-limits.yaml", "under_18: true", "under_18: false", true, "shapes"},
        Change{"svf-limits.yaml", "variant: utokad", "variant: stor", true, "shapes"},
        Change{"svf-limits.yaml", "2024-02-01", "2024-03-01", true, "shapes"},
        Change{"svf-limits.yaml", "source: paper", "source: book", false, "shapes"},
        Change{"svf-limits.yaml", "gap: old", "gap: none", false, "shapes"},
        Change{"revision.yaml", "revision: 7", "revision: 8", false, "shapes"}));

}  // namespace
}  // namespace vardvakt::config
