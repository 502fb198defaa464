#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

using domain::AttributeCondition;
using domain::Indicator;
using domain::IndicatorVersion;

// What an indicator's file is checked against, and how its parts become domain structs.
class IndicatorBuilder {
 public:
  // `stream` is null when it isn't known; then nothing is checked against it.
  IndicatorBuilder(const IndicatorDefaultsText& defaults, const StreamText* stream, Sink& sink)
      : defaults_(defaults), stream_(stream), sink_(sink) {
    if (stream_ != nullptr) levels_ = LevelsOf(*stream_);
  }

  Indicator Build(const IndicatorText& text) {
    Indicator built{.id = text.id.value,
                    .name_sv = text.name.sv,
                    .name_en = text.name.en,
                    .description_sv = text.description.sv,
                    .description_en = text.description.en,
                    .source = text.source,
                    .better = text.better};
    Located<LocalDay> before;
    for (const VersionText& version : text.versions) {
      CheckAscending(before, version.valid_from);
      built.versions.push_back(BuildVersion(version));
    }
    before = {};
    for (const GoalText& goal : text.goals) {
      CheckAscending(before, goal.valid_from);
      built.goals.push_back({goal.valid_from.value, goal.goal.value});
    }
    const bool limited = std::any_of(text.versions.begin(), text.versions.end(),
                                     [](const VersionText& version) { return version.limit.present; });
    if (!text.goals.empty() && !limited) {
      sink_.Add(text.goals.front().at,
                "a goal needs a share, and no version has a limit; add \"limit\" or leave out \"goals\"");
    }
    const std::vector<RollUpText>& roll_ups = text.roll_ups.given ? text.roll_ups.value : defaults_.roll_ups;
    if (roll_ups.empty() && !text.roll_ups.present) {
      sink_.Add(text.at, "no roll-ups: no series would be kept; add \"roll_ups\" here or in \"defaults\"");
    }
    built.roll_ups = BuildRollUps(roll_ups);
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

  // What was refused counts as there, so that it does not raise a second problem elsewhere.
  IndicatorVersion BuildVersion(const VersionText& text) {
    IndicatorVersion built{.valid_from = text.valid_from.value,
                           .where = BuildWhere(text.where.given ? text.where.value : defaults_.where),
                           .start = BuildSelector(text.start),
                           .stop = BuildSelector(text.stop),
                           .settle = text.settle.given    ? text.settle.value
                                     : stream_ != nullptr ? stream_->settle
                                                          : Duration{},
                           .deadline_decides = text.deadline_decides,
                           .pvv_excludes = text.pvv_excludes};
    if (text.limit.present) built.limit = domain::DurationLimit{text.limit.value};
    if (text.warn.present) built.warn = BuildWarn(text);
    return built;
  }

  domain::WarnAfter BuildWarn(const VersionText& text) {
    const WarnText& warn = text.warn.value;
    if (!text.warn.given) return {};
    if (warn.after.present + warn.before_deadline.present + warn.share_of_limit.present != 1) {
      sink_.Add(warn.at, "give exactly one of \"after\", \"before_deadline\" and \"share_of_limit\"");
      return {};
    }
    if (!text.limit.present) {
      sink_.Add(warn.at, "a warning needs a limit to warn of; add \"limit\" or leave out \"warn\"");
      return {};
    }
    if (!text.limit.given) return {};
    const Duration limit = text.limit.value;
    if (warn.share_of_limit.given) return domain::WarnAfter{limit * warn.share_of_limit.value / 1000};
    const Located<Duration>& lead = warn.after.present ? warn.after : warn.before_deadline;
    if (lead.value > limit) {
      sink_.Add(lead.at, Cat("the warning at ", FormatDuration(lead.value), " lies outside the limit of ",
                             FormatDuration(limit), "; make it at most that"));
      return {};
    }
    return domain::WarnAfter{warn.after.present ? lead.value : limit - lead.value};
  }

  std::vector<AttributeCondition> BuildWhere(const std::vector<ConditionText>& texts) {
    std::vector<AttributeCondition> built;
    for (const ConditionText& text : texts) {
      if (text.in.present == text.not_in.present) {
        sink_.Add(text.at, "a condition has exactly one of \"in\" and \"not\"; keep the one that is meant");
      }
      if (stream_ != nullptr && stream_->strict_attributes && text.attribute.given) {
        CheckDeclared("attribute", text.attribute, stream_->attributes);
      }
      built.push_back(
          {text.attribute.value, text.in.present ? text.in.value : text.not_in.value, text.not_in.present});
    }
    return built;
  }

  domain::MilestoneSelector BuildSelector(const SelectorText& text) {
    domain::MilestoneSelector built{.kinds = text.resource_kinds, .pick = text.pick};
    Unique once("milestone", sink_);
    for (const Located<std::string>& milestone : text.milestones) {
      once.Check(milestone);
      if (stream_ != nullptr && stream_->strict_milestones) {
        CheckDeclared("milestone", milestone, stream_->milestones);
      }
      built.milestones.push_back(milestone.value);
    }
    return built;
  }

  void CheckDeclared(std::string_view what, const Located<std::string>& name,
                     const std::vector<Located<std::string>>& declared) {
    std::vector<std::string> names;
    for (const Located<std::string>& other : declared) names.push_back(other.value);
    if (name.given && std::find(names.begin(), names.end(), name.value) == names.end()) {
      sink_.Add(name.at, Cat(what, " \"", name.value, "\" is not declared for the strict stream \"",
                             stream_->stream.value, "\" in streams.yaml", Remedy(name.value, names)));
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
  std::vector<domain::Level> levels_;
};

}  // namespace

void BuildIndicators(const IndicatorsText& text, const StreamsText* known,
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
  IndicatorBuilder builder(text.defaults, stream, sink);
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
