#include "lib/adapters/csv/mapping.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "lib/adapters/csv/mapping_names.h"
#include "lib/adapters/csv/mapping_schema.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using config::Node;
using config::Problem;
using config::Sink;

bool HasColumn(const TextSource& text) {
  return std::any_of(text.begin(), text.end(), [](const TextPiece& piece) { return piece.column; });
}

// Exactly one shape, and what belongs to it.
bool CheckShape(const MappingText& text, Sink& sink) {
  const bool log = text.milestone.present || text.events.present;
  if (text.milestone.present && text.milestones.present) {
    sink.Add(text.milestone.at,
             "`milestone` and `milestones` exclude each other; keep the one that fits the rows");
  } else if (text.events.present && (text.milestone.present || text.milestones.present)) {
    sink.Add(text.events.at,
             "`events` excludes `milestone` and `milestones`; keep the one that fits the rows");
  } else if (text.milestone.present && !text.occurred_at.present) {
    sink.Add(text.milestone.at, "`milestone` needs `occurred_at` beside it");
  } else if (text.occurred_at.present && !text.milestone.present) {
    sink.Add(text.occurred_at.at,
             "`occurred_at` belongs to `milestone`; in `milestones` and `events` each has its own time");
  } else if (text.milestones.present && text.milestones.value.empty()) {
    sink.Add(text.milestones.at, "`milestones` is empty; name at least one with its column");
  } else if (!log && !text.milestones.present && !text.recorded_at.present) {
    sink.Add(
        text.at,
        "a mapping needs `milestones`, or `milestone` with `occurred_at`; one that gives facts of cases only "
        "needs `recorded_at`");
  } else {
    return true;
  }
  return false;
}

bool CheckDialect(const MappingText& text, Sink& sink) {
  const char delimiter = text.delimiter.value;
  if (delimiter != text.quote) return true;
  sink.Add(text.delimiter.at, "the delimiter and the quote are the same character; change one of them");
  return false;
}

bool CheckTimes(const MappingText& text, Sink& sink) {
  bool ok = true;
  const auto need_column = [&](const std::optional<TimeSource>& time, config::Mark at) {
    if (!time || HasColumn(time->text)) return;
    sink.Add(at, "the time has no column; write columns as {Name}");
    ok = false;
  };
  if (text.occurred_at.present) need_column(text.occurred_at.value, text.occurred_at.at);
  if (text.closed_at.present) need_column(text.closed_at.value, text.closed_at.at);
  for (const auto& [name, all] : text.milestones.value) {
    for (const MilestoneText& milestone : all) need_column(milestone.source.at, milestone.at);
  }
  for (const EventText& event : text.events.value) need_column(event.occurred_at, event.at);
  if (text.closed_at.present && !text.closed) {
    sink.Add(text.closed_at.at, "`closed_at` belongs to `closed`, which is missing");
    ok = false;
  }
  return ok;
}

// `after` names another milestone of the mapping, and one that has a time of its own.
bool CheckAfter(const MappingText& text, Sink& sink) {
  std::vector<std::string> timed;
  for (const auto& [name, all] : text.milestones.value) {
    if (std::any_of(all.begin(), all.end(), [](const MilestoneText& one) { return one.source.at; }))
      timed.push_back(name);
  }
  bool ok = true;
  for (const auto& [name, all] : text.milestones.value) {
    for (const MilestoneText& milestone : all) {
      const std::string& after = milestone.source.after;
      if (after.empty() || std::find(timed.begin(), timed.end(), after) != timed.end()) continue;
      sink.Add(milestone.after_at,
               Cat("\"", after, "\" is no milestone of this mapping with a time of its own",
                   config::Remedy(after, timed)));
      ok = false;
    }
  }
  return ok;
}

// What `deviation` can give is what events can say.
bool CheckDeviation(const MappingText& text, Sink& sink) {
  if (!text.deviation.present) return true;
  const ValueSource& value = text.deviation.value;
  std::vector<std::string> given{value.fallback};
  if (value.map) {
    for (const auto& [from, to] : *value.map) given.push_back(to);
  }
  for (const auto& [from, to] : value.patterns) given.push_back(to);
  bool ok = true;
  for (const std::string& to : given) {
    if (to.empty() || to == "none" || to == "pvv" || to == "mov" || to == "sov") continue;
    sink.Add(text.deviation.at,
             Cat("\"", to, "\" is no deviation; write pvv, mov, sov, or none to clear it"));
    ok = false;
  }
  return ok;
}

