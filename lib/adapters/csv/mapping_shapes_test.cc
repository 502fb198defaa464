// Files of other shapes than the two of the contract, each with the few rows that show it.

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_join.h"
#include "lib/adapters/csv/event_reader.h"
#include "lib/adapters/csv/temporary_file.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

std::string Show(const CsvItem& item) {
  if (item.rejection) return Cat(item.line, "! ", item.rejection->detail);
  const domain::Event& event = item.event;
  std::string out = Cat(event.case_id, ":");
  if (!event.region.empty()) CatTo(out, " region=", event.region);
  if (!event.milestone.empty()) CatTo(out, " ", event.milestone);
  if (!event.resource.empty()) CatTo(out, " by ", event.resource);
  if (!event.resource_kind.empty()) CatTo(out, " (", event.resource_kind, ")");
  if (!event.closed.empty()) CatTo(out, " closed=", event.closed);
  if (event.occurred_at) CatTo(out, " ", FormatMillis(*event.occurred_at));
  for (const auto& [name, value] : event.attributes) CatTo(out, " ", name, "=", value);
  if (event.deviation) CatTo(out, " deviation=", domain::DeviationCode(*event.deviation));
  return out;
}

// What a mapping makes of a file, an event or rejection each line.
std::string ReadAll(std::string_view mapping, std::string_view content) {
  MappingResult parsed = ParseMapping(Cat("stream: s\nsource: x\n", mapping), "map.yaml");
  EXPECT_TRUE(parsed.mapping) << config::FormatProblems(parsed.problems);
  const TemporaryFile file(content);
  absl::StatusOr<CsvEventReader> reader = CsvEventReader::Open(file.path(), *std::move(parsed.mapping));
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> lines;
  for (CsvItem item; reader->Next(item);) lines.push_back(Show(item));
  return absl::StrJoin(lines, "\n");
}

TEST(MappingShapes, CaseOfSeveralColumns) {
  EXPECT_EQ(ReadAll(R"(
case_id: "{A}-{B}"
milestones: {a: "{T}"}
)",
                    "A,B,T\n1,2,2026-04-15T10:17:33Z\n,,2026-04-15T10:17:33Z\n"),
            "1-2: a 2026-04-15T10:17:33.000Z\n3! the row has no case_id");
}

TEST(MappingShapes, DateAndTimeInColumnsOfTheirOwn) {
  constexpr char kMapping[] = R"(
time_zone: Europe/London
time_format: ["%d %b %Y %H:%M:%S", "%d/%m/%Y %H:%M"]
case_id: "{No}"
milestones: {called: "{Date} {Time}", arrived: {template: "{Date} {Arrived}"}}
)";
  EXPECT_EQ(ReadAll(kMapping,
                    "No,Date,Time,Arrived\n1,01 Jul 2024,00:00:37,\n2,01/07/2024,23:10,23:20\n3,,10:00,\n"
                    "4,01/07/2024,soon,\n"),
            "1: called 2024-06-30T23:00:37.000Z\n"
            "2: arrived 2024-07-01T22:20:00.000Z\n"
            "2: called 2024-07-01T22:10:00.000Z\n"
            "5! column \"Date\", \"Time\" holds no time of the mapping's format");
}

TEST(MappingShapes, TimesInTheUsualFormsNeedNoFormat) {
  EXPECT_EQ(ReadAll("time_zone: Europe/Stockholm\ncase_id: \"{c}\"\nmilestones: {a: \"{t}\"}\n",
                    "c,t\n1,2026-05-05 10:00:00.5\n2,2026-05-05T10:00:00Z\n3,2026-05-05T10:00\n"
                    "4,2026-05-05 10:00:00+00:00\n5,2026-05-05\n6,05/05/2026\n"),
            "1: a 2026-05-05T08:00:00.500Z\n2: a 2026-05-05T10:00:00.000Z\n3: a 2026-05-05T08:00:00.000Z\n"
            "4: a 2026-05-05T10:00:00.000Z\n5: a 2026-05-04T22:00:00.000Z\n"
            "7! column \"t\" holds no time of the mapping's format");
}

TEST(MappingShapes, MilestonesAsLengthsAfterAnother) {
  EXPECT_EQ(ReadAll(R"(
time_zone: Europe/Stockholm
time_format: "%F %T"
missing: ["NULL"]
case_id: "{Id}"
milestones:
  called: "{Called}"
  arrived: {column: Seconds, after: called}
  treated: {column: Days, after: called, unit: days}
)",
                    "Id,Called,Seconds,Days\n1,2026-03-28 23:30:00,319,1\n2,2026-03-28 23:30:00,NULL,0,5\n"
                    "3,2026-03-28 23:30:00,5 min,\n4,NULL,5,\n"),
            "1: arrived 2026-03-28T22:35:19.000Z\n"
            "1: called 2026-03-28T22:30:00.000Z\n"
            "1: treated 2026-03-29T21:30:00.000Z\n"
            "3! the row has 5 cells, the header 4\n"
            "4! column \"Seconds\" holds no number of its unit");
}

