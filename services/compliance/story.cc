#include "services/compliance/story.h"

#include <algorithm>
#include <utility>

#include "lib/base/strings.h"
#include "lib/domain/case_limit.h"
#include "services/compliance/words.h"

namespace vardvakt::compliance {
namespace {

using domain::Judgement;
using domain::Outcome;
using domain::Register;
using domain::RegisterKind;
using domain::Waiting;

// A sentence for each rule of spec §3, in its order; what a rule says is taken from the domain's own
// functions.
class Story {
 public:
  Story(const domain::CaseState& state, const domain::Indicator& indicator, const Judgement& j,
        const TimeZone& zone)
      : state_(state), indicator_(indicator), j_(j), zone_(zone) {}

  std::vector<std::string> Tell() {
    if (const Register* deleted = state_.Find(RegisterKind::kDeleted); state_.Deleted()) {
      Say("the source has withdrawn the case", Said(*deleted), ": not applicable");
    } else if (indicator_.shape != domain::Shape::kShare) {
      TellCounted();
    } else if (!j_.start) {
      Say("not started (", DescribeSelector(indicator_.versions.back().start), "): not applicable");
    } else if (TellStart()) {
      TellDeviation();
      TellEnd();
      TellCounts();
    }
    return std::move(story_);
  }

 private:
  template <typename... Parts>
  void Say(const Parts&... parts) {
    story_.push_back(Cat(parts...));
  }
  std::string At(Instant at) const { return LocalClock(at, zone_); }

  // ", said by zenit (recorded 2026-04-15 12:00:01.000)"
  std::string Said(const Register& r) const {
    const domain::Stamp& stamp = state_.stamps[r.stamp];
    return Cat(", said by ", stamp.source, " (recorded ", At(stamp.recorded_at), ")");
  }
  std::string SaidOfAttribute(std::string_view name) const {
    const Register* r = state_.Find(RegisterKind::kAttribute, name);
    return r == nullptr ? std::string() : Said(*r);
  }
  // Which register a selector took at an instant.
  std::string Reached(const domain::MilestoneSelector& selector, Instant at) const {
    const auto& names = domain::MilestonesOf(selector, state_);
    for (const Register& r : state_.registers) {
      if (r.kind != RegisterKind::kMilestone) break;
      const bool kind_counts = selector.kinds.empty() || std::ranges::count(selector.kinds, r.text) > 0;
      if (!r.set || r.at != at || !kind_counts || std::ranges::count(names, r.name) == 0) continue;
      return Cat(r.name, r.resource.empty() ? "" : Cat(" by ", r.resource),
                 r.text.empty() ? "" : Cat(" (", r.text, ")"), Said(r));
    }
    return DescribeSelector(selector);
  }

  // True when every condition holds; says so of each, or which one does not.
  bool TellFilter(const domain::IndicatorVersion& version, Instant at) {
    for (const domain::AttributeCondition& condition : version.where) {
      const std::string value = Cat("\"", state_.Attribute(condition.attribute), "\"");
      const bool holds = domain::Holds(condition, state_);
      Say(DescribeCondition(condition), holds ? " holds: it is " : " does not hold: it is ", value,
          SaidOfAttribute(condition.attribute), holds ? "" : ": not applicable");
      if (!holds) return false;
    }
    if (!version.ages) return true;
    const bool counts = domain::AgeCounts(version, state_, at, zone_);
    Say(DescribeAges(*version.ages), counts ? " holds" : " does not hold: not applicable");
    return counts;
  }

  void TellCounted() {
    if (!j_.completed) {
      const domain::IndicatorVersion& version = indicator_.versions.back();
      Instant later = kNever;
      const auto reached = domain::Select(state_, version.stop, kNever, later);
      if (!reached) return Say("not reached (", DescribeSelector(version.stop), "): not counted");
      if (TellFilter(version, *reached)) Say("not reached by now: not counted");
      return;
    }
    TellFilter(*j_.version, *j_.stop);
    Say("reached at ", At(*j_.stop), ": ", Reached(j_.version->stop, *j_.stop), "; counts once, by ",
        indicator_.VersionName(*j_.version), "; a close, a deviation or an exemption changes nothing");
  }

