#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time_zone.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/intake.h"
#include "lib/domain/pathways.h"
#include "lib/domain/rules.h"

namespace vardvakt::config {

// A problem of a configuration directory: where, what, and what to do. Line and column from 1.
struct Problem {
  std::string file;  // relative to the directory
  int line = 0;
  int column = 0;
  std::string message;  // cause, subject, remedy
};
// "file:line:column: message" each on a line.
std::string FormatProblems(const std::vector<Problem>& problems);

// Two configurations with the same digests, on the same machine, give the same numbers and episodes of a
// stream.
struct StreamDigest {
  uint64_t judging =
      0;  // of what cases are judged and counted by: definitions, limits, roll-ups, units, intake
  uint64_t telling = 0;  // of what is said of their sums: goals, denominators, rules

  bool operator==(const StreamDigest&) const = default;
};

// All that is known of one region.
struct RegionConfiguration {
  std::string code;
  int partition = 0;
  domain::Geography geography;
  TimeZone zone = TimeZone::Utc();
  std::vector<domain::StreamDefinition> streams;         // ascending by stream; only those with indicators
  std::shared_ptr<const domain::PathwayTable> pathways;  // svf-limits.yaml; null without that file
  domain::AlertRules rules;
  std::vector<StreamDigest> digests;  // one for each of `streams`
  uint64_t machine_digest = 0;        // of what numbers depend on beside: the code's version, the zone's days

  const domain::StreamDefinition* FindStream(std::string_view stream) const;
  const domain::Indicator* FindIndicator(std::string_view id) const;
};

// A deployment's configuration, as read from a directory. Read-only once loaded; shared by every thread.
struct Configuration {
  // As declared; grows with every change of what is measured (revision.yaml). That it has, only one who knows
  // the definitions before can tell, by the digests of the regions.
  uint32_t revision = 1;
  domain::IntakeRules intake;                // streams.yaml
  std::vector<std::string> streams;          // names, in the file's order
  std::vector<RegionConfiguration> regions;  // the first is the default (regions.yaml)

  const RegionConfiguration* FindRegion(std::string_view code) const;  // "" is the default one
};

// Reads every file of `directory`; all problems at once, never just the first.
struct LoadResult {
  std::shared_ptr<const Configuration> configuration;  // null when there are problems
  std::vector<Problem> problems;
  std::vector<Problem> notes;  // what is well to know and keeps nobody from using it
};
LoadResult Load(const std::string& directory);

// docs/configuration.md, made from the declarations that the files are read by.
std::string ReferenceMarkdown();

}  // namespace vardvakt::config