TEST(MappingShapes, SeveralUnitsInOneRow) {
  EXPECT_EQ(
      ReadAll(R"(
time_format: "%F %R"
case_id: "{Id}"
milestones:
  arrived:
    - {column: First, resource: "{First unit}", resource_kind: ambulance}
    - {column: Second, resource: "{Second unit}"}
)",
              "Id,First,First unit,Second,Second unit\n1,2026-01-02 03:04,A1,2026-01-02 03:09,E7\n"),
      "1: arrived by A1 (ambulance) 2026-01-02T03:04:00.000Z\n1: arrived by E7 2026-01-02T03:09:00.000Z");
}

TEST(MappingShapes, StartAndEndOfAnActivity) {
  EXPECT_EQ(ReadAll(R"(
delimiter: tab
quote: none
time_format: epoch_millis
case_id: "{case}"
events:
  - {milestone: {column: activity, map: {Surgery: surgery_begun}}, occurred_at: "{start}"}
  - {milestone: {column: activity, map: {Surgery: surgery_done}}, occurred_at: "{end}"}
)",
                    "case\tactivity\tstart\tend\n1\tSurgery\t1413969341000\t1413969342000\n"
                    "1\tCoffee\t1\t2\n2\tSurgery\t1413969341000\t\n3\tSurgery\t\t\n"),
            "1: surgery_begun 2014-10-22T09:15:41.000Z\n1: surgery_done 2014-10-22T09:15:42.000Z\n"
            "2: surgery_begun 2014-10-22T09:15:41.000Z\n5! the row has a milestone and no time");
}

TEST(MappingShapes, LifecycleAndActivityInTwoColumns) {
  EXPECT_EQ(ReadAll(R"(
time_format: "%F"
case_id: "{c}"
row_filter: [{column: unit, not_in: [test, ""]}, {column: c, in: ["1", "2"]}]
milestone:
  template: "{a}/{l}"
  case: lower
  map: {"x/start": x_begun}
  patterns: {"x/c*": x_done, "release ?/*": released}
occurred_at: "{t}"
)",
                    "c,a,l,t,unit\n1,X,START,2026-01-01,u\n1,X,Complete,2026-01-02,u\n1,Release "
                    "A,complete,2026-01-03,u\n"
                    "1,Release,complete,2026-01-03,u\n1,X,start,2026-01-01,test\n1,X,start,2026-01-01,\n"
                    "3,X,start,2026-01-01,u\n"),
            "1: x_begun 2026-01-01T00:00:00.000Z\n1: x_done 2026-01-02T00:00:00.000Z\n"
            "1: released 2026-01-03T00:00:00.000Z");
}

TEST(MappingShapes, NoHeaderOtherEncodingAndAConstant) {
  EXPECT_EQ(ReadAll(R"(
encoding: windows-1252
delimiter: ";"
skip_lines: 1
columns: [id, when, place]
time_format: "%F"
region: {column: place, map: {"Åre": "23"}, default: "06"}
case_id: "{id}"
milestones: {a: "{when}"}
attributes: {unit: emergency, place: "{place}"}
)",
                    "sep=;\n1;2026-01-01;\xC5re;\n"),
            "1: region=23 a 2026-01-01T00:00:00.000Z\n1: region=23 place=Åre unit=emergency");
}

TEST(MappingShapes, DeviationsAndCloses) {
  EXPECT_EQ(
      ReadAll(
          R"(
time_format: "%F"
case_id: "{id}"
milestones: {referred: "{from}"}
deviation: {column: why, map: {"1": mov, "2": pvv, "0": none}}
closed: {column: end, map: {"9": dropped}}
closed_at: "{on}"
)",
          "id,from,why,end,on\n1,2026-01-01,1,9,2026-02-01\n2,2026-01-01,0,9,\n3,2026-01-01,,,2026-02-01\n"),
      "1: referred 2026-01-01T00:00:00.000Z\n"
      "1: closed=dropped 2026-02-01T00:00:00.000Z deviation=mov\n"
      "2: referred 2026-01-01T00:00:00.000Z\n"
      "2: closed=dropped 2026-01-01T00:00:00.000Z deviation=\n"
      "3: referred 2026-01-01T00:00:00.000Z");
  EXPECT_EQ(
      ReadAll("case_id: \"{id}\"\nmilestones: {a: {column: t, format: \"%F\"}}\ndeviation: \"{d}\"\n",
              "id,t,d\n1,2026-01-01,PvV\n2,2026-01-01,other\n"),
      "1: a 2026-01-01T00:00:00.000Z\n1: deviation=pvv\n3! the row's deviation is none of pvv, mov and sov");
}

