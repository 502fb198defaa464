#include "lib/adapters/csv/event_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "lib/adapters/csv/temporary_file.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using domain::Event;
using domain::Reject;

constexpr char kWide[] = R"(
stream: ambulance
source: sffd
time_zone: America/Los_Angeles
row_filter: {column: Group, in: [Medical]}
case_id: "{Call}"
resource: "{Unit}"
resource_kind: {column: Type, map: {MEDIC: ambulance}, default: other}
milestones:
  call_received: {column: Received, format: "%m/%d/%Y %I:%M:%S %p"}
  arrived:       {column: On Scene, format: "%m/%d/%Y %I:%M:%S %p"}
attributes:
  priority: {column: Priority, map: {"3": "1", "2": "2"}}
closed: {column: Disposition, map: {Cancelled: cancelled}}
)";
constexpr char kWideHeader[] = "Call,Unit,Type,Group,Received,On Scene,Priority,Disposition\n";

constexpr char kLog[] = R"(
stream: emergency
source: hospital
time_zone: Europe/Amsterdam
delimiter: ";"
case_id: "{Case ID}"
milestone: {column: Activity, map: {ER Registration: registered, IV Antibiotics: antibiotics_given}}
occurred_at: {column: Complete Timestamp, format: "%Y/%m/%d %H:%M:%S"}
attributes: {diagnosis: "{Diagnose}"}
)";

Mapping MappingOf(std::string_view text) {
  MappingResult result = ParseMapping(text, "map.yaml");
  EXPECT_TRUE(result.mapping) << config::FormatProblems(result.problems);
  return *std::move(result.mapping);
}

std::vector<CsvItem> ReadAll(std::string_view mapping, std::string_view content) {
  const TemporaryFile file(content);
  absl::StatusOr<CsvEventReader> reader = CsvEventReader::Open(file.path(), MappingOf(mapping));
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<CsvItem> items;
  for (CsvItem item; reader->Next(item);) items.push_back(item);
  EXPECT_TRUE(reader->status().ok());
  return items;
}

TEST(CsvEventReader, MakesAnEventOfEachMilestoneAndOneOfTheRest) {
  const auto items =
      ReadAll(kWide, Cat(kWideHeader,
                         "1001,85,MEDIC,Medical,04/07/2020 11:53:08 PM,04/08/2020 12:02:21 AM,3,Cancelled\n"
                         "1001,E32,ENGINE,Medical,04/07/2020 11:53:08 PM,,9,Other\n"
                         "1002,T1,TRUCK,Fire,04/07/2020 11:53:08 PM,,3,Other\n"));
  ASSERT_EQ(items.size(), 4u);
  const Event& arrived = items[0].event;
  EXPECT_EQ(arrived.milestone, "arrived");
  EXPECT_EQ(arrived.case_id, "1001");
  EXPECT_EQ(arrived.source, "sffd");
  EXPECT_EQ(arrived.stream, "ambulance");
  EXPECT_EQ(arrived.resource, "85");
  EXPECT_EQ(arrived.resource_kind, "ambulance");
  EXPECT_EQ(arrived.occurred_at, ParseRfc3339("2020-04-08T07:02:21Z"));
  EXPECT_EQ(arrived.recorded_at, arrived.occurred_at);
  EXPECT_TRUE(arrived.attributes.empty());
  EXPECT_EQ(items[1].event.milestone, "call_received");
  EXPECT_EQ(items[1].event.occurred_at, ParseRfc3339("2020-04-08T06:53:08Z"));
  EXPECT_EQ(items[1].event.recorded_at, arrived.occurred_at);
  const Event& facts = items[2].event;
  EXPECT_EQ(facts.milestone, "");
  EXPECT_EQ(facts.resource, "");
  EXPECT_EQ(facts.closed, "cancelled");
  EXPECT_EQ(facts.occurred_at, arrived.occurred_at);
  EXPECT_EQ(facts.attributes, (decltype(facts.attributes){{"priority", "1"}}));
  EXPECT_EQ(items[3].event.resource_kind, "other");
  EXPECT_EQ(items[3].line, 3);
}

TEST(CsvEventReader, MakesAnEventOfEachRowOfALog) {
  const auto items = ReadAll(kLog,
                             "Case ID;Activity;Complete Timestamp;Diagnose\n"
                             "A;ER Registration;2014/10/22 11:15:41.125;\n"
                             "A;CRP;2014/10/22 11:27:00.000;\n"
                             "A;Admission;2014/10/22 14:13:19.000;X\n");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].event.milestone, "registered");
  EXPECT_EQ(items[0].event.occurred_at, ParseRfc3339("2014-10-22T09:15:41.125Z"));
  EXPECT_EQ(items[1].event.milestone, "");
  EXPECT_EQ(items[1].event.attributes, (decltype(Event::attributes){{"diagnosis", "X"}}));
  EXPECT_EQ(items[1].event.recorded_at, ParseRfc3339("2014-10-22T12:13:19Z"));
}

