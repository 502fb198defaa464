#include "lib/adapters/csv/mapping_schema.h"

#include <algorithm>

#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using config::FindEntry;
using config::Identifier;
using config::ListOf;
using config::Located;
using config::Mark;
using config::Node;
using config::ObjectOf;
using config::OneOf;
using config::Sink;
using config::Table;
using config::Text;
using config::Type;
using config::WithPlace;

// The maps of the file, before the one of `column` and `template` that is there is taken.
struct TimeText {
  Mark at;
  std::string column;
  TextSource text;
  std::vector<TimeFormat> formats;
};
struct ValueText {
  Mark at;
  std::string column;
  TextSource text;
  Casing casing = Casing::kAsIs;
  std::optional<std::map<std::string, std::string>> map;
  std::vector<std::pair<std::string, std::string>> patterns;
  std::string fallback;
  std::optional<TimeSource> age_at;
};
struct MilestoneKeys {
  Mark at;
  std::string column;
  TextSource text;
  std::vector<TimeFormat> formats;
  Located<std::string> after;
  Located<Duration> unit;
  std::optional<ValueSource> resource;
  std::optional<ValueSource> resource_kind;
};
struct ConditionText {
  Mark at;
  std::string column;
  Located<std::vector<std::string>> in;
  Located<std::vector<std::string>> not_in;
};

// Splits a template at its braces; nullopt when one lacks its partner or holds no name.
std::optional<TextSource> Split(std::string_view text) {
  TextSource pieces;
  while (!text.empty()) {
    const size_t open = std::min(text.find_first_of("{}"), text.size());
    if (open > 0) pieces.push_back({std::string(text.substr(0, open))});
    text.remove_prefix(open);
    if (text.empty()) break;
    const size_t close = text.find_first_of("{}", 1);
    if (text[0] != '{' || close == std::string_view::npos || text[close] != '}' || close == 1)
      return std::nullopt;
    pieces.push_back({std::string(text.substr(1, close - 1)), true});
    text.remove_prefix(close + 1);
  }
  return pieces;
}

Type<TextSource> Template() {
  return {"template, e.g. `{Date} {Time}`", [](const Node& node, Sink& sink, TextSource& out) {
            std::string text;
            if (!Text().read(node, sink, text)) return false;
            std::optional<TextSource> pieces = Split(text);
            if (!pieces) {
              sink.Add(node.at, "the template has a brace without its partner; write columns as {Name}");
              return false;
            }
            out = *std::move(pieces);
            return true;
          }};
}

// The text of the one of `column` and `template` that is there.
template <typename T>
bool TakeText(T& read, std::string_view name, Sink& sink, TextSource& out) {
  if (read.column.empty() == read.text.empty()) {
    sink.Add(read.at, Cat(name, read.column.empty() ? " needs a `column`, or a `template` of several columns"
                                                    : " has both `column` and `template`; keep one of them"));
    return false;
  }
  if (read.text.empty()) {
    out = {{std::move(read.column), true}};
  } else {
    out = std::move(read.text);
  }
  return true;
}

// The usual forms of ISO 8601, what is written most often first.
constexpr const char* kIso8601[] = {"%F %T",   "%FT%T%z", "%FT%T", "%F %T%z", "%F %T %z",
                                    "%FT%R%z", "%F %R",   "%FT%R", "%F %R%z", "%F"};

// Adds what one format stands for.
bool AddFormats(const Node& node, Sink& sink, std::vector<TimeFormat>& out) {
  std::string text;
  if (!Text().read(node, sink, text)) return false;
  if (text == "iso_8601") {
    for (const char* form : kIso8601) out.push_back(*TimeFormat::Compile(form));
    return true;
  }
  absl::StatusOr<TimeFormat> format = TimeFormat::Compile(text);
  if (!format.ok()) {
    sink.Add(node.at, std::string(format.status().message()));
    return false;
  }
  out.push_back(*std::move(format));
  return true;
}

Type<std::vector<TimeFormat>> Formats() {
  return {"format, or list of them", [](const Node& node, Sink& sink, std::vector<TimeFormat>& out) {
            if (node.kind != Node::Kind::kList) return AddFormats(node, sink, out);
            bool ok = true;
            for (const Node& item : node.items) ok &= AddFormats(item, sink, out);
            if (node.items.empty()) sink.Add(node.at, "the list is empty; name at least one format");
            return ok && !node.items.empty();
          }};
}

