#include "lib/config/build.h"
#include "lib/config/build_versions.h"

namespace vardvakt::config {
namespace {

using domain::Indicator;
using domain::IndicatorVersion;
using domain::Shape;

bool HasLimit(const IndicatorVersion& version) { return version.limit.has_value(); }

// What an indicator's file is checked against, and how its parts become domain structs.
class IndicatorBuilder {
 public:
  // See VersionBuilder.
  IndicatorBuilder(const IndicatorDefaultsText& defaults, const StreamText* stream,
                   std::shared_ptr<const domain::PathwayTable> pathways, Sink& sink)
      : defaults_(defaults),
        stream_(stream),
        sink_(sink),
        version_builder_(defaults, stream, std::move(pathways), sink) {
    if (stream_ != nullptr) levels_ = LevelsOf(*stream_);
  }

  Indicator Build(const IndicatorText& text) {
    Indicator built{.id = text.id.value,
                    .name_sv = text.name.sv,
                    .name_en = text.name.en,
                    .description_sv = text.description.sv,
                    .description_en = text.description.en,
                    .source = text.source,
                    .better = text.better,
                    .shape = text.shape};
    Located<LocalDay> before;
    for (const VersionText& version : text.versions) {
      CheckAscending(before, version.valid_from);
      if (text.better == domain::Better::kLower && version.warn.present) {
        sink_.Add(version.warn.at,
                  "with \"better: lower\" a case is under observation and never at risk; leave out \"warn\"");
      }
      built.versions.push_back(version_builder_.Build(version, text.shape));
    }
    built.goals = BuildGoals(text);
    built.unit = UnitOf(text, built.versions);
    SetDenominatorRule(text, built);
    const std::vector<RollUpText>& roll_ups = text.roll_ups.given ? text.roll_ups.value : defaults_.roll_ups;
    if (roll_ups.empty() && !text.roll_ups.present) {
      sink_.Add(text.at, "no roll-ups: no series would be kept; add \"roll_ups\" here or in \"defaults\"");
    }
    built.roll_ups = BuildRollUps(roll_ups);
    if (text.shape == Shape::kRatio) RefuseBreakdowns(text);
    return built;
  }

 private:
  void CheckAscending(Located<LocalDay>& before, const Located<LocalDay>& day) {
    if (!day.given) return;
    if (before.given && day.value <= before.value) {
      sink_.Add(day.at, Cat("valid_from ", FormatLocalDay(day.value), " is not later than ",
                            FormatLocalDay(before.value), " before it; put the oldest first, each day once"));
    }
    before = day;
  }

  std::vector<domain::Goal> BuildGoals(const IndicatorText& text) {
    std::vector<domain::Goal> built;
    Located<LocalDay> before;
    for (const GoalText& goal : text.goals) {
      CheckAscending(before, goal.valid_from);
      built.push_back({goal.valid_from.value, GoalValue(goal.goal, text.shape)});
    }
    const bool limited =
        std::any_of(text.versions.begin(), text.versions.end(), [](const VersionText& version) {
          return version.limit.present || version.limit_days.present || version.limit_date.present ||
                 version.limit_table.present;
        });
    if (!text.goals.empty() && text.shape == Shape::kShare && !limited) {
      sink_.Add(text.goals.front().at,
                "a goal needs a share, and no version has a limit; add \"limit\" or leave out \"goals\"");
    }
    return built;
  }

  // Per mille; of a count the number a year.
  int64_t GoalValue(const Located<Node>& text, Shape shape) {
    if (!text.given) return 0;
    if (shape == Shape::kCount) {
      int64_t a_year = 0;
      Integer(0, 1000000000).read(text.value, sink_, a_year);
      return a_year;
    }
    int permille = 0;
    Share().read(text.value, sink_, permille);
    return permille;
  }

  domain::DurationUnit UnitOf(const IndicatorText& text, const std::vector<IndicatorVersion>& versions) {
    using domain::DurationUnit;
    std::optional<DurationUnit> by_limit;
    for (size_t i = 0; i < versions.size(); ++i) {
      if (!HasLimit(versions[i])) continue;
      const bool seconds = std::holds_alternative<domain::DurationLimit>(*versions[i].limit);
      const DurationUnit unit = seconds ? DurationUnit::kSeconds : DurationUnit::kDays;
      if (by_limit && *by_limit != unit) {
        sink_.Add(text.versions[i].at,
                  "this version's limit is in days and another's a duration, so their times don't add up; "
                  "make it an indicator of its own");
      }
      by_limit = unit;
    }
    if (text.unit.present && (by_limit || text.shape != Shape::kShare)) {
      sink_.Add(text.unit.at, by_limit ? "the unit follows from the limit; leave out \"unit\""
                                       : "only a share has durations; leave out \"unit\"");
    }
    return by_limit.value_or(text.unit.given ? text.unit.value : DurationUnit::kSeconds);
  }

