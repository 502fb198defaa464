#include "lib/adapters/csv/time_format.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using Names = std::array<std::string_view, 12>;
constexpr Names kMonths = {"january", "february", "march",     "april",   "may",      "june",
                           "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
// The directive that stands for milliseconds since 1970; it can't be written as one.
constexpr char kEpochMillis = '#';

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsSpace(char c) { return c == ' ' || c == '\t'; }
constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// What has been read so far of one time.
struct Reading {
  std::string_view rest;
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
  int day_of_year = 0;
  std::optional<bool> afternoon;  // %p
  std::optional<int> offset_minutes;
  std::optional<int64_t> since_epoch_millis;

  bool Number(size_t min_digits, size_t max_digits, int& out) {
    size_t size = 0;
    int value = 0;
    for (; size < max_digits && size < rest.size() && IsDigit(rest[size]); ++size) {
      value = value * 10 + (rest[size] - '0');
    }
    if (size < min_digits) return false;
    rest.remove_prefix(size);
    out = value;
    return true;
  }

  // Up to two digits, the first of which may be a space.
  bool PaddedNumber(int& out) {
    const bool padded = rest.size() > 1 && IsSpace(rest[0]) && IsDigit(rest[1]);
    if (padded) rest.remove_prefix(1);
    return Number(1, padded ? 1 : 2, out);
  }

  bool Fraction() {
    size_t size = 0;
    int scale = 100;
    for (; size < rest.size() && IsDigit(rest[size]); ++size, scale /= 10)
      millis += (rest[size] - '0') * scale;
    rest.remove_prefix(size);
    return size > 0;
  }

  // Behind the seconds, where there is one.
  bool OptionalFraction() {
    const bool fraction = rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && IsDigit(rest[1]);
    if (!fraction) return true;
    rest.remove_prefix(1);
    return Fraction();
  }

  bool SinceEpoch(int64_t unit_millis) {
    int64_t value = 0;
    size_t size = 0;
    for (; size < rest.size() && size < 15 && IsDigit(rest[size]); ++size) {
      value = value * 10 + (rest[size] - '0');
    }
    rest.remove_prefix(size);
    if (size == 0 || !OptionalFraction()) return false;
    since_epoch_millis = value * unit_millis + (unit_millis == 1 ? 0 : millis);
    return true;
  }

  // A name in full, or its first three letters; which one.
  template <size_t kCount>
  std::optional<int> Name(const std::array<std::string_view, kCount>& names) {
    const auto stands_here = [&](std::string_view name) {
      return rest.size() >= name.size() &&
             std::equal(name.begin(), name.end(), rest.begin(), [](char a, char b) { return a == Lower(b); });
    };
    for (size_t i = 0; i < kCount; ++i) {
      if (!stands_here(names[i].substr(0, 3))) continue;
      rest.remove_prefix(stands_here(names[i]) ? names[i].size() : 3);
      return static_cast<int>(i);
    }
    return std::nullopt;
  }

  bool Month() {
    const std::optional<int> found = Name(kMonths);
    month = found.value_or(0) + 1;
    return found.has_value();
  }

  bool HalfOfDay() {
    if (rest.size() < 2 || Lower(rest[1]) != 'm') return false;
    const char half = Lower(rest[0]);
    rest.remove_prefix(2);
    afternoon = half == 'p';
    return half == 'a' || half == 'p';
  }

  bool Offset() {
    if (rest.empty()) return false;
    if (rest.starts_with("UTC") || rest.starts_with("GMT")) {
      rest.remove_prefix(3);
      offset_minutes = 0;
      return true;
    }
    const char sign = rest[0];
    rest.remove_prefix(1);
    if (sign == 'Z' || sign == 'z') {
      offset_minutes = 0;
      return true;
    }
    int hours_value = 0;
    int minutes_value = 0;
    if ((sign != '+' && sign != '-') || !Number(2, 2, hours_value)) return false;
    if (!rest.empty() && rest[0] == ':') rest.remove_prefix(1);
    if (!rest.empty() && !Number(2, 2, minutes_value)) return false;
    if (hours_value > 23 || minutes_value > 59) return false;
    offset_minutes = (sign == '-' ? -1 : 1) * (hours_value * 60 + minutes_value);
    return true;
  }

  bool Spaces() {
    const size_t size = std::min(rest.find_first_not_of(" \t"), rest.size());
    rest.remove_prefix(size);
    return size > 0;
  }

  bool Literal(char c) {
    if (IsSpace(c)) return Spaces();
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool Directive(char directive) {
    switch (directive) {
      case 'Y':
        return Number(4, 4, year);
      case 'y':
        if (!Number(2, 2, year)) return false;
        year += year < 69 ? 2000 : 1900;  // POSIX
        return true;
      case 'm':
        return Number(1, 2, month);
      case 'd':
        return PaddedNumber(day);
      case 'j':
        return Number(1, 3, day_of_year);
      case 'b':
        return Month();
      case 'a':
        return Name(kWeekdays).has_value();
      case 'H':
      case 'I':
        return PaddedNumber(hour);
      case 'M':
        return Number(1, 2, minute);
      case 'S':
        return Number(1, 2, second) && OptionalFraction();
      case 's':
        return SinceEpoch(1000);
      case kEpochMillis:
        return SinceEpoch(1);
      case 'f':
        return Fraction();
      case 'p':
        return HalfOfDay();
      default:
        return Offset();
    }
  }

  std::optional<std::chrono::local_days> Date() const {
    if (year < 1) return std::nullopt;
    if (day_of_year > 0) {
      const std::chrono::local_days first{std::chrono::year(year) / 1 / 1};
      const std::chrono::local_days day_found = first + days(day_of_year - 1);
      const bool same_year = std::chrono::year_month_day(day_found).year() == std::chrono::year(year);
      return same_year ? std::optional(day_found) : std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    return date.ok() ? std::optional(std::chrono::local_days(date)) : std::nullopt;
  }

  std::optional<Instant> ByClock(const TimeZone& zone) const {
    int hour_of_day = hour;
    if (afternoon) {
      if (hour < 1 || hour > 12) return std::nullopt;
      hour_of_day = hour % 12 + (*afternoon ? 12 : 0);
    }
    const std::optional<std::chrono::local_days> date = Date();
    if (!date || hour_of_day > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto local = *date + hours(hour_of_day) + minutes(minute) + seconds(second) + milliseconds(millis);
    if (!offset_minutes) return zone.FromLocal(local);
    return Instant(local.time_since_epoch()) - minutes(*offset_minutes);
  }

  std::optional<Instant> ToInstant(const TimeZone& zone) const {
    const std::optional<Instant> instant =
        since_epoch_millis ? Instant(milliseconds(*since_epoch_millis)) : ByClock(zone);
    return instant && IsInYears1To9999(*instant) ? instant : std::nullopt;
  }
};

// What a shorthand stands for; a directive that is none is itself.
std::string_view Expansion(char directive) {
  switch (directive) {
    case 'F':
      return "%Y-%m-%d";
    case 'T':
      return "%H:%M:%S";
    case 'R':
      return "%H:%M";
    case 'D':
      return "%m/%d/%y";
    case 'r':
      return "%I:%M:%S %p";
    case 'n':
    case 't':
      return " ";
    default:
      return "";
  }
}

// Directives that are read alike.
char Plain(char directive) {
  switch (directive) {
    case 'e':
      return 'd';
    case 'B':
    case 'h':
      return 'b';
    case 'A':
      return 'a';
    case 'k':
      return 'H';
    case 'l':
      return 'I';
    default:
      return directive;
  }
}

// A format with its shorthands written out.
std::string Expanded(std::string_view format) {
  std::string expanded;
  for (size_t i = 0; i < format.size(); ++i) {
    const bool directive = format[i] == '%' && i + 1 < format.size();
    const std::string_view expansion = directive ? Expansion(format[i + 1]) : "";
    if (!directive) {
      expanded += format[i];
      continue;
    }
    expanded += expansion.empty() ? format.substr(i, 2) : expansion;
    ++i;
  }
  return expanded;
}

}  // namespace

bool IsInYears1To9999(Instant instant) {
  constexpr std::chrono::sys_days kFirst = std::chrono::year(1) / 1 / 1;
  constexpr std::chrono::sys_days kLast = std::chrono::year(9999) / 12 / 31;
  return instant >= Instant(kFirst) && instant < Instant(kLast + days(1));
}

absl::Status TimeFormat::Add(std::string_view format) {
  constexpr std::string_view kDirectives = "YymdjbaHIMSsfpz";
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      steps_.push_back({0, format[i]});
      continue;
    }
    if (++i == format.size())
      return absl::InvalidArgumentError("the format ends with a lone %; write %% for it");
    const char directive = Plain(format[i]);
    if (directive == '%') {
      steps_.push_back({0, '%'});
      continue;
    }
    if (kDirectives.find(directive) == std::string_view::npos) {
      return absl::InvalidArgumentError(Cat(
          "%", std::string(1, directive),
          " is not known; known are %Y %y %m %d %e %j %b %B %h %a %A %H %k %I %l %M %S %f %p %z %s %F %D %T "
          "%R %r %n %t, and the words epoch_seconds and epoch_millis"));
    }
    // A fraction behind the seconds is read with them.
    const std::string_view rest = format.substr(i + 1, 3);
    if (directive == 'S' && (rest == ".%f" || rest == ",%f")) i += 3;
    steps_.push_back({directive});
  }
  return absl::OkStatus();
}

bool TimeFormat::Has(char directive) const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [&](const Step& step) { return step.directive == directive; });
}