TEST(MappingShapes, AgesBecomeYearsOfBirth) {
  EXPECT_EQ(ReadAll(R"(
time_zone: Europe/Stockholm
time_format: "%FT%T%z"
case_id: "{id}"
milestones: {seen: "{t}"}
attributes: {birth_year: {column: age, age_at: "{t}", patterns: {"90*": "90"}}}
)",
                    "id,t,age\n1,2025-12-31T23:30:00Z,90+\n"),
            "1: seen 2025-12-31T23:30:00.000Z\n1: birth_year=1936");
  EXPECT_EQ(ReadAll(R"(
time_format: "%F"
case_id: "{id}"
milestones: {seen: "{t}"}
attributes: {birth_year: {column: age, age_at: "{t}"}}
)",
                    "id,t,age\n1,2026-05-05,0\n2,2026-05-05,\n3,2026-05-05,adult\n4,,40\n"),
            "1: seen 2026-05-05T00:00:00.000Z\n1: birth_year=2026\n2: seen 2026-05-05T00:00:00.000Z\n"
            "3: seen 2026-05-05T00:00:00.000Z");
}

TEST(MappingShapes, FactsOfCasesAlone) {
  EXPECT_EQ(ReadAll(R"(
case_id: "{id}"
recorded_at: {template: "2026-01-01", format: "%F"}
attributes: {sex: {column: sex, case: upper, map: {K: F, M: M}}}
)",
                    "id,sex\n1,k\n2,\n"),
            "1: sex=F");
}

TEST(MappingShapes, TheSameMilestoneAgainIsARegisterOfItsOwnByItsResource) {
  EXPECT_EQ(
      ReadAll(R"(
time_format: "%F"
case_id: "{c}"
resource: "{t}"
milestone: "{a}"
occurred_at: "{t}"
)",
              "c,a,t\n1,triaged,2026-01-01\n1,triaged,2026-01-02\n"),
      "1: triaged by 2026-01-01 2026-01-01T00:00:00.000Z\n1: triaged by 2026-01-02 2026-01-02T00:00:00.000Z");
}

// Whatever stands in the cells, a row gives a few events or one rejection.
TEST(MappingShapes, NoCellIsTooStrange) {
  MappingResult parsed = ParseMapping(R"(
stream: s
source: x
time_zone: Europe/Stockholm
time_format: [iso_8601, epoch_millis, "%e %B %y %l:%M %p", "%j/%Y"]
missing: ["-", "NULL"]
row_filter: {column: a, not_in: [x]}
case_id: {template: "{a}{b}", case: upper}
milestones:
  m: [{template: "{b} {c}", resource: "{d}"}, {column: d, resource: two}]
  n: {column: c, after: m, unit: days}
attributes:
  birth_year: {column: c, age_at: "{b}"}
  p: {column: d, case: lower, patterns: {"*a*b?": q, "?*": r}}
deviation: {column: a, patterns: {"*1*": pvv}}
closed: {column: d, map: {"": empty}}
closed_at: "{c}"
)",
                                      "map.yaml");
  ASSERT_TRUE(parsed.mapping) << config::FormatProblems(parsed.problems);
  absl::StatusOr<RowMapper> mapper = RowMapper::Bind(*parsed.mapping, {"a", "b", "c", "d"});
  ASSERT_TRUE(mapper.ok()) << mapper.status();
  const std::vector<std::string> bits = {
      "2026-05-05", "T10:00", "Z",  "-",        "NULL", "999999999999999",    "9e9", "x",
      "Å",          "12",     ",5", "\xC2\xA0", " ",    "5 March 26 9:00 am", "abc"};
  std::mt19937 random(1);
  std::vector<domain::Event> events;
  for (int row = 0; row < 20'000; ++row) {
    std::vector<std::string> texts(4);
    for (std::string& text : texts) {
      for (auto parts = random() % 4; parts > 0; --parts) text += bits[random() % bits.size()];
    }
    size_t count = 0;
    const auto rejection = mapper->Map({texts.begin(), texts.end()}, events, count);
    ASSERT_LE(count, rejection ? 0u : 4u);
    for (size_t i = 0; i < count; ++i) {
      ASSERT_FALSE(events[i].case_id.empty());
      ASSERT_TRUE(events[i].recorded_at);
      ASSERT_TRUE(events[i].milestone.empty() || events[i].occurred_at);
    }
  }
}

}  // namespace
}  // namespace vardvakt::csv
