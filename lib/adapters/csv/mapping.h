#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/adapters/csv/csv_reader.h"
#include "lib/adapters/csv/time_format.h"
#include "lib/base/time_zone.h"
#include "lib/config/configuration.h"
#include "lib/domain/intake.h"

namespace vardvakt::csv {

// Text made of columns: the template "{Call Number}-1" is a column and a literal.
struct TextPiece {
  std::string text;  // a literal, or a column's name
  bool column = false;
};
using TextSource = std::vector<TextPiece>;

// A time in one or several columns. The first format that the whole text fits reads it.
struct TimeSource {
  TextSource text;
  std::vector<TimeFormat> formats;
};

enum class Casing : uint8_t { kAsIs, kLower, kUpper };

// A value made of columns: the text, its letters as `casing` says, then, where there are any, looked up in
// `map` and then in `patterns`, the first that fits; what is not found there, and an empty text, is
// `fallback`. With `age_at` that is an age in years at that time, and becomes the year of birth. An
// empty value is none.
struct ValueSource {
  TextSource text;
  Casing casing = Casing::kAsIs;
  std::optional<std::map<std::string, std::string>> map;
  std::vector<std::pair<std::string, std::string>> patterns;  // '*': any characters; '?': any one
  std::string fallback;
  std::optional<TimeSource> age_at;
};

// Holds when the value of a column is (or, `negate`, is not) one of `values`.
struct RowCondition {
  std::string column;
  std::vector<std::string> values;
  bool negate = false;
};

// A milestone that a row may have reached: `name`, or what `which` says, at `at`. Where `after` names another
// milestone of the row, `number` is how many times `unit` later than that it was.
struct MilestoneSource {
  std::string name;
  std::optional<ValueSource> which;
  std::optional<TimeSource> at;
  std::string after;
  TextSource number;
  Duration unit{};
  std::optional<ValueSource> resource;  // none: the row's
  std::optional<ValueSource> resource_kind;
};

// How rows of a file become events (interfaces §3). Exactly one of two shapes: every milestone has a `name`
// (a row has a column for each), or every one has `which` (a row is one event). Without milestones rows give
// facts of cases only, and `recorded_at` is there.
struct Mapping {
  std::string stream;
  std::string source;
  std::optional<ValueSource> region;  // none: the deployment's first
  TimeZone zone = TimeZone::Utc();
  CsvDialect dialect;
  std::vector<std::string> columns;  // of a file without a header; empty: its first row names them
  std::vector<std::string> missing;  // cells that stand for nothing
  std::vector<RowCondition> row_filter;
  ValueSource case_id;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
  std::optional<TimeSource> recorded_at;
  std::vector<MilestoneSource> milestones;                      // the wide shape's: ascending by name
  std::vector<std::pair<std::string, ValueSource>> attributes;  // ascending by name
  std::optional<ValueSource> deviation;
  std::optional<ValueSource> closed;
  std::optional<TimeSource> closed_at;  // none, or empty: the row's greatest time
};

// A mapping, or every problem of its file with line, column and remedy.
struct MappingResult {
  std::optional<Mapping> mapping;
  std::vector<config::Problem> problems;
};
// `file` is its name in problems. With `rules` a stream, milestone or attribute that they would refuse is one
// too.
MappingResult ParseMapping(std::string_view text, const std::string& file,
                           const domain::IntakeRules* rules = nullptr);
MappingResult LoadMapping(const std::string& path, const domain::IntakeRules* rules = nullptr);

// docs/csv-mapping.md, made from the declarations that mappings are read by.
std::string MappingReferenceMarkdown();

}  // namespace vardvakt::csv