absl::StatusOr<TimeFormat> TimeFormat::Compile(std::string_view format) {
  TimeFormat compiled;
  if (format == "epoch_millis") {
    compiled.steps_.push_back({kEpochMillis});
    return compiled;
  }
  if (absl::Status status = compiled.Add(format == "epoch_seconds" ? "%s" : Expanded(format)); !status.ok())
    return status;
  const bool year = compiled.Has('Y') || compiled.Has('y');
  const bool day = compiled.Has('j') || ((compiled.Has('m') || compiled.Has('b')) && compiled.Has('d'));
  if (!compiled.Has('s') && !(year && day)) {
    return absl::InvalidArgumentError("the format gives no date; it needs a year, a month and a day");
  }
  if (compiled.Has('I') != compiled.Has('p')) {
    return absl::InvalidArgumentError("%I and %p belong together; for the hours 0 to 23 write %H");
  }
  return compiled;
}

std::optional<Instant> TimeFormat::Read(std::string_view text, const TimeZone& zone) const {
  Reading reading{.rest = text};
  for (const Step& step : steps_) {
    const bool read = step.directive == 0 ? reading.Literal(step.literal) : reading.Directive(step.directive);
    if (!read) return std::nullopt;
  }
  return reading.rest.empty() ? reading.ToInstant(zone) : std::nullopt;
}

}  // namespace vardvakt::csv