// One value, or a list of them.
template <typename V>
Type<std::vector<V>> OneOrMore(Type<V> item) {
  return {Cat(item.name, ", or list of them"),
          [item](const Node& node, Sink& sink, std::vector<V>& out) {
            if (node.kind != Node::Kind::kList) return item.read(node, sink, out.emplace_back());
            return ListOf(item, 1).read(node, sink, out);
          },
          item.table};
}

const Table<TimeText>& TimeTable() {
  static const auto table =
      Table<TimeText>(
          "a time",
          "Where a time comes from. May also be written as a template alone: `\"{Column}\"`. A time of "
          "which a column is empty is none; one that no format fits makes the row a dead letter.")
          .Optional("column", &TimeText::column, Text(), "The column of the file.")
          .Optional("template", &TimeText::text, Template(),
                    "Several columns, e.g. a date and a time, instead.")
          .Optional(
              "format", &TimeText::formats, Formats(),
              "How it is written; of several the first that fits. Left out: the mapping's `time_format`.");
  return table;
}

Type<TimeSource> Time() {
  return {"time",
          [](const Node& node, Sink& sink, TimeSource& out) {
            if (node.kind == Node::Kind::kText) return Template().read(node, sink, out.text);
            TimeText read;
            if (!TimeTable().Read(node, sink, read)) return false;
            out.formats = std::move(read.formats);
            return TakeText(read, "a time", sink, out.text);
          },
          &TimeTable().info()};
}

// Free keys in the file's order, each with text that may be empty.
Type<std::vector<std::pair<std::string, std::string>>> TextPairs() {
  return {
      "map of text", [](const Node& node, Sink& sink, std::vector<std::pair<std::string, std::string>>& out) {
        if (node.kind != Node::Kind::kMap) {
          sink.Add(node.at, Cat("keys with values are needed here, and this is ", config::KindName(node)));
          return false;
        }
        bool ok = true;
        for (const Node::Entry& entry : node.entries) {
          const bool doubled = std::any_of(out.begin(), out.end(),
                                           [&](const auto& known) { return known.first == entry.key; });
          if (doubled) sink.Add(entry.at, Cat("\"", entry.key, "\" is given a second time; keep one"));
          std::string value;
          ok &= Text(0).read(entry.value, sink, value) & !doubled;
          out.emplace_back(entry.key, std::move(value));
        }
        return ok;
      }};
}

Type<std::map<std::string, std::string>> Lookup() {
  return {"map of text", [](const Node& node, Sink& sink, std::map<std::string, std::string>& out) {
            std::vector<std::pair<std::string, std::string>> pairs;
            const bool ok = TextPairs().read(node, sink, pairs);
            out.insert(pairs.begin(), pairs.end());
            return ok;
          }};
}

const Table<ValueText>& ValueTable() {
  static const auto casing =
      OneOf<Casing>({{"as_is", Casing::kAsIs}, {"lower", Casing::kLower}, {"upper", Casing::kUpper}});
  static const auto table =
      Table<ValueText>(
          "a value",
          "Where a value comes from. May also be written as a template alone: `\"{Column}\"`, "
          "`\"{Year}-{Number}\"`, or without a column, the same for every row. Blanks around a cell "
          "don't count. A value that is empty in the end is none.")
          .Optional("column", &ValueText::column, Text(), "The column of the file.")
          .Optional("template", &ValueText::text, Template(), "Several columns instead.")
          .WithDefault("case", &ValueText::casing, casing, "as_is",
                       "Its letters, before anything is looked up.")
          .Optional("map", &ValueText::map, Lookup(), "What its values stand for; `\"\"`: for nothing.")
          .Optional(
              "patterns", &ValueText::patterns, TextPairs(),
              "What values stand for that `map` does not have; `*` is any characters, `?` any one; the first "
              "that fits, in the file's order.")
          .Optional(
              "default", &ValueText::fallback, Text(),
              "What any other value stands for where there is a `map` or `patterns`, else what an empty one "
              "does; left out: nothing.")
          .Optional("age_at", &ValueText::age_at, Time(),
                    "The value is an age in years at this time, and becomes the year of birth: the "
                    "local year of the time less the age, cut to whole years. What is no number up to 150 is "
                    "none.");
  return table;
}

Type<ValueSource> Value() {
  return {"value",
          [](const Node& node, Sink& sink, ValueSource& out) {
            if (node.kind == Node::Kind::kText) return Template().read(node, sink, out.text);
            ValueText read;
            if (!ValueTable().Read(node, sink, read)) return false;
            out.casing = read.casing;
            out.map = std::move(read.map);
            out.patterns = std::move(read.patterns);
            out.fallback = std::move(read.fallback);
            out.age_at = std::move(read.age_at);
            return TakeText(read, "a value", sink, out.text);
          },
          &ValueTable().info()};
}

