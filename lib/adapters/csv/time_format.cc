#include "lib/adapters/csv/time_format.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

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
  std::optional<bool> afternoon;  // %p
  std::optional<int> offset_minutes;

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

  bool Fraction() {
    size_t size = 0;
    int scale = 100;
    for (; size < rest.size() && IsDigit(rest[size]); ++size, scale /= 10)
      millis += (rest[size] - '0') * scale;
    rest.remove_prefix(size);
    return size > 0;
  }

  bool Second() {
    if (!Number(1, 2, second)) return false;
    const bool fraction = rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && IsDigit(rest[1]);
    if (!fraction) return true;
    rest.remove_prefix(1);
    return Fraction();
  }

  bool Month() {
    if (rest.size() < 3) return false;
    const std::array<char, 3> name = {Lower(rest[0]), Lower(rest[1]), Lower(rest[2])};
    const auto found = std::find(kMonths.begin(), kMonths.end(), std::string_view(name.data(), name.size()));
    rest.remove_prefix(3);
    month = static_cast<int>(found - kMonths.begin()) + 1;
    return found != kMonths.end();
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

  bool Literal(char c) {
    if (IsSpace(c)) {
      if (rest.empty() || !IsSpace(rest[0])) return false;
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      return true;
    }
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
        return Number(1, 2, day);
      case 'b':
        return Month();
      case 'H':
      case 'I':
        return Number(1, 2, hour);
      case 'M':
        return Number(1, 2, minute);
      case 'S':
        return Second();
      case 'f':
        return Fraction();
      case 'p':
        return HalfOfDay();
      default:
        return Offset();
    }
  }

  std::optional<Instant> ToInstant(const TimeZone& zone) const {
    int hour_of_day = hour;
    if (afternoon) {
      if (hour < 1 || hour > 12) return std::nullopt;
      hour_of_day = hour % 12 + (*afternoon ? 12 : 0);
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (year < 1 || !date.ok() || hour_of_day > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto local = std::chrono::local_days(date) + hours(hour_of_day) + minutes(minute) +
                       seconds(second) + milliseconds(millis);
    const Instant instant =
        offset_minutes ? Instant(local.time_since_epoch()) - minutes(*offset_minutes) : zone.FromLocal(local);
    const auto utc_year = std::chrono::year_month_day(std::chrono::floor<days>(instant)).year();
    if (utc_year < std::chrono::year(1) || utc_year > std::chrono::year(9999)) return std::nullopt;
    return instant;
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
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<TimeFormat> TimeFormat::Compile(std::string_view format) {
  constexpr std::string_view kDirectives = "YymdbHIMSfpz";
  std::string expanded;
  for (size_t i = 0; i < format.size(); ++i) {
    const bool directive = format[i] == '%' && i + 1 < format.size();
    const std::string_view expansion = directive ? Expansion(format[i + 1]) : "";
    if (directive) {
      expanded += expansion.empty() ? format.substr(i, 2) : expansion;
      ++i;
    } else {
      expanded += format[i];
    }
  }

  TimeFormat compiled;
  const auto has = [&](char directive) {
    return std::any_of(compiled.steps_.begin(), compiled.steps_.end(),
                       [&](const Step& step) { return step.directive == directive; });
  };
  for (size_t i = 0; i < expanded.size(); ++i) {
    if (expanded[i] != '%') {
      compiled.steps_.push_back({0, expanded[i]});
      continue;
    }
    if (++i == expanded.size())
      return absl::InvalidArgumentError("the format ends with a lone %; write %% for it");
    const char directive = expanded[i] == 'e' ? 'd' : expanded[i];
    if (directive == '%') {
      compiled.steps_.push_back({0, '%'});
      continue;
    }
    if (kDirectives.find(directive) == std::string_view::npos) {
      return absl::InvalidArgumentError(
          Cat("%", std::string(1, directive),
              " is not known; known are %Y %y %m %d %e %b %H %I %M %S %f %p %z %F %T %R"));
    }
    // A fraction behind the seconds is read with them.
    const std::string_view rest = std::string_view(expanded).substr(i + 1, 3);
    if (directive == 'S' && (rest == ".%f" || rest == ",%f")) i += 3;
    compiled.steps_.push_back({directive});
  }
  if (!(has('Y') || has('y')) || !(has('m') || has('b')) || !has('d')) {
    return absl::InvalidArgumentError("the format gives no date; it needs a year, a month and a day");
  }
  if (has('I') != has('p')) {
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