TEST(CsvEventReader, AnUnreadableRowIsOneRejection) {
  const auto items = ReadAll(kWide, Cat(kWideHeader,
                                        "1,85,MEDIC,Medical,yesterday,04/08/2020 12:02:21 AM,3,\n"
                                        "2,85,MEDIC,Medical\n"
                                        ",85,MEDIC,Medical,04/07/2020 11:53:08 PM,,3,\n"
                                        "4,85,MEDIC,Medical,,,3,,,\n"
                                        "5,85,MEDIC,Medical,,,,\n"
                                        "6,\"85\"x,MEDIC,Medical,,,,\n"
                                        "7,85,MEDIC,Medical,04/07/2020 11:53:08 PM,,,\n"));
  ASSERT_EQ(items.size(), 6u);
  const auto expect = [&](size_t index, int64_t line, Reject reason, std::string_view detail) {
    ASSERT_TRUE(items[index].rejection);
    EXPECT_EQ(items[index].line, line);
    EXPECT_EQ(items[index].rejection->reason, reason);
    EXPECT_EQ(items[index].rejection->detail, detail);
  };
  expect(0, 2, Reject::kBadTime, "column \"Received\" holds no time of the mapping's format");
  expect(1, 3, Reject::kMalformed, "the row has 4 cells, the header 8");
  expect(2, 4, Reject::kMissingField, "the row has no case_id");
  expect(3, 5, Reject::kMissingField, "the row has no time");
  expect(4, 7, Reject::kMalformed, "text stands behind a closing quote");
  EXPECT_FALSE(items[5].rejection);
  EXPECT_EQ(items[5].event.case_id, "7");
}

TEST(CsvEventReader, GivesTheSameRowTheSameIds) {
  const std::string row = "1001,85,MEDIC,Medical,04/07/2020 11:53:08 PM,04/08/2020 12:02:21 AM,3,\n";
  const std::string quoted = "\"1001\",85,MEDIC,Medical,04/07/2020 11:53:08 PM,04/08/2020 12:02:21 AM,3,\r\n";
  const std::string other = "1001,86,MEDIC,Medical,04/07/2020 11:53:08 PM,04/08/2020 12:02:21 AM,3,\n";
  const auto items = ReadAll(kWide, Cat(kWideHeader, row, quoted, other));
  ASSERT_EQ(items.size(), 9u);
  std::set<std::string> ids;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(items[i].event, items[i + 3].event);
    ids.insert(items[i].event.event_id);
    ids.insert(items[i + 6].event.event_id);
    EXPECT_EQ(items[i].event.event_id.size(), 32u);
  }
  EXPECT_EQ(ids.size(), 6u);
}

TEST(CsvEventReader, NamesTheColumnsThatAreNotThere) {
  const TemporaryFile file("Call;Unit\n");
  const auto reader = CsvEventReader::Open(file.path(), MappingOf(kWide));
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kInvalidArgument);
  for (const char* part : {"\"Call\" is not there", "\"On Scene\" is not there", "delimiter"}) {
    EXPECT_NE(ToStd(reader.status().message()).find(part), std::string_view::npos) << reader.status();
  }
  const TemporaryFile doubled(Cat("Call,", kWideHeader));
  EXPECT_NE(ToStd(CsvEventReader::Open(doubled.path(), MappingOf(kWide)).status().message())
                .find("\"Call\" is there more than once"),
            std::string_view::npos);
  const TemporaryFile empty("");
  EXPECT_NE(ToStd(CsvEventReader::Open(empty.path(), MappingOf(kWide)).status().message()).find("is empty"),
            std::string_view::npos);
}

// Real files, where they are at hand: every row is read and every event would be accepted.
TEST(CsvEventReader, ReadsRealFiles) {
  const auto count = [](const std::string& path, std::string_view mapping) {
    std::map<std::string, int> counts;
    absl::StatusOr<CsvEventReader> reader = CsvEventReader::Open(path, MappingOf(mapping));
    EXPECT_TRUE(reader.ok()) << reader.status();
    for (CsvItem item; reader->Next(item);) {
      EXPECT_FALSE(item.rejection) << item.line << ": " << item.rejection->detail;
      ++counts[item.event.milestone];
    }
    counts["rows"] = static_cast<int>(reader->rows());
    return counts;
  };
  const std::string fire = "../shared/data/san-francisco-fire-calls-2020-04.csv";
  if (std::filesystem::exists(fire)) {
    auto counts = count(fire, R"(
stream: ambulance
source: sffd
time_zone: America/Los_Angeles
case_id: "{Call Number}"
resource: "{Unit ID}"
milestones:
  call_received: {column: Received DtTm, format: "%m/%d/%Y %I:%M:%S %p"}
  arrived:       {column: On Scene DtTm, format: "%m/%d/%Y %I:%M:%S %p"}
)");
    EXPECT_EQ(counts["rows"], 10'410);
    EXPECT_EQ(counts["call_received"], 10'410);
    EXPECT_EQ(counts["arrived"], 10'410 - 1'716);
  }
  const std::string sepsis = "../shared/data/hospital-sepsis-2013-2015.csv";
  if (std::filesystem::exists(sepsis)) {
    auto counts = count(sepsis, kLog);
    EXPECT_EQ(counts["rows"], 15'214);
    EXPECT_EQ(counts["registered"], 1'050);
  }
}

}  // namespace
}  // namespace vardvakt::csv
