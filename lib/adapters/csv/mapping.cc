#include "lib/adapters/csv/mapping.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "lib/base/strings.h"
#include "lib/config/schema.h"

namespace vardvakt::csv {
namespace {

using config::EventName;
using config::FindEntry;
using config::Identifier;
using config::ListOf;
using config::Located;
using config::Mark;
using config::Node;
using config::Problem;
using config::Sink;
using config::Table;
using config::Text;
using config::TextMap;
using config::Type;
using config::WithPlace;

// The file as it stands, before what depends on several keys is checked.
struct ColumnText {
  std::string column;
  std::optional<std::map<std::string, std::string>> map;
  std::string fallback;
};
struct MappingText {
  Mark at;
  std::string stream;
  std::string source;
  std::string region;
  TimeZone zone = TimeZone::Utc();
  std::string delimiter;
  std::optional<RowFilter> row_filter;
  ValueSource case_id;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
  std::optional<TimeColumn> recorded_at;
  Located<std::vector<std::pair<std::string, TimeColumn>>> milestones;
  Located<ValueSource> milestone;
  Located<TimeColumn> occurred_at;
  std::vector<std::pair<std::string, ValueSource>> attributes;
  std::optional<ValueSource> closed;
};

const Table<ColumnText>& ColumnTable() {
  static const auto table =
      Table<ColumnText>("a value", "Where a value comes from.")
          .Required("column", &ColumnText::column, Text(), "The column of the file.")
          .Optional("map", &ColumnText::map, TextMap(), "What the values of the column stand for.")
          .Optional("default", &ColumnText::fallback, Text(),
                    "What any other value stands for; left out, it stands for nothing.");
  return table;
}

const Table<TimeColumn>& TimeTable() {
  static const auto table =
      Table<TimeColumn>("a time", "Where a time comes from.")
          .Required("column", &TimeColumn::column, Text(), "The column of the file.")
          .WithDefault("format", &TimeColumn::format_text, Text(), "%Y-%m-%dT%H:%M:%S%z",
                       "How it is written, with the directives of strptime.");
  return table;
}

const Table<RowFilter>& FilterTable() {
  static const auto table = Table<RowFilter>("a filter", "Which rows count.")
                                .Required("column", &RowFilter::column, Text(), "The column of the file.")
                                .Required("in", &RowFilter::in, ListOf(Text(0), 1), "Its values that count.");
  return table;
}

Type<TimeColumn> Time() {
  return {"a column and its format",
          [](const Node& node, Sink& sink, TimeColumn& out) {
            if (!TimeTable().Read(node, sink, out)) return false;
            absl::StatusOr<TimeFormat> format = TimeFormat::Compile(out.format_text);
            if (!format.ok()) {
              const Node::Entry* entry = FindEntry(node, "format");
              sink.Add(entry == nullptr ? node.at : entry->value.at, std::string(format.status().message()));
              return false;
            }
            out.format = *std::move(format);
            return true;
          },
          &TimeTable().info()};
}

// True when every brace of a template belongs to a pair with a name between.
bool IsTemplate(std::string_view text) {
  while (!text.empty()) {
    const size_t open = text.find_first_of("{}");
    if (open == std::string_view::npos) return true;
    const size_t close = text.find_first_of("{}", open + 1);
    if (text[open] != '{' || close == std::string_view::npos || text[close] != '}' || close == open + 1)
      return false;
    text.remove_prefix(close + 1);
  }
  return true;
}

Type<ValueSource> Value() {
  return {"a template, or a column with what its values stand for",
          [](const Node& node, Sink& sink, ValueSource& out) {
            if (node.kind == Node::Kind::kMap) {
              ColumnText column;
              if (!ColumnTable().Read(node, sink, column)) return false;
              out = {Cat("{", column.column, "}"), std::move(column.map), std::move(column.fallback)};
              return true;
            }
            if (!Text().read(node, sink, out.text)) return false;
            if (IsTemplate(out.text)) return true;
            sink.Add(node.at, "the template has a brace without its partner; write columns as {Name}");
            return false;
          },
          &ColumnTable().info()};
}

// Free names, each with such a value; ascending.
template <typename V>
Type<std::vector<std::pair<std::string, V>>> Named(Type<V> type) {
  return {Cat("map of names to ", type.name),
          [type](const Node& node, Sink& sink, std::vector<std::pair<std::string, V>>& out) {
            if (node.kind != Node::Kind::kMap) {
              sink.Add(node.at,
                       Cat("names with their columns are needed here, and this is ", config::KindName(node)));
              return false;
            }
            bool ok = true;
            for (const Node::Entry& entry : node.entries) {
              std::string name;
              ok &= EventName().read({.kind = Node::Kind::kText, .at = entry.at, .text = entry.key}, sink,
                                     name);
              const bool doubled =
                  std::any_of(out.begin(), out.end(), [&](const auto& known) { return known.first == name; });
              if (doubled) sink.Add(entry.at, Cat("\"", name, "\" is given a second time; keep one"));
              V value;
              ok &= !doubled & type.read(entry.value, sink, value);
              out.emplace_back(std::move(name), std::move(value));
            }
            std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
            return ok;
          },
          type.table};
}

Type<TimeZone> Zone() {
  return {"an IANA time zone", [](const Node& node, Sink& sink, TimeZone& out) {
            std::string name;
            if (!Text().read(node, sink, name)) return false;
            absl::StatusOr<TimeZone> zone = TimeZone::Load(name);
            if (!zone.ok()) {
              sink.Add(node.at, std::string(zone.status().message()));
              return false;
            }
            out = *std::move(zone);
            return true;
          }};
}

const Table<MappingText>& MappingTable() {
  static const auto table =
      Table<MappingText>("a mapping", "How the rows of a CSV file become events.")
          .Required("stream", &MappingText::stream, Identifier(), "The events' stream.")
          .Required("source", &MappingText::source, Text(1, 64), "The events' source.")
          .Optional("region", &MappingText::region, Text(), "The events' region; left out: the first one.")
          .WithDefault("time_zone", &MappingText::zone, Zone(), "UTC", "Of times without an offset.")
          .WithDefault("delimiter", &MappingText::delimiter, Text(1, 1), ",", "What stands between cells.")
          .Optional("row_filter", &MappingText::row_filter, config::ObjectOf(FilterTable()),
                    "Which rows count.")
          .Required("case_id", &MappingText::case_id, Value(), "The case.")
          .Optional("resource", &MappingText::resource, Value(), "The unit that reached the milestones.")
          .Optional("resource_kind", &MappingText::resource_kind, Value(), "Its kind.")
          .Optional("recorded_at", &MappingText::recorded_at, Time(),
                    "When the source wrote it down; left out or empty: the row's greatest time.")
          .Optional("milestones", &MappingText::milestones, WithPlace(Named(Time())),
                    "A column for each milestone.")
          .Optional("milestone", &MappingText::milestone, WithPlace(Value()),
                    "The milestone of the row; of other values the row gives attributes only.")
          .Optional("occurred_at", &MappingText::occurred_at, WithPlace(Time()),
                    "When the row's milestone was reached.")
          .Optional("attributes", &MappingText::attributes, Named(Value()), "Facts of the case.")
          .Optional("closed", &MappingText::closed, Value(),
                    "Why the case ended, at the row's greatest time.");
  return table;
}

bool CheckShape(const MappingText& text, Sink& sink) {
  const bool shapes_clash = text.milestones.present && text.milestone.present;
  if (shapes_clash) {
    sink.Add(text.milestone.at,
             "`milestone` and `milestones` exclude each other; keep the one that fits the rows");
  } else if (!text.milestones.present && !text.milestone.present) {
    sink.Add(text.at, "a mapping needs `milestones`, or `milestone` with `occurred_at`");
  } else if (text.milestone.present && !text.occurred_at.present) {
    sink.Add(text.milestone.at, "`milestone` needs `occurred_at` beside it");
  } else if (text.milestones.present && text.occurred_at.present) {
    sink.Add(text.occurred_at.at,
             "`occurred_at` belongs to `milestone`; with `milestones` each column has its own time");
  } else if (!text.milestones.present || !text.milestones.value.empty()) {
    return true;
  } else {
    sink.Add(text.milestones.at, "`milestones` is empty; name at least one with its column");
  }
  return false;
}

}  // namespace

MappingResult ParseMapping(std::string_view text, const std::string& file) {
  MappingResult result;
  Sink sink(file, result.problems);
  const std::optional<Node> document = config::ParseDocument(text, sink);
  MappingText read;
  if (!document || !MappingTable().Read(*document, sink, read) || !CheckShape(read, sink)) return result;
  Mapping& mapping = result.mapping.emplace();
  mapping.stream = std::move(read.stream);
  mapping.source = std::move(read.source);
  mapping.region = std::move(read.region);
  mapping.zone = std::move(read.zone);
  mapping.delimiter = read.delimiter[0];
  mapping.row_filter = std::move(read.row_filter);
  mapping.case_id = std::move(read.case_id);
  mapping.resource = std::move(read.resource);
  mapping.resource_kind = std::move(read.resource_kind);
  mapping.recorded_at = std::move(read.recorded_at);
  mapping.milestones = std::move(read.milestones.value);
  if (read.milestone.present) mapping.milestone = std::move(read.milestone.value);
  if (read.occurred_at.present) mapping.occurred_at = std::move(read.occurred_at.value);
  mapping.attributes = std::move(read.attributes);
  mapping.closed = std::move(read.closed);
  return result;
}

MappingResult LoadMapping(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.is_open() && !file.bad()) return ParseMapping(text, path);
  return {std::nullopt, {Problem{path, 1, 1, "can't be read; check the path and its permissions"}}};
}

}  // namespace vardvakt::csv
