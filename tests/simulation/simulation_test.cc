#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/simulation/run.h"

namespace vardvakt::simulation {
namespace {

// VARDVAKT_SIMULATION_SEEDS=1000000 for more than a test run's; VARDVAKT_SIMULATION_FIRST=n to begin at one.
uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(Simulation, EverySeedAgreesWithTheBatchComputation) {
  const uint64_t seeds = FromEnvironment("VARDVAKT_SIMULATION_SEEDS", SIMULATION_SEEDS);
  const uint64_t first = FromEnvironment("VARDVAKT_SIMULATION_FIRST", 1);
  constexpr int kProblemsShown = 5;
  int problems = 0;
  RunResult sum;
  for (uint64_t seed = first; seed < first + seeds && problems < kProblemsShown; ++seed) {
    const RunResult result = PlayRun(seed);
    sum.records += result.records;
    sum.episodes += result.episodes;
    sum.kills += result.kills;
    sum.snapshots += result.snapshots;
    sum.redefinitions += result.redefinitions;
    sum.ranges += result.ranges;
    if (result.problem.empty()) continue;
    ++problems;
    ADD_FAILURE() << "seed " << seed << " (VARDVAKT_SIMULATION_FIRST=" << seed
                  << " VARDVAKT_SIMULATION_SEEDS=1 plays it alone): " << result.problem;
  }
  RecordProperty("seeds", std::to_string(seeds));
  RecordProperty("records", std::to_string(sum.records));
  RecordProperty("episodes", std::to_string(sum.episodes));
  RecordProperty("kills", std::to_string(sum.kills));
  RecordProperty("snapshots", std::to_string(sum.snapshots));
  RecordProperty("redefinitions", std::to_string(sum.redefinitions));
  RecordProperty("ranges", std::to_string(sum.ranges));
}

// A proof that nothing can fail proves nothing.
int Noticed(Sabotage sabotage, uint64_t seeds, int& sabotaged) {
  int noticed = 0;
  sabotaged = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RunResult result = PlayRun(seed, sabotage);
    if (!result.sabotaged) continue;
    ++sabotaged;
    if (!result.problem.empty()) ++noticed;
  }
  return noticed;
}

TEST(SimulationItself, NoticesALostRecord) {
  int sabotaged = 0;
  EXPECT_EQ(Noticed(Sabotage::kDropRecord, 40, sabotaged), sabotaged);
  EXPECT_GT(sabotaged, 30);
}

TEST(SimulationItself, NoticesARecordThatCountsTwice) {
  int sabotaged = 0;
  EXPECT_EQ(Noticed(Sabotage::kDoubleRecord, 40, sabotaged), sabotaged);
  EXPECT_GT(sabotaged, 30);
}

TEST(SimulationItself, NoticesAnAlteredOutcome) {
  int sabotaged = 0;
  EXPECT_EQ(Noticed(Sabotage::kAlterOutcome, 40, sabotaged), sabotaged);
  EXPECT_GT(sabotaged, 15);
}

TEST(SimulationItself, NoticesALogTimeWithoutItsMargin) {
  int sabotaged = 0;
  EXPECT_GT(Noticed(Sabotage::kNoMargin, 200, sabotaged), 0);
}

}  // namespace
}  // namespace vardvakt::simulation