  // Whether the indicator is for the case; if so, from when it is judged and by which limit.
  bool TellStart() {
    const domain::IndicatorVersion& version = indicator_.VersionOn(zone_.DayOf(*j_.start));
    Say("the clock started at ", At(*j_.start), ": ", Reached(version.start, *j_.start), "; judged by ",
        indicator_.VersionName(version));
    if (!TellFilter(version, *j_.start)) return false;
    const domain::CaseLimit limit = domain::LimitOf(version, state_, *j_.start, zone_);
    if (limit.pathway != nullptr) TellPathway(limit);
    if (!limit.applies) {
      Say("not applicable: ", limit.why_not);
      return false;
    }
    if (version.without_limit_in != nullptr) Say("its pathway has no limit of its own: this one applies");
    TellLimit(version, limit);
    return true;
  }

  void TellPathway(const domain::CaseLimit& limit) {
    Say("pathway \"", limit.pathway->pathway, "\" (", limit.pathway->name, "), as in force from ",
        FormatLocalDay(limit.pathway->valid_from), SaidOfAttribute("pathway"),
        limit.variant == nullptr || limit.variant->variant.empty()
            ? ""
            : Cat("; variant \"", limit.variant->variant, "\""));
  }

  void TellPathwayDays(const domain::CaseLimit& limit) {
    if (limit.form != nullptr) {
      Say("treatment form \"", limit.form->treatment_form, "\"", SaidOfAttribute("treatment_form"), ": ",
          *limit.form->days, " calendar days",
          limit.form->source.empty() ? "" : Cat(" (", limit.form->source, ", ", limit.form->dated, ")"));
    } else {
      Say("the treatment form is not known yet: the longest limit, ", *limit.variant->Longest(),
          " calendar days, makes a miss certain; at risk counts from the shortest, ",
          *limit.variant->Shortest());
    }
    if (limit.pathway->pad_subtract_days > 0 && state_.Attribute("first_suspicion_at_pad") == "true") {
      Say("less ", limit.pathway->pad_subtract_days,
          " days, as the first suspicion arose at the pathologist's",
          SaidOfAttribute("first_suspicion_at_pad"));
    }
  }

  void TellLimit(const domain::IndicatorVersion& version, const domain::CaseLimit& limit) {
    if (!version.limit) return Say("there is no limit: only its time counts");
    if (const auto* by_date = std::get_if<domain::DateLimit>(&*version.limit)) {
      Say(by_date->attribute, " is \"", state_.Attribute(by_date->attribute), "\"",
          SaidOfAttribute(by_date->attribute), limit.missing.empty() ? "" : ", which is no date");
    }
    if (std::holds_alternative<domain::PathwayLimit>(*version.limit)) TellPathwayDays(limit);
    if (!limit.deadline) return;
    if (indicator_.unit == domain::DurationUnit::kDays) {
      Say("the last day that is within is ", FormatLocalDay(zone_.DayOf(*limit.deadline) - days(1)),
          " (limit: ", DescribeLimit(version), "), the deadline ", At(*limit.deadline));
    } else {
      Say("the limit is ", DescribeLimit(version), ": it can no longer be within from ", At(*limit.deadline),
          " on");
    }
  }

  void TellDeviation() {
    const domain::Deviation deviation = state_.deviation();
    const Register* r = state_.Find(RegisterKind::kDeviation);
    if (deviation == domain::Deviation::kPvv) {
      Say("deviation PvV, the patient's choice", Said(*r),
          j_.version->pvv_excludes ? ": excluded" : ": changes nothing in this indicator");
    } else if (deviation == domain::Deviation::kMov) {
      Say("deviation MoV, for medical reasons", Said(*r),
          j_.version->mov_excludes
              ? ": while open it does not wait, its deadline decides nothing, and once done its days count"
              : ": changes nothing in this indicator");
    } else if (deviation == domain::Deviation::kSov) {
      Say("deviation SoV", Said(*r), ": is shown and changes nothing");
    }
    const Register* exemption = state_.Find(RegisterKind::kExemption, indicator_.id);
    if (exemption == nullptr) return;
    Say("an exemption (", exemption->text, ") decided by ", exemption->extra, Said(*exemption),
        exemption->set ? ": excluded" : " was revoked: changes nothing");
  }

