#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/domain/episode.h"
#include "lib/engine/log.h"
#include "lib/engine/task.h"

namespace vardvakt::simulation {

// What a task must show after so many records as of an instant.
struct Answer {
  std::string report;  // as replay prints it: every row, and the accounting
  std::map<std::string, std::string>
      waiting;  // "indicator case" -> how an open case at risk or overdue stands
  bool operator==(const Answer&) const = default;
};

// The first thing that two answers do not have in common; empty when there is none.
std::string FirstDifference(const Answer& ours, const Answer& truth);

// Computed from the first `count` records alone, all cases at once.
Answer Truth(const engine::TaskSetting& setting, const engine::Task::Decode& decode,
             const std::vector<engine::Record>& records, size_t count, Instant as_of);

// The same as a task tells it.
Answer Told(engine::Task& task);

// What falls into [from, to), by series (of every sex and age) and measure; those that count something. The
// truth counts cases by their instants; the task adds up panes, or refuses bounds that none match.
std::map<std::string, std::string> CountsBetween(const engine::TaskSetting& setting,
                                                 const engine::Task::Decode& decode,
                                                 const std::vector<engine::Record>& records, size_t count,
                                                 Instant as_of, Instant from, Instant to);
absl::StatusOr<std::map<std::string, std::string>> ToldBetween(engine::Task& task, Instant from, Instant to);

// Who waited at each local midnight up to an instant, as a text for each series with somebody waiting: by the
// batch computation over the records that the log had taken by then, and as a task has kept it.
std::map<std::string, std::string> PlainSnapshots(const engine::TaskSetting& setting,
                                                  const engine::Task::Decode& decode,
                                                  const std::vector<engine::Record>& records, Instant until);
absl::StatusOr<std::map<std::string, std::string>> KeptSnapshots(engine::Task& task, LocalDay first,
                                                                 LocalDay last);

// Which records are refused, and why, by offset.
std::map<engine::Offset, domain::Reject> Refused(const engine::TaskSetting& setting,
                                                 const engine::Task::Decode& decode,
                                                 const std::vector<engine::Record>& records);

// The episodes that follow from the records up to an instant, by brute force: at every grid point every case
// is judged anew and every rule is asked about every series. Those that fired, as FiredEpisodes has them.
std::vector<std::string> PlainEpisodes(const engine::TaskSetting& setting, const engine::Task::Decode& decode,
                                       const std::vector<engine::Record>& records, Instant until);
// Everything about an episode but its texts.
std::string EpisodeText(const domain::Episode& episode);
// Of those that fired, sorted. Whether the others are kept depends on when they were looked for.
std::vector<std::string> FiredEpisodes(const std::vector<domain::Episode>& episodes);

}  // namespace vardvakt::simulation
