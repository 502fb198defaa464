#pragma once

#include <cstdint>
#include <string>

namespace vardvakt::simulation {

// What is done to the proof itself, to see that it would notice.
enum class Sabotage : uint8_t {
  kNone,
  kDropRecord,    // the truth lacks one record
  kDoubleRecord,  // the truth has one twice
  kAlterOutcome,  // the truth has one stop at another time
  kNoMargin,      // the tasks take the clock for log time, without the margin
};

struct RunResult {
  std::string problem;    // what differed first; empty when nothing did
  bool sabotaged = true;  // false where the run offers nothing to sabotage in that way
  size_t records = 0;
  size_t episodes = 0;
  size_t kills = 0;
  size_t redefinitions = 0;
  size_t snapshots = 0;
  size_t ranges = 0;  // asked for by from and to, and answered
};

// One seed is one run: events, clocks, batches, commits, crashes, lost and older disks, one to three
// processes at once that all publish, sayings that arrive late, definitions that change (in some runs). At
// every quiet point what each process shows must equal the batch computation; at the end episodes, refusals
// and what readers of the publications see as well.
RunResult PlayRun(uint64_t seed, Sabotage sabotage = Sabotage::kNone);

}  // namespace vardvakt::simulation