  // What became of the clock, as if there were no deviation and no exemption.
  void TellEnd() {
    if (j_.stop) Say("the clock stopped at ", At(*j_.stop), ": ", Reached(j_.version->stop, *j_.stop));
    if (j_.closed_at) {
      const Register* closed = state_.Find(RegisterKind::kClosed);
      Say("the case was closed at ", At(*j_.closed_at), " (", closed->text, ")", Said(*closed));
    }
    if (j_.outcome == Outcome::kInvalid) {
      Say("invalid (", j_.reason, "): a data-quality finding, in no share");
    } else if (j_.completed_before) {
      Say("completed after ", DurationText(),
          !j_.deadline                  ? "; there is no limit"
          : j_.completed_before->within ? ", within the limit"
                                        : ", not within the limit");
    } else if (j_.closed_at) {
      Say(j_.decided_before
              ? "closed at or after the deadline: the miss was already certain, it counts as decided too"
              : "closed without its stop, or before it: in no share");
    } else if (j_.stop) {
      Say("its stop can't be judged: it lies before the start, or the limit can't be told");
    } else {
      TellOpen();
    }
  }

  std::string DurationText() const {
    if (indicator_.unit == domain::DurationUnit::kSeconds) return FormatDuration(j_.duration);
    return Cat(std::chrono::floor<days>(j_.duration).count(), " days");
  }

  void TellOpen() {
    if (j_.waiting == Waiting::kInTime) {
      Say("open, in time", j_.warn_at ? Cat("; at risk from ", At(*j_.warn_at)) : "");
    } else if (j_.waiting == Waiting::kAtRisk) {
      Say("open, at risk since ", At(*j_.warn_at));
    } else if (j_.waiting == Waiting::kOverdue) {
      Say("open, overdue since ", At(*j_.deadline));
    } else {
      Say("open");
    }
    if (j_.waiting != Waiting::kOverdue || j_.decided) return;
    if (j_.version->deadline_decides) {
      Say("not yet decided: it is once ", FormatDuration(j_.version->settle),
          " have passed since the deadline, the usual reporting delay");
    } else {
      Say("the passing of the deadline decides nothing here");
    }
  }

  void TellCount(std::string_view where, const std::optional<domain::Count>& count, bool tells_within) {
    if (!count) return;
    Say("counts in `", where, "` at ", At(count->at),
        !tells_within   ? ""
        : count->within ? " as within"
                        : " as not within");
  }

  // Where it counts, after exclusions and before them.
  void TellCounts() {
    TellCount("completed", j_.completed, j_.deadline.has_value());
    TellCount("decided", j_.decided, true);
    if (j_.outcome != Outcome::kExcluded) return;
    Say("excluded (", j_.reason, "): in neither numerator nor denominator");
    TellCount("completed before exclusions", j_.completed_before, j_.deadline.has_value());
    TellCount("decided before exclusions", j_.decided_before, true);
  }

  const domain::CaseState& state_;
  const domain::Indicator& indicator_;
  const Judgement& j_;
  const TimeZone& zone_;
  std::vector<std::string> story_;
};

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotApplicable:
      return "not_applicable";
    case Outcome::kExcluded:
      return "excluded";
    case Outcome::kInvalid:
      return "invalid";
    case Outcome::kCompleted:
      return "completed";
    case Outcome::kClosed:
      return "closed";
    case Outcome::kOpen:
      return "open";
  }
  return "not_applicable";
}

std::string_view WaitingName(Waiting waiting) {
  switch (waiting) {
    case Waiting::kNone:
      return "";
    case Waiting::kInTime:
      return "in_time";
    case Waiting::kAtRisk:
      return "at_risk";
    case Waiting::kOverdue:
      return "overdue";
  }
  return "";
}

std::string_view RegisterKindName(RegisterKind kind) {
  switch (kind) {
    case RegisterKind::kMilestone:
      return "milestone";
    case RegisterKind::kAttribute:
      return "attribute";
    case RegisterKind::kDeviation:
      return "deviation";
    case RegisterKind::kClosed:
      return "closed";
    case RegisterKind::kDeleted:
      return "deleted";
    case RegisterKind::kExemption:
      return "exemption";
  }
  return "milestone";
}

std::vector<std::string> TellStory(const domain::CaseState& state, const domain::Indicator& indicator,
                                   const Judgement& j, const TimeZone& zone) {
  return Story(state, indicator, j, zone).Tell();
}

}  // namespace vardvakt::compliance