std::vector<MilestoneSource> Milestones(MappingText& text) {
  std::vector<MilestoneSource> milestones;
  for (auto& [name, all] : text.milestones.value) {
    for (MilestoneText& milestone : all) {
      milestones.push_back(std::move(milestone.source));
      milestones.back().name = name;
    }
  }
  if (text.milestone.present) {
    milestones.push_back({.which = std::move(text.milestone.value), .at = std::move(text.occurred_at.value)});
  }
  for (EventText& event : text.events.value) {
    milestones.push_back({.which = std::move(event.milestone),
                          .at = std::move(event.occurred_at),
                          .resource = std::move(event.resource),
                          .resource_kind = std::move(event.resource_kind)});
  }
  return milestones;
}

// Times that were given no format have the mapping's.
void FillFormats(const std::vector<TimeFormat>& formats, Mapping& mapping) {
  const auto time = [&](std::optional<TimeSource>& source) {
    if (source && source->formats.empty()) source->formats = formats;
  };
  const auto value = [&](std::optional<ValueSource>& source) {
    if (source) time(source->age_at);
  };
  time(mapping.recorded_at);
  time(mapping.closed_at);
  time(mapping.case_id.age_at);
  for (auto* source :
       {&mapping.region, &mapping.resource, &mapping.resource_kind, &mapping.deviation, &mapping.closed}) {
    value(*source);
  }
  for (auto& [name, source] : mapping.attributes) time(source.age_at);
  for (MilestoneSource& milestone : mapping.milestones) {
    time(milestone.at);
    for (auto* source : {&milestone.which, &milestone.resource, &milestone.resource_kind}) value(*source);
  }
}

Mapping ToMapping(MappingText text) {
  Mapping mapping;
  mapping.milestones = Milestones(text);
  mapping.stream = std::move(text.stream);
  mapping.source = std::move(text.source);
  mapping.region = std::move(text.region);
  mapping.zone = std::move(text.zone);
  mapping.dialect = {text.delimiter.value, text.quote, text.encoding, text.skip_lines};
  mapping.columns = std::move(text.columns);
  mapping.missing = std::move(text.missing);
  mapping.row_filter = std::move(text.row_filter);
  mapping.case_id = std::move(text.case_id);
  mapping.resource = std::move(text.resource);
  mapping.resource_kind = std::move(text.resource_kind);
  if (text.recorded_at.present) mapping.recorded_at = std::move(text.recorded_at.value);
  mapping.attributes = std::move(text.attributes);
  if (text.deviation.present) mapping.deviation = std::move(text.deviation.value);
  mapping.closed = std::move(text.closed);
  if (text.closed_at.present) mapping.closed_at = std::move(text.closed_at.value);
  FillFormats(text.time_format, mapping);
  return mapping;
}

}  // namespace

MappingResult ParseMapping(std::string_view text, const std::string& file, const domain::IntakeRules* rules) {
  MappingResult result;
  Sink sink(file, result.problems);
  const std::optional<Node> document = config::ParseDocument(text, sink);
  MappingText read;
  if (!document || !MappingTable().Read(*document, sink, read)) return result;
  bool ok = CheckShape(read, sink);
  ok &= CheckDialect(read, sink);
  ok &= CheckTimes(read, sink);
  ok &= CheckAfter(read, sink);
  ok &= CheckDeviation(read, sink);
  if (rules != nullptr) CheckNames(*document, *rules, sink);
  if (ok && result.problems.empty()) result.mapping = ToMapping(std::move(read));
  return result;
}

MappingResult LoadMapping(const std::string& path, const domain::IntakeRules* rules) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.is_open() && !file.bad()) return ParseMapping(text, path, rules);
  return {std::nullopt, {Problem{path, 1, 1, "can't be read; check the path and its permissions"}}};
}

}  // namespace vardvakt::csv
