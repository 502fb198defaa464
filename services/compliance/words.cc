#include "services/compliance/words.h"

#include "lib/base/strings.h"

namespace vardvakt::compliance {

std::string Join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words)
    CatTo(text, text.empty() ? "" : between, word.empty() ? "none given" : word);
  return text;
}

std::string DescribeSelector(const domain::MilestoneSelector& selector) {
  std::string text =
      Cat(selector.pick == domain::Pick::kFirst ? "first " : "last ", Join(selector.milestones, " or "));
  if (!selector.kinds.empty()) CatTo(text, " of kind ", Join(selector.kinds, ", "));
  if (selector.instead) {
    CatTo(text, "; where ", DescribeCondition(selector.instead->when), ": ",
          Join(selector.instead->milestones, " or "));
  }
  return text;
}

std::string DescribeCondition(const domain::AttributeCondition& condition) {
  return Cat(condition.attribute, condition.negate ? " is none of \"" : " is one of \"",
             Join(condition.values, "\", \""), "\"");
}

std::string DescribeAges(const domain::AgeRange& ages) {
  return ages.to ? Cat("age is ", ages.from, " to ", *ages.to) : Cat("age is ", ages.from, " or more");
}

std::string DescribeLimit(const domain::IndicatorVersion& version) {
  if (!version.limit) return "none";
  if (const auto* duration = std::get_if<domain::DurationLimit>(&*version.limit)) {
    return Cat(FormatDuration(duration->limit), " from the start");
  }
  if (const auto* by_days = std::get_if<domain::CalendarDaysLimit>(&*version.limit)) {
    return by_days->days == 0 ? std::string("the same local day")
                              : Cat("the end of local day ", by_days->days, " after the start");
  }
  if (const auto* by_date = std::get_if<domain::DateLimit>(&*version.limit)) {
    return Cat("the end of the day that the case's ", by_date->attribute, " names");
  }
  return "calendar days by the case's pathway, variant and treatment form";
}

std::string DescribeWarn(const domain::IndicatorVersion& version) {
  if (!version.warn) return "";
  if (const auto* after = std::get_if<domain::WarnAfter>(&*version.warn)) {
    return Cat(FormatDuration(after->after_start), " after the start");
  }
  const int days = std::get<domain::WarnDaysBefore>(*version.warn).days;
  return days == 0 ? std::string("the first instant of the last day that is within")
                   : Cat("the first instant of the day ", days, " days before the last one that is within");
}

std::string LocalClock(Instant at, const TimeZone& zone) {
  std::string text = FormatMillis(Instant(zone.ToLocal(at).time_since_epoch()));
  text.pop_back();
  text[10] = ' ';
  return text;
}

}  // namespace vardvakt::compliance