  void SetDenominatorRule(const IndicatorText& text, Indicator& built) {
    if (text.shape == Shape::kRatio && !text.denominator.present) {
      sink_.Add(text.at, "a ratio needs \"denominator\"; add pro_rata or year_of_last_day");
    } else if (text.shape != Shape::kRatio && text.denominator.present) {
      sink_.Add(text.denominator.at, "only a ratio has a denominator; leave it out or write shape: ratio");
    } else if (text.denominator.given) {
      built.denominator_rule = text.denominator.value;
    }
  }

  // The expected counts are of a level's keys, without sex and age.
  void RefuseBreakdowns(const IndicatorText& text) {
    for (const RollUpText& roll_up : text.roll_ups.given ? text.roll_ups.value : defaults_.roll_ups) {
      if (roll_up.by.empty()) continue;
      sink_.Add(text.roll_ups.given ? roll_up.by.front().at : text.at,
                "a ratio has no series by sex or age; give it roll-ups without \"by\"");
      return;
    }
  }

  std::vector<domain::RollUp> BuildRollUps(const std::vector<RollUpText>& texts) {
    std::vector<domain::RollUp> built;
    Unique once("roll-up of level", sink_);
    for (const RollUpText& text : texts) {
      once.Check(text.level);
      domain::RollUp roll_up{.level = LevelIndex(text.level)};
      Unique parts("breakdown", sink_);
      for (const Located<std::string>& by : text.by) {
        parts.Check(by);
        if (by.value == "sex") {
          roll_up.by_sex = true;
        } else if (by.value == "age") {
          roll_up.by_age = true;
        } else if (by.given) {
          sink_.Add(by.at, Cat("\"", by.value, "\" is no breakdown", Remedy(by.value, {"sex", "age"})));
        }
      }
      built.push_back(roll_up);
    }
    return built;
  }

  int LevelIndex(const Located<std::string>& level) {
    std::vector<std::string> names;
    for (size_t i = 0; i < levels_.size(); ++i) {
      if (levels_[i].name == level.value) return static_cast<int>(i);
      names.push_back(levels_[i].name);
    }
    if (level.given && stream_ != nullptr) {
      sink_.Add(level.at, Cat("level \"", level.value, "\" is not known to stream \"", stream_->stream.value,
                              "\"; declare it in streams.yaml or correct it", Remedy(level.value, names)));
    }
    return 0;
  }

  const IndicatorDefaultsText& defaults_;
  const StreamText* stream_;
  Sink& sink_;
  VersionBuilder version_builder_;
  std::vector<domain::Level> levels_;
};

}  // namespace

void BuildIndicators(const IndicatorsText& text, const StreamsText* known,
                     const std::shared_ptr<const domain::PathwayTable>& pathways,
                     std::vector<domain::StreamDefinition>& streams,
                     std::map<std::string, std::string>& owners, Sink& sink) {
  const StreamText* stream = nullptr;
  if (known != nullptr && text.stream.given) {
    std::vector<std::string> names;
    for (const StreamText& candidate : known->streams) {
      names.push_back(candidate.stream.value);
      if (candidate.stream.value == text.stream.value) stream = &candidate;
    }
    if (stream == nullptr) {
      sink.Add(text.stream.at, Cat("stream \"", text.stream.value, "\" is not in streams.yaml",
                                   Remedy(text.stream.value, names)));
    }
  }
  auto definition = std::find_if(
      streams.begin(), streams.end(),
      [&](const domain::StreamDefinition& candidate) { return candidate.stream == text.stream.value; });
  if (definition == streams.end()) {
    definition = streams.insert(streams.end(), domain::StreamDefinition{.stream = text.stream.value});
    if (stream != nullptr) {
      definition->levels = LevelsOf(*stream);
      for (const Located<std::string>& milestone : stream->milestones)
        definition->milestones.push_back(milestone.value);
    }
  }
  IndicatorBuilder builder(text.defaults, stream, pathways, sink);
  for (const IndicatorText& indicator : text.indicators) {
    if (indicator.id.given) {
      const std::string here = Cat(sink.file(), " line ", indicator.id.at.line);
      if (const auto [first, added] = owners.emplace(indicator.id.value, here); !added) {
        sink.Add(indicator.id.at, Cat("indicator \"", indicator.id.value, "\" is there twice (",
                                      first->second, "); rename or remove one"));
        continue;
      }
    }
    definition->indicators.push_back(builder.Build(indicator));
  }
}

}  // namespace vardvakt::config