const Table<ConditionText>& ConditionTable() {
  static const auto table =
      Table<ConditionText>("a filter", "Which rows count. `\"\"` is an empty cell.")
          .Required("column", &ConditionText::column, Text(), "The column of the file.")
          .Optional("in", &ConditionText::in, ListOf(Text(0), 1), "Its values that count.")
          .Optional("not_in", &ConditionText::not_in, ListOf(Text(0), 1), "Or its values that don't.");
  return table;
}

Type<RowCondition> Condition() {
  return {"filter",
          [](const Node& node, Sink& sink, RowCondition& out) {
            ConditionText read;
            if (!ConditionTable().Read(node, sink, read)) return false;
            if (read.in.present == read.not_in.present) {
              sink.Add(read.at, "a filter needs exactly one of `in` and `not_in`");
              return false;
            }
            out.column = std::move(read.column);
            out.negate = read.not_in.present;
            out.values = std::move(out.negate ? read.not_in.value : read.in.value);
            return true;
          },
          &ConditionTable().info()};
}

const Table<MilestoneKeys>& MilestoneTable() {
  static const auto unit = OneOf<Duration>(
      {{"seconds", seconds(1)}, {"minutes", minutes(1)}, {"hours", hours(1)}, {"days", hours(24)}});
  static const auto table =
      Table<MilestoneKeys>(
          "a milestone",
          "When a milestone was reached: a time as above, or, with `after`, how long after another "
          "milestone of the row. A list where a row has several units' times of one milestone.")
          .Optional("column", &MilestoneKeys::column, Text(), "The column of the file.")
          .Optional("template", &MilestoneKeys::text, Template(), "Several columns instead.")
          .Optional("format", &MilestoneKeys::formats, Formats(),
                    "How the time is written. Left out: the mapping's `time_format`.")
          .Optional("after", &MilestoneKeys::after, config::EventName(),
                    "The column holds a number, with decimal point or comma: how long after this milestone.")
          .Optional("unit", &MilestoneKeys::unit, WithPlace(unit),
                    "Of that number; `days` are days of the local clock. Left out: seconds.")
          .Optional("resource", &MilestoneKeys::resource, Value(), "Left out: the row's.")
          .Optional("resource_kind", &MilestoneKeys::resource_kind, Value(), "Left out: the row's.");
  return table;
}

Type<MilestoneText> Milestone() {
  return {"milestone",
          [](const Node& node, Sink& sink, MilestoneText& out) {
            out.at = node.at;
            TextSource text;
            if (node.kind == Node::Kind::kText) {
              out.source.at.emplace();
              return Template().read(node, sink, out.source.at->text);
            }
            MilestoneKeys read;
            if (!MilestoneTable().Read(node, sink, read) || !TakeText(read, "a milestone", sink, text))
              return false;
            out.source.resource = std::move(read.resource);
            out.source.resource_kind = std::move(read.resource_kind);
            if (!read.after.present) {
              if (read.unit.present) sink.Add(read.unit.at, "`unit` belongs to `after`, which is missing");
              out.source.at = TimeSource{std::move(text), std::move(read.formats)};
              return !read.unit.present;
            }
            const Node::Entry* format = FindEntry(node, "format");
            if (format != nullptr)
              sink.Add(format->at, "with `after` the column holds a number; drop `format`");
            out.after_at = read.after.at;
            out.source.after = std::move(read.after.value);
            out.source.number = std::move(text);
            out.source.unit = read.unit.present ? read.unit.value : Duration(seconds(1));
            return format == nullptr;
          },
          &MilestoneTable().info()};
}

