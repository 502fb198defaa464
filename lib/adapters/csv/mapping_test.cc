#include "lib/adapters/csv/mapping.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(result.mapping->delimiter, ',');
  EXPECT_EQ(result.mapping->row_filter->in.size(), 2u);
  EXPECT_EQ(result.mapping->resource_kind->text, "{Unit Type}");
  EXPECT_EQ(result.mapping->resource_kind->fallback, "other");
  ASSERT_EQ(result.mapping->milestones.size(), 2u);
  EXPECT_EQ(result.mapping->milestones[0].first, "arrived");
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
  EXPECT_EQ(result.mapping->delimiter, ';');
  EXPECT_TRUE(result.mapping->milestones.empty());
  EXPECT_EQ(result.mapping->milestone->map->at("ER Registration"), "emergency_registered");
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
  EXPECT_EQ(Problems(kBeginning),
            "map.yaml:1:1: a mapping needs `milestones`, or `milestone` with `occurred_at`\n");
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

TEST(ParseMapping, RefusesUnknownAndMissingKeys) {
  EXPECT_NE(Problems(kBeginning + std::string("colour: red\nmilestones:\n  a: {column: X, format: \"%F\"}\n"))
                .find("map.yaml:4:1: "),
            std::string::npos);
  EXPECT_NE(Problems("stream: ambulance\n").find("source"), std::string::npos);
}

TEST(LoadMapping, SaysWhatCantBeRead) {
  EXPECT_EQ(config::FormatProblems(LoadMapping("/nowhere/map.yaml").problems),
            "/nowhere/map.yaml:1:1: can't be read; check the path and its permissions\n");
}

}  // namespace
}  // namespace vardvakt::csv
