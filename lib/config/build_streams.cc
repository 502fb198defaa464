#include <array>

#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

using domain::Level;
using domain::LevelKind;

const std::array<Level, 5>& BuiltInLevels() {
  static const std::array<Level, 5> levels = {{{"region", LevelKind::kRegion, ""},
                                               {"lansdel", LevelKind::kLansdel, ""},
                                               {"hospital", LevelKind::kHospital, ""},
                                               {"unit", LevelKind::kUnit, ""},
                                               {"municipality", LevelKind::kMunicipality, ""}}};
  return levels;
}

void CheckLevels(const StreamText& stream, const Unique& attributes, Sink& sink) {
  Unique names("level", sink);
  for (const Level& level : BuiltInLevels()) names.Check(level.name, stream.at);
  for (const LevelText& level : stream.levels) {
    if (level.level.given && level.level.value.find("__") != std::string::npos) {
      sink.Add(level.level.at, "a level's name must not contain \"__\"; use single underscores");
    }
    const bool built_in = std::any_of(BuiltInLevels().begin(), BuiltInLevels().end(),
                                      [&](const Level& other) { return other.name == level.level.value; });
    if (built_in) {
      sink.Add(level.level.at, Cat("level \"", level.level.value, "\" is built in; choose another name"));
    } else {
      names.Check(level.level);
    }
    if (level.attribute.present == level.unit_tag.present) {
      sink.Add(level.at,
               "a level has exactly one of \"attribute\" and \"unit_tag\"; keep the one that gives its key");
    }
    if (stream.strict_attributes && level.attribute.given && !attributes.Has(level.attribute.value)) {
      sink.Add(level.attribute.at,
               Cat("attribute \"", level.attribute.value, "\" is not declared for this strict stream",
                   Remedy(level.attribute.value, attributes.Names())));
    }
  }
}

}  // namespace

std::vector<Level> LevelsOf(const StreamText& stream) {
  std::vector<Level> levels(BuiltInLevels().begin(), BuiltInLevels().end());
  for (const LevelText& level : stream.levels) {
    if (level.attribute.given) {
      levels.push_back({level.level.value, LevelKind::kAttribute, level.attribute.value});
    } else {
      levels.push_back({level.level.value, LevelKind::kUnitTag, level.unit_tag.value});
    }
  }
  return levels;
}

void CheckStreams(const StreamsText& text, Sink& sink) {
  Unique streams("stream", sink);
  for (const StreamText& stream : text.streams) {
    streams.Check(stream.stream);
    Unique milestones("milestone", sink);
    for (const Located<std::string>& milestone : stream.milestones) milestones.Check(milestone);
    Unique attributes("attribute", sink);
    for (const Located<std::string>& attribute : stream.attributes) attributes.Check(attribute);
    CheckLevels(stream, attributes, sink);
  }
}

void AddIntake(const StreamsText& text, bool first, domain::IntakeRules& intake, Sink& sink) {
  const std::optional<Duration> too_old =
      text.too_old_after.given ? std::optional(text.too_old_after.value) : std::nullopt;
  if (first) {
    intake.future_tolerance = text.future_tolerance;
    intake.too_old_after = too_old;
  } else if (intake.future_tolerance != text.future_tolerance || intake.too_old_after != too_old) {
    sink.Add(text.at,
             "\"future_tolerance\" and \"too_old_after\" are the deployment's; make them equal in every "
             "streams.yaml");
  }
  for (const StreamText& stream : text.streams) {
    const auto [entry, added] = intake.streams.try_emplace(stream.stream.value);
    domain::StreamSchema& schema = entry->second;
    if (added) {
      schema.name = stream.stream.value;
      schema.case_scope_stream = stream.case_scope_stream;
      schema.strict_milestones = stream.strict_milestones;
      schema.strict_attributes = stream.strict_attributes;
    } else if (!first && (schema.case_scope_stream != stream.case_scope_stream ||
                          schema.strict_milestones != stream.strict_milestones ||
                          schema.strict_attributes != stream.strict_attributes)) {
      sink.Add(stream.at,
               Cat("\"case_scope\", \"strict_milestones\" and \"strict_attributes\" of stream \"",
                   stream.stream.value, "\" are the deployment's; make them equal in every streams.yaml"));
    }
    for (const Located<std::string>& milestone : stream.milestones) schema.milestones.insert(milestone.value);
    for (const Located<std::string>& attribute : stream.attributes) schema.attributes.insert(attribute.value);
  }
}

}  // namespace vardvakt::config