const Table<EventText>& EventTable() {
  static const auto table =
      Table<EventText>("an event of a row", "One of several events that each row of a log reports.")
          .Required("milestone", &EventText::milestone, Value(), "The milestone.")
          .Required("occurred_at", &EventText::occurred_at, Time(),
                    "When it was reached; empty: then it was not.")
          .Optional("resource", &EventText::resource, Value(), "Left out: the row's.")
          .Optional("resource_kind", &EventText::resource_kind, Value(), "Left out: the row's.");
  return table;
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
              ok &= config::EventName().read({.kind = Node::Kind::kText, .at = entry.at, .text = entry.key},
                                             sink, name);
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
  return {"IANA time zone", [](const Node& node, Sink& sink, TimeZone& out) {
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

// One character of ASCII, or one of the words.
Type<char> Character(std::vector<std::pair<std::string, char>> words) {
  std::string listed;
  for (const auto& word : words) CatTo(listed, " or `", word.first, "`");
  return {Cat("one character", listed), [=](const Node& node, Sink& sink, char& out) {
            const auto word = std::find_if(words.begin(), words.end(),
                                           [&](const auto& known) { return known.first == node.text; });
            if (node.kind == Node::Kind::kText && word != words.end()) {
              out = word->second;
              return true;
            }
            const bool usable = node.kind == Node::Kind::kText && node.text.size() == 1 &&
                                static_cast<uint8_t>(node.text[0]) < 0x80 && node.text != "\n" &&
                                node.text != "\r";
            if (!usable) sink.Add(node.at, Cat("one character of ASCII is needed here", listed));
            if (usable) out = node.text[0];
            return usable;
          }};
}

}  // namespace

const Table<MappingText>& MappingTable() {
  static const auto encoding = OneOf<Encoding>({{"utf-8", Encoding::kUtf8},
                                                {"windows-1252", Encoding::kWindows1252},
                                                {"iso-8859-1", Encoding::kIso8859_1}});
  static const auto table =
      Table<MappingText>("a mapping", "How the rows of a CSV file become events.")
          .Required("stream", &MappingText::stream, Identifier(), "The events' stream.")
          .Required("source", &MappingText::source, Text(1, 64), "The events' source.")
          .Optional("region", &MappingText::region, Value(), "The events' region; left out: the first one.")
          .WithDefault(
              "time_zone", &MappingText::zone, Zone(), "UTC",
              "Of times without an offset. Of a local time that is there twice the earlier is taken; one "
              "that is not there is the first instant behind the gap.")
          .WithDefault("delimiter", &MappingText::delimiter, Character({{"tab", '\t'}}), ",",
                       "What stands between cells.")
          .WithDefault(
              "quote", &MappingText::quote, Character({{"none", '\0'}}), "\"",
              "What a cell stands in that holds delimiters or line breaks; doubled, it is a character.")
          .WithDefault("encoding", &MappingText::encoding, encoding, "utf-8", "How the file is encoded.")
          .WithDefault("skip_lines", &MappingText::skip_lines, config::Integer(0, 1000), "0",
                       "Lines in front of the header, or of the first row.")
          .Optional("columns", &MappingText::columns, ListOf(Text(), 1, 1000),
                    "The columns' names where the file has no header. Left out: the first row has them.")
          .Optional("missing", &MappingText::missing, ListOf(Text(), 1),
                    "Cells that stand for nothing, e.g. `[\"NULL\", \"NA\", \"1900-01-01 00:00\"]`.")
          .WithDefault(
              "time_format", &MappingText::time_format, Formats(), "iso_8601",
              "How times are written that have no `format`: a format of strptime, `epoch_seconds`, "
              "`epoch_millis`, or `iso_8601`, which is a date, or a date and a time with `T` or a blank "
              "between, with or without seconds and offset.")
          .Optional("row_filter", &MappingText::row_filter, OneOrMore(Condition()),
                    "Which rows count; of several filters all must hold.")
          .Required("case_id", &MappingText::case_id, Value(), "The case.")
          .Optional("resource", &MappingText::resource, Value(),
                    "The unit that reached the milestones. Of two rows of a case with one milestone and "
                    "resource the "
                    "one recorded last counts.")
          .Optional("resource_kind", &MappingText::resource_kind, Value(), "Its kind.")
          .Optional("recorded_at", &MappingText::recorded_at, Time(),
                    "When the source wrote it down; left out or empty: the row's greatest time.")
          .Optional("milestones", &MappingText::milestones, WithPlace(Named(OneOrMore(Milestone()))),
                    "Rows with a column for each milestone.")
          .Optional("milestone", &MappingText::milestone, WithPlace(Value()),
                    "Rows of one event each: the milestone; of other values the row gives attributes only.")
          .Optional("occurred_at", &MappingText::occurred_at, WithPlace(Time()),
                    "When the row's milestone was reached.")
          .Optional("events", &MappingText::events, WithPlace(ListOf(ObjectOf(EventTable()), 1)),
                    "Instead of these two, where a row has several times, e.g. an activity's start and end.")
          .Optional("attributes", &MappingText::attributes, Named(Value()), "Facts of the case.")
          .Optional("deviation", &MappingText::deviation, WithPlace(Value()),
                    "`pvv`, `mov`, `sov`, or `none` to clear it.")
          .Optional("closed", &MappingText::closed, Value(), "Why the case ended.")
          .Optional("closed_at", &MappingText::closed_at, WithPlace(Time()),
                    "When it ended; left out or empty: at the row's greatest time.");
  return table;
}

}  // namespace vardvakt::csv
