#include "services/compliance/story.h"

#include "lib/base/strings.h"

namespace vardvakt::compliance {
namespace {

using domain::Judgement;
using domain::Outcome;
using domain::RegisterKind;
using domain::Waiting;

std::string Join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words)
    CatTo(text, text.empty() ? "" : between, word.empty() ? "none given" : word);
  return text;
}

std::string Clock(Instant at, const TimeZone& zone) {
  const auto local = zone.ToLocal(at);
  const auto as_utc = Instant(local.time_since_epoch());
  std::string text = FormatMillis(as_utc);
  text.pop_back();
  text[10] = ' ';
  return text;
}

void TellFilter(const domain::CaseState& state, const Judgement& j, std::vector<std::string>& story) {
  for (const domain::AttributeCondition& condition : j.version->where) {
    const std::string_view value = state.Attribute(condition.attribute);
    story.push_back(Cat(condition.attribute, " is \"", value, "\", which ",
                        condition.negate ? "is none of" : "is one of", " \"",
                        Join(condition.values, "\", \""), "\": the indicator applies"));
  }
}

void TellEnd(const Judgement& j, const TimeZone& zone, std::vector<std::string>& story) {
  if (j.stop)
    story.push_back(
        Cat("the clock stopped at ", Clock(*j.stop, zone), " (", DescribeSelector(j.version->stop), ")"));
  if (j.closed_at) story.push_back(Cat("the case was closed at ", Clock(*j.closed_at, zone)));
  switch (j.outcome) {
    case Outcome::kCompleted:
      story.push_back(Cat("completed after ", FormatDuration(j.duration),
                          !j.deadline           ? "; there is no limit"
                          : j.completed->within ? ", within the limit"
                                                : ", not within the limit"));
      break;
    case Outcome::kClosed:
      story.push_back(
          j.decided ? "closed at or after the deadline: the miss was already certain, it counts as decided"
                    : "closed without its stop: in no share");
      break;
    case Outcome::kOpen:
      if (j.waiting == Waiting::kInTime) story.push_back("open, in time");
      if (j.waiting == Waiting::kAtRisk)
        story.push_back(Cat("open, at risk since ", Clock(*j.warn_at, zone)));
      if (j.waiting == Waiting::kOverdue)
        story.push_back(Cat("open, overdue since ", Clock(*j.deadline, zone)));
      break;
    case Outcome::kExcluded:
      story.push_back(
          Cat("excluded (", j.reason, "): in neither numerator nor denominator, counted before exclusions"));
      break;
    case Outcome::kInvalid:
      story.push_back(Cat("invalid (", j.reason, "): a data-quality finding, in no share"));
      break;
    case Outcome::kNotApplicable:
      break;
  }
  if (j.decided) {
    story.push_back(
        Cat("decided at ", Clock(j.decided->at, zone), j.decided->within ? ": within" : ": not within"));
  } else if (j.waiting == Waiting::kOverdue) {
    story.push_back(j.version->deadline_decides
                        ? Cat("not yet decided: it is once ", FormatDuration(j.version->settle),
                              " have passed since the deadline, the usual reporting delay")
                        : "the passing of the deadline decides nothing here");
  }
}

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

std::string DescribeSelector(const domain::MilestoneSelector& selector) {
  std::string text =
      Cat(selector.pick == domain::Pick::kFirst ? "first " : "last ", Join(selector.milestones, " or "));
  if (!selector.kinds.empty()) CatTo(text, " of kind ", Join(selector.kinds, ", "));
  return text;
}

std::vector<std::string> TellStory(const domain::CaseState& state, const domain::Indicator& indicator,
                                   const Judgement& j, const TimeZone& zone) {
  if (state.Deleted()) return {"the source has withdrawn the case: not applicable"};
  if (j.version == nullptr && indicator.shape != domain::Shape::kShare) {
    return {Cat("not counted: not reached (", DescribeSelector(indicator.versions.back().stop),
                "), or not one of those that count")};
  }
  if (j.version == nullptr) {
    return {j.start ? "the indicator's filter on attributes does not hold: not applicable"
                    : Cat("not started (", DescribeSelector(indicator.versions.back().start),
                          "): not applicable")};
  }
  std::vector<std::string> story;
  TellFilter(state, j, story);
  if (!j.start) {
    story.push_back(Cat("counted at ", Clock(*j.stop, zone), " (", DescribeSelector(j.version->stop),
                        "), by ", indicator.VersionName(*j.version)));
    return story;
  }
  story.push_back(Cat("the clock started at ", Clock(*j.start, zone), " (",
                      DescribeSelector(j.version->start), "), judged by ",
                      indicator.VersionName(*j.version)));
  if (j.deadline) story.push_back(Cat("it can no longer be within from ", Clock(*j.deadline, zone), " on"));
  TellEnd(j, zone, story);
  return story;
}

}  // namespace vardvakt::compliance
