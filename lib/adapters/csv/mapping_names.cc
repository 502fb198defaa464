#include "lib/adapters/csv/mapping_names.h"

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/config/schema.h"

namespace vardvakt::csv {
namespace {

using config::FindEntry;
using config::Mark;
using config::Node;
using config::Sink;

template <typename Names>
std::vector<std::string> Sorted(const Names& names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// Milestones of one stream.
struct MilestoneCheck {
  const domain::StreamSchema& schema;
  Sink& sink;

  void Name(const std::string& name, Mark at) const {
    if (name.empty() || schema.milestones.contains(name)) return;
    sink.Add(at, Cat("stream \"", schema.name, "\" declares no milestone \"", name, "\"",
                     config::Remedy(name, Sorted(schema.milestones))));
  }
  // All that a value can give, where it is looked up.
  void Value(const Node& value) const {
    for (const char* key : {"map", "patterns"}) {
      const Node::Entry* lookup = FindEntry(value, key);
      if (lookup == nullptr) continue;
      for (const Node::Entry& entry : lookup->value.entries) Name(entry.value.text, entry.value.at);
    }
    if (const Node::Entry* fallback = FindEntry(value, "default"))
      Name(fallback->value.text, fallback->value.at);
  }
};

void CheckMilestones(const Node& document, const domain::StreamSchema& schema, Sink& sink) {
  const MilestoneCheck check{schema, sink};
  if (const Node::Entry* columns = FindEntry(document, "milestones")) {
    for (const Node::Entry& entry : columns->value.entries) check.Name(entry.key, entry.at);
  }
  if (const Node::Entry* value = FindEntry(document, "milestone")) check.Value(value->value);
  if (const Node::Entry* events = FindEntry(document, "events")) {
    for (const Node& event : events->value.items) {
      if (const Node::Entry* value = FindEntry(event, "milestone")) check.Value(value->value);
    }
  }
}

void CheckAttributes(const Node& document, const domain::StreamSchema& schema, Sink& sink) {
  const Node::Entry* attributes = FindEntry(document, "attributes");
  if (attributes == nullptr) return;
  for (const Node::Entry& entry : attributes->value.entries) {
    if (schema.attributes.contains(entry.key)) continue;
    sink.Add(entry.at, Cat("stream \"", schema.name, "\" declares no attribute \"", entry.key, "\"",
                           config::Remedy(entry.key, Sorted(schema.attributes))));
  }
}

}  // namespace

void CheckNames(const Node& document, const domain::IntakeRules& rules, Sink& sink) {
  const Node::Entry* stream = FindEntry(document, "stream");
  if (stream == nullptr) return;
  const auto schema = rules.streams.find(stream->value.text);
  if (schema == rules.streams.end()) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : rules.streams) known.push_back(name);
    sink.Add(stream->value.at, Cat("the configuration has no stream \"", stream->value.text, "\"",
                                   config::Remedy(stream->value.text, Sorted(known))));
    return;
  }
  if (schema->second.strict_milestones) CheckMilestones(document, schema->second, sink);
  if (schema->second.strict_attributes) CheckAttributes(document, schema->second, sink);
}

}  // namespace vardvakt::csv
