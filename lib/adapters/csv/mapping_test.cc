#include "lib/adapters/csv/mapping.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

std::string Problems(std::string_view text) {
  const MappingResult result = ParseMapping(text, "map.yaml");
  EXPECT_EQ(result.mapping.has_value(), result.problems.empty());
  return config::FormatProblems(result.problems);
}

constexpr char kBeginning[] = "stream: ambulance\nsource: sffd\ncase_id: \"{Call Number}\"\n";

TEST(ParseMapping, ReadsAWideMapping) {
  const MappingResult result = ParseMapping(R"(
stream: ambulance
source: sffd
region: "06"
time_zone: America/Los_Angeles
row_filter: {column: "Call Type Group", in: ["Fire", ""]}
case_id: "{Call Number}-{Unit ID}"
resource: "{Unit ID}"
resource_kind: {column: "Unit Type", map: {MEDIC: ambulance}, default: other}
recorded_at: {column: Recorded}
milestones:
  call_received: {column: "Received DtTm", format: "%m/%d/%Y %I:%M:%S %p"}
  arrived:       {column: "On Scene DtTm", format: "%m/%d/%Y %I:%M:%S %p"}
attributes:
  priority: {column: "Final Priority", map: {"3": "1", "2": "2"}}
  battalion: "{Battalion}"
closed: {column: "Call Final Disposition", map: {"Cancelled": "cancelled"}}
)",
                                            "map.yaml");
  ASSERT_TRUE(result.mapping) << config::FormatProblems(result.problems);
  EXPECT_EQ(result.mapping->zone.name(), "America/Los_Angeles");
  EXPECT_EQ(result.mapping->dialect.delimiter, ',');
  EXPECT_EQ(result.mapping->row_filter[0].values.size(), 2u);
  EXPECT_EQ(result.mapping->resource_kind->text[0].text, "Unit Type");
  EXPECT_EQ(result.mapping->resource_kind->fallback, "other");
  ASSERT_EQ(result.mapping->milestones.size(), 2u);
  EXPECT_EQ(result.mapping->milestones[0].name, "arrived");
  EXPECT_EQ(result.mapping->attributes[0].first, "battalion");
  EXPECT_TRUE(result.mapping->closed->map);
}

TEST(ParseMapping, ReadsAnEventLogsMapping) {
  const MappingResult result = ParseMapping(R"(
stream: emergency
source: hospital
delimiter: ";"
case_id: "{Case ID}"
milestone: {column: Activity, map: {"ER Registration": emergency_registered}}
occurred_at: {column: Complete Timestamp, format: "%Y/%m/%d %H:%M:%S"}
)",
                                            "map.yaml");
  ASSERT_TRUE(result.mapping) << config::FormatProblems(result.problems);
  EXPECT_EQ(result.mapping->dialect.delimiter, ';');
  ASSERT_EQ(result.mapping->milestones.size(), 1u);
  EXPECT_EQ(result.mapping->milestones[0].which->map->at("ER Registration"), "emergency_registered");
}

TEST(ParseMapping, ReportsEveryProblemWithItsPlace) {
  EXPECT_EQ(
      Problems("stream: ambulance\nsource: sffd\ntime_zone: Mars/Olympus\ncase_id: \"{Call\"\nmilestones:\n"
               "  arrived: {column: X, format: \"%H\"}\n  arrived: {column: Y, format: \"%Q\"}\n")
          .substr(0, 52),
      "map.yaml:3:12: time zone \"Mars/Olympus\" is not in th");
  const std::string problems = Problems(
      "stream: ambulance\nsource: sffd\ncase_id: \"{Call\"\nmilestones:\n"
      "  arrived: {column: X, format: \"%H\"}\n  arrived: {column: Y, format: \"%Q\"}\n");
  EXPECT_NE(problems.find("map.yaml:3:10: the template has a brace without its partner"), std::string::npos)
      << problems;
  EXPECT_NE(problems.find("map.yaml:5:32: the format gives no date"), std::string::npos) << problems;
  EXPECT_NE(problems.find("map.yaml:6:3: \"arrived\" is given a second time"), std::string::npos) << problems;
}

TEST(ParseMapping, WantsExactlyOneShape) {
  const std::string times = "{column: X, format: \"%F\"}\n";
  EXPECT_EQ(
      Problems(kBeginning),
      "map.yaml:1:1: a mapping needs `milestones`, or `milestone` with `occurred_at`; one that gives facts "
      "of cases only needs `recorded_at`\n");
  EXPECT_NE(
      Problems(kBeginning + std::string("milestone: \"{A}\"\n")).find("`milestone` needs `occurred_at`"),
      std::string::npos);
  EXPECT_NE(Problems(kBeginning + std::string("milestone: \"{A}\"\noccurred_at: ") + times +
                     "milestones: {a: {column: X, format: \"%F\"}}\n")
                .find("exclude each other"),
            std::string::npos);
  EXPECT_NE(Problems(kBeginning + std::string("occurred_at: ") + times + "milestones:\n  a: " + times)
                .find("`occurred_at` belongs to `milestone`"),
            std::string::npos);
  EXPECT_NE(Problems(kBeginning + std::string("milestones: {}\n")).find("`milestones` is empty"),
            std::string::npos);
}

