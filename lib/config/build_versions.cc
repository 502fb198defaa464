#include "lib/config/build_versions.h"

namespace vardvakt::config {
namespace {

using domain::AttributeCondition;
using domain::IndicatorVersion;
using domain::MilestoneSelector;
using domain::Shape;

// What the table of limits reads of a case.
constexpr std::array<std::string_view, 4> kTableAttributes = {"pathway", "variant", "treatment_form",
                                                              "birth_year"};

std::vector<std::string> ValuesOf(const std::vector<Located<std::string>>& located) {
  std::vector<std::string> values;
  for (const Located<std::string>& one : located) values.push_back(one.value);
  return values;
}

}  // namespace

VersionBuilder::VersionBuilder(const IndicatorDefaultsText& defaults, const StreamText* stream,
                               std::shared_ptr<const domain::PathwayTable> pathways, Sink& sink)
    : defaults_(defaults), stream_(stream), pathways_(std::move(pathways)), sink_(sink) {}

// What was refused counts as there, so that it does not raise a second problem elsewhere.
IndicatorVersion VersionBuilder::Build(const VersionText& text, Shape shape) {
  IndicatorVersion built{.valid_from = text.valid_from.value,
                         .where = BuildWhere(text.where.given ? text.where.value : defaults_.where),
                         .stop = BuildSelector(text.stop),
                         .deadline_decides = text.deadline_decides.value,
                         .pvv_excludes = text.pvv_excludes.value,
                         .mov_excludes = text.mov_excludes.value};
  if (text.ages.given) built.ages = BuildAges(text.ages.value);
  if (shape != Shape::kShare) {
    RefuseClock(text, shape);
    return built;
  }
  if (text.start.present) {
    built.start = BuildSelector(text.start.value);
  } else {
    sink_.Add(text.at, "key \"start\" of a version is missing, and a share needs a clock; add it");
  }
  built.settle = text.settle.given ? text.settle.value : stream_ != nullptr ? stream_->settle : Duration{};
  built.limit = BuildLimit(text);
  if (text.without_table_limit.present) {
    if (text.limit_table.present) {
      sink_.Add(text.without_table_limit.at,
                "a case either has a limit in the table or has none; keep one of \"limit_table\" and "
                "\"without_table_limit\"");
    }
    built.without_limit_in = TableFor(text.without_table_limit);
  }
  if (text.warn.given) built.warn = BuildWarn(text, built.limit);
  return built;
}

// A ratio or a count looks at the stop alone.
void VersionBuilder::RefuseClock(const VersionText& text, Shape shape) {
  const auto refuse = [&](std::string_view key, const auto& value) {
    if (!value.present) return;
    sink_.Add(value.at, Cat("\"", key, "\" is of a clock, and a ", shape == Shape::kRatio ? "ratio" : "count",
                            " has none; leave it out"));
  };
  refuse("start", text.start);
  refuse("limit", text.limit);
  refuse("limit_days", text.limit_days);
  refuse("limit_date", text.limit_date);
  refuse("limit_table", text.limit_table);
  refuse("without_table_limit", text.without_table_limit);
  refuse("warn", text.warn);
  refuse("settle", text.settle);
  refuse("deadline_decides", text.deadline_decides);
  refuse("pvv_excludes", text.pvv_excludes);
  refuse("mov_excludes", text.mov_excludes);
}

std::optional<domain::Limit> VersionBuilder::BuildLimit(const VersionText& text) {
  if (text.limit.present + text.limit_days.present + text.limit_date.present + text.limit_table.present > 1) {
    sink_.Add(
        text.at,
        "give at most one of \"limit\", \"limit_days\", \"limit_date\" and \"limit_table\"; keep the one "
        "that is meant");
  }
  if (text.limit.present) return domain::DurationLimit{text.limit.value};
  if (text.limit_days.present) return domain::CalendarDaysLimit{static_cast<int>(text.limit_days.value)};
  if (text.limit_date.present) {
    if (stream_ != nullptr && stream_->strict_attributes) {
      CheckDeclared("attribute", text.limit_date, stream_->attributes);
    }
    return domain::DateLimit{text.limit_date.value};
  }
  if (text.limit_table.present) return domain::PathwayLimit{TableFor(text.limit_table)};
  return std::nullopt;
}

std::shared_ptr<const domain::PathwayTable> VersionBuilder::TableFor(const Located<bool>& table) {
  if (!table.given) return std::make_shared<domain::PathwayTable>();
  if (pathways_ == nullptr) {
    sink_.Add(table.at, "the limits are looked up in svf-limits.yaml, and there is no such file; add it");
    return std::make_shared<domain::PathwayTable>();
  }
  if (stream_ != nullptr && stream_->strict_attributes) {
    for (const std::string_view attribute : kTableAttributes) {
      CheckDeclared("attribute",
                    {.value = std::string(attribute), .at = table.at, .present = true, .given = true},
                    stream_->attributes);
    }
  }
  return pathways_;
}

std::optional<domain::Warn> VersionBuilder::BuildWarn(const VersionText& text,
                                                      const std::optional<domain::Limit>& limit) {
  const WarnText& warn = text.warn.value;
  const std::array<bool, 4> given = {warn.after.present, warn.before_deadline.present,
                                     warn.share_of_limit.present, warn.days_before.present};
  if (std::count(given.begin(), given.end(), true) != 1) {
    sink_.Add(warn.at,
              "give exactly one of \"after\", \"before_deadline\", \"share_of_limit\" and \"days_before\"");
    return std::nullopt;
  }
  if (!limit) {
    sink_.Add(warn.at, "a warning needs a limit to warn of; add one or leave out \"warn\"");
    return std::nullopt;
  }
  const bool in_days = !std::holds_alternative<domain::DurationLimit>(*limit);
  if (in_days != warn.days_before.present) {
    sink_.Add(warn.at, in_days ? "the limit is in days, so the warning is too; write {days_before: N}"
                               : "the limit is a duration; write {after: …}, {before_deadline: …} or "
                                 "{share_of_limit: …}");
    return std::nullopt;
  }
  return in_days ? BuildDaysBefore(text) : BuildWarnAfter(text);
}

std::optional<domain::Warn> VersionBuilder::BuildDaysBefore(const VersionText& text) {
  const Located<int64_t>& lead = text.warn.value.days_before;
  if (lead.given && text.limit_days.given && lead.value > text.limit_days.value) {
    sink_.Add(lead.at, Cat("the warning ", lead.value, " days before the last one lies outside the limit of ",
                           text.limit_days.value, " days; make it at most that"));
  }
  return domain::WarnDaysBefore{static_cast<int>(lead.value)};
}

std::optional<domain::Warn> VersionBuilder::BuildWarnAfter(const VersionText& text) {
  if (!text.limit.given) return std::nullopt;
  const WarnText& warn = text.warn.value;
  const Duration limit = text.limit.value;
  if (warn.share_of_limit.present) return domain::WarnAfter{limit * warn.share_of_limit.value / 1000};
  const Located<Duration>& lead = warn.after.present ? warn.after : warn.before_deadline;
  if (lead.value > limit) {
    sink_.Add(lead.at, Cat("the warning at ", FormatDuration(lead.value), " lies outside the limit of ",
                           FormatDuration(limit), "; make it at most that"));
    return std::nullopt;
  }
  return domain::WarnAfter{warn.after.present ? lead.value : limit - lead.value};
}

std::vector<AttributeCondition> VersionBuilder::BuildWhere(const std::vector<ConditionText>& texts) {
  std::vector<AttributeCondition> built;
  for (const ConditionText& text : texts) {
    if (text.in.present == text.not_in.present) {
      sink_.Add(text.at, "a condition has exactly one of \"in\" and \"not\"; keep the one that is meant");
    }
    if (stream_ != nullptr && stream_->strict_attributes) {
      CheckDeclared("attribute", text.attribute, stream_->attributes);
    }
    built.push_back(
        {text.attribute.value, text.in.present ? text.in.value : text.not_in.value, text.not_in.present});
  }
  return built;
}

domain::AgeRange VersionBuilder::BuildAges(const AgesText& text) {
  if (!text.from.present && !text.to.present) {
    sink_.Add(text.at, "an age range has at least one of \"from\" and \"to\"; add one or leave out \"ages\"");
  }
  if (text.from.given && text.to.given && text.to.value < text.from.value) {
    sink_.Add(text.to.at, Cat("nobody is from ", text.from.value, " to ", text.to.value,
                              "; make \"to\" at least \"from\""));
  }
  domain::AgeRange built;
  if (text.from.given) built.from = static_cast<int>(text.from.value);
  if (text.to.given) built.to = static_cast<int>(text.to.value);
  return built;
}

MilestoneSelector VersionBuilder::BuildSelector(const SelectorText& text) {
  CheckMilestones(text.milestones);
  MilestoneSelector built{
      .milestones = ValuesOf(text.milestones), .kinds = text.resource_kinds, .pick = text.pick};
  if (text.instead.given) {
    const InsteadText& instead = text.instead.value;
    CheckMilestones(instead.milestones);
    if (stream_ != nullptr && stream_->strict_attributes) {
      CheckDeclared("attribute", instead.attribute, stream_->attributes);
    }
    built.instead = {.when = {instead.attribute.value, instead.in, false},
                     .milestones = ValuesOf(instead.milestones)};
  }
  return built;
}

void VersionBuilder::CheckMilestones(const std::vector<Located<std::string>>& milestones) {
  Unique once("milestone", sink_);
  for (const Located<std::string>& milestone : milestones) {
    once.Check(milestone);
    if (stream_ != nullptr && stream_->strict_milestones) {
      CheckDeclared("milestone", milestone, stream_->milestones);
    }
  }
}

void VersionBuilder::CheckDeclared(std::string_view what, const Located<std::string>& name,
                                   const std::vector<Located<std::string>>& declared) {
  const std::vector<std::string> names = ValuesOf(declared);
  if (name.given && std::find(names.begin(), names.end(), name.value) == names.end()) {
    sink_.Add(name.at, Cat(what, " \"", name.value, "\" is not declared for the strict stream \"",
                           stream_->stream.value, "\" in streams.yaml", Remedy(name.value, names)));
  }
}

}  // namespace vardvakt::config
