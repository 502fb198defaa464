#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/adapters/csv/mapping.h"
#include "lib/config/schema.h"

namespace vardvakt::csv {

// A mapping as its file has it, before what depends on several keys is checked; mapping.cc makes a Mapping of
// it.

struct MilestoneText {
  config::Mark at;
  config::Mark after_at;
  MilestoneSource source;  // without its name
};
struct EventText {
  config::Mark at;
  ValueSource milestone;
  TimeSource occurred_at;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
};
struct MappingText {
  config::Mark at;
  std::string stream;
  std::string source;
  std::optional<ValueSource> region;
  TimeZone zone = TimeZone::Utc();
  config::Located<char> delimiter;
  char quote = '"';
  Encoding encoding = Encoding::kUtf8;
  int64_t skip_lines = 0;
  std::vector<std::string> columns;
  std::vector<std::string> missing;
  std::vector<TimeFormat> time_format;
  std::vector<RowCondition> row_filter;
  ValueSource case_id;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
  config::Located<TimeSource> recorded_at;
  config::Located<std::vector<std::pair<std::string, std::vector<MilestoneText>>>> milestones;
  config::Located<ValueSource> milestone;
  config::Located<TimeSource> occurred_at;
  config::Located<std::vector<EventText>> events;
  std::vector<std::pair<std::string, ValueSource>> attributes;
  config::Located<ValueSource> deviation;
  std::optional<ValueSource> closed;
  config::Located<TimeSource> closed_at;
};

// The declaration of every key.
const config::Table<MappingText>& MappingTable();

}  // namespace vardvakt::csv