TEST(ParseMapping, SaysWhereAKeyGoesWrong) {
  const auto problem = [](std::string_view rest) { return Problems(Cat(kBeginning, rest)); };
  const auto expect = [&](std::string_view rest, std::string_view place_and_cause) {
    EXPECT_NE(problem(rest).find(place_and_cause), std::string::npos) << problem(rest);
  };
  const std::string_view a = "milestones: {a: \"{T}\"}\n";
  expect("milestones: {a: {format: \"%F\"}}\n",
         "map.yaml:4:17: a milestone needs a `column`, or a `template`");
  expect("milestones: {a: {column: T, template: \"{T}\"}}\n", "has both `column` and `template`");
  expect("milestones: {a: T}\n", "map.yaml:4:17: the time has no column");
  expect("milestones: {a: {column: T, unit: hours}}\n", "map.yaml:4:35: `unit` belongs to `after`");
  expect("milestones: {called: \"{T}\", b: {column: N, after: caled}}\n",
         "map.yaml:4:51: \"caled\" is no milestone of this mapping with a time of its own; did you mean "
         "\"called\"?");
  expect("milestones: {a: \"{T}\", b: {column: N, after: a, format: \"%F\"}}\n", "drop `format`");
  expect(Cat(a, "row_filter: {column: X}\n"),
         "map.yaml:5:13: a filter needs exactly one of `in` and `not_in`");
  expect(Cat(a, "delimiter: tabs\n"), "map.yaml:5:12: one character of ASCII is needed here or `tab`");
  expect(Cat(a, "delimiter: \"|\"\nquote: \"|\"\n"),
         "map.yaml:5:12: the delimiter and the quote are the same");
  expect(Cat(a, "encoding: latin1\n"), "map.yaml:5:11: \"latin1\" is none of the choices");
  expect(Cat(a, "time_format: [\"%F\", \"%Q\"]\n"), "map.yaml:5:21: %Q is not known");
  expect(Cat(a, "deviation: {column: D, map: {x: pv}}\n"), "map.yaml:5:12: \"pv\" is no deviation");
  expect(Cat(a, "closed_at: \"{T}\"\n"), "map.yaml:5:12: `closed_at` belongs to `closed`");
  expect(Cat(a, "events: [{milestone: \"{A}\", occurred_at: \"{T}\"}]\n"), "map.yaml:5:9: `events` excludes");
}

TEST(ParseMapping, SaysWhichNamesTheConfigurationWouldRefuse) {
  domain::IntakeRules rules;
  rules.streams["ambulance"] = {.name = "ambulance",
                                .strict_milestones = true,
                                .strict_attributes = true,
                                .milestones = {"call_received", "arrived"},
                                .attributes = {"priority"}};
  rules.streams["wait"] = {.name = "wait"};
  const auto problems = [&](std::string_view text) {
    return config::FormatProblems(ParseMapping(text, "map.yaml", &rules).problems);
  };
  EXPECT_EQ(problems(Cat(kBeginning, "milestones:\n  arived: \"{T}\"\nattributes: {prio: \"{P}\"}\n")),
            "map.yaml:5:3: stream \"ambulance\" declares no milestone \"arived\"; did you mean \"arrived\"?\n"
            "map.yaml:6:14: stream \"ambulance\" declares no attribute \"prio\"; known: priority\n");
  EXPECT_EQ(
      problems(Cat(kBeginning,
                   "milestone: {column: A, map: {X: arrived, Y: gone, Z: \"\"}, patterns: {\"*\": left}}\n"
                   "occurred_at: \"{T}\"\n")),
      "map.yaml:4:45: stream \"ambulance\" declares no milestone \"gone\"; known: arrived, call_received\n"
      "map.yaml:4:75: stream \"ambulance\" declares no milestone \"left\"; known: arrived, call_received\n");
  EXPECT_EQ(problems("stream: ambulans\nsource: s\ncase_id: \"{C}\"\nmilestones: {a: \"{T}\"}\n"),
            "map.yaml:1:9: the configuration has no stream \"ambulans\"; did you mean \"ambulance\"?\n");
  EXPECT_EQ(problems("stream: wait\nsource: s\ncase_id: \"{C}\"\nmilestones: {a: \"{T}\"}\n"), "");
}

TEST(ParseMapping, TakesWhatGivesFactsOnly) {
  EXPECT_EQ(Problems(kBeginning + std::string("recorded_at: {template: \"2026-01-01\", format: \"%F\"}\n")),
            "");
}

TEST(Reference, IsWhatTheDeclarationsSay) {
  constexpr char kPath[] = "docs/csv-mapping.md";
  if (std::getenv("VARDVAKT_REWRITE") != nullptr) std::ofstream(kPath) << MappingReferenceMarkdown();
  std::ifstream file(kPath);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, MappingReferenceMarkdown()) << "run this test with VARDVAKT_REWRITE=1 and commit " << kPath;
}

TEST(ParseMapping, RefusesUnknownAndMissingKeys) {
  EXPECT_NE(Problems(kBeginning + std::string("colour: red\nmilestones:\n  a: {column: X, format: \"%F\"}\n"))
                .find("map.yaml:4:1: "),
            std::string::npos);
  EXPECT_NE(Problems("stream: ambulance\n").find("source"), std::string::npos);
}

TEST(LoadMapping, WhatShipsNamesWhatItsExampleDeclares) {
  for (const auto& [mapping, example] :
       {std::pair("san-francisco-fire-calls", "san-francisco"), std::pair("hospital-sepsis", "sepsis")}) {
    const config::LoadResult loaded = config::Load(Cat("config/examples/", example));
    ASSERT_TRUE(loaded.configuration) << config::FormatProblems(loaded.problems);
    const MappingResult result =
        LoadMapping(Cat("config/mappings/", mapping, ".yaml"), &loaded.configuration->intake);
    EXPECT_TRUE(result.mapping) << config::FormatProblems(result.problems);
  }
}

TEST(LoadMapping, SaysWhatCantBeRead) {
  EXPECT_EQ(config::FormatProblems(LoadMapping("/nowhere/map.yaml").problems),
            "/nowhere/map.yaml:1:1: can't be read; check the path and its permissions\n");
}

}  // namespace
}  // namespace vardvakt::csv
