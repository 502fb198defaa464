#include "lib/simulator/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "lib/simulator/county_test_util.h"
#include "lib/testkit/temp_dir.h"
#include "lib/wire/ndjson.h"

namespace vardvakt::simulator {
namespace {

using ::testing::HasSubstr;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SimulateTest : public ::testing::Test {
 protected:
  absl::StatusOr<Simulated> Simulate(const std::string& name) const {
    return SimulateToFile(county_, {.missions = AWeek(1), .care = ACareWeek(1)}, directory_ / name);
  }

  const County county_ = TestCounty();
  const testkit::TempDir directory_;
};

TEST_F(SimulateTest, TheSameSeedGivesTheSameFile) {
  const absl::StatusOr<Simulated> simulated = Simulate("a");
  ASSERT_TRUE(simulated.ok()) << simulated.status();
  ASSERT_TRUE(Simulate("b").ok());
  const std::string text = Contents(directory_ / "a");
  EXPECT_EQ(text, Contents(directory_ / "b"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), simulated->events);
  EXPECT_GT(simulated->cases, 500);
}

TEST_F(SimulateTest, EveryLineIsAnEvent) {
  const absl::StatusOr<Simulated> simulated = Simulate("a");
  ASSERT_TRUE(simulated.ok()) << simulated.status();
  const std::string text = Contents(directory_ / "a");
  wire::NdjsonDecoder decoder;
  domain::Event event;
  int64_t events = 0;
  std::string_view rest = text;
  for (std::string_view line; wire::NextLine(rest, line);) {
    ASSERT_FALSE(decoder.Decode(line, event)) << line;
    EXPECT_EQ(event.region, "06");
    ++events;
  }
  EXPECT_EQ(events, simulated->events);
}

TEST_F(SimulateTest, SaysWhatItCanNotDo) {
  TrafficOptions backwards{.missions = AWeek(1), .care = ACareWeek(1)};
  backwards.missions.to = backwards.care.to = backwards.care.from;
  EXPECT_THAT(SimulateToFile(county_, backwards, directory_ / "a").status().ToString(),
              HasSubstr("give --to after --from"));
  EXPECT_THAT(SimulateToFile(County{}, {.missions = AWeek(1), .care = ACareWeek(1)}, directory_ / "a")
                  .status()
                  .ToString(),
              HasSubstr("units.yaml has no municipalities"));
  TrafficOptions nowhere{.missions = AWeek(1), .care = ACareWeek(1)};
  nowhere.care.incidents = {{.kind = IncidentKind::kStrike, .from = backwards.care.from, .where = "wait"}};
  EXPECT_THAT(SimulateToFile(county_, nowhere, directory_ / "a").status().ToString(),
              HasSubstr("no municipality, hospital or unit of that code"));
  EXPECT_THAT(Simulate("none/a").status().ToString(), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace vardvakt::simulator
