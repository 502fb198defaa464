#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/adapters/csv/time_format.h"
#include "lib/base/time_zone.h"
#include "lib/config/configuration.h"
#include "lib/config/document.h"

namespace vardvakt::csv {

// A time in a column.
struct TimeColumn {
  std::string column;
  std::string format_text;
  TimeFormat format;
};

// A value made of columns: a template like "{Call Number}", then, where there is one, looked up in `map`;
// what is not found there is `fallback`. An empty value is none.
struct ValueSource {
  std::string text;  // the template; of `column: X` it is "{X}"
  std::optional<std::map<std::string, std::string>> map;
  std::string fallback;
};

struct RowFilter {
  std::string column;
  std::vector<std::string> in;
};

// How rows of a file become events (interfaces §3). Exactly one of `milestones` (a row has a column for each)
// and `milestone` with `occurred_at` (a row is one event) is there.
struct Mapping {
  std::string stream;
  std::string source;
  std::string region;  // empty: the deployment's first
  TimeZone zone = TimeZone::Utc();
  char delimiter = ',';
  std::optional<RowFilter> row_filter;
  ValueSource case_id;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
  std::optional<TimeColumn> recorded_at;
  std::vector<std::pair<std::string, TimeColumn>> milestones;
  std::optional<ValueSource> milestone;
  std::optional<TimeColumn> occurred_at;
  std::vector<std::pair<std::string, ValueSource>> attributes;  // ascending by name
  std::optional<ValueSource> closed;
};

// A mapping, or every problem of its file with line, column and remedy.
struct MappingResult {
  std::optional<Mapping> mapping;
  std::vector<config::Problem> problems;
};
// `file` is its name in problems.
MappingResult ParseMapping(std::string_view text, const std::string& file);
MappingResult LoadMapping(const std::string& path);

}  // namespace vardvakt::csv
