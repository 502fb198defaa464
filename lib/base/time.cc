#include "lib/base/time.h"

#include <array>
#include <charconv>

#include "lib/base/strings.h"

namespace vardvakt {
namespace {

constexpr bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Reads digits at fixed places and remembers whether every one of them was a digit.
class FixedDigits {
 public:
  explicit FixedDigits(const char* text) : text_(text) {}

  int Two(int at) {
    const unsigned tens = Digit(at);
    return static_cast<int>(tens * 10 + Digit(at + 1));
  }
  int Four(int at) {
    const int high = Two(at);
    return high * 100 + Two(at + 2);
  }
  bool ok() const { return ok_; }

 private:
  unsigned Digit(int at) {
    const unsigned digit = static_cast<unsigned char>(text_[at] - '0');
    ok_ &= digit < 10;
    return digit;
  }

  const char* text_;
  bool ok_ = true;
};

constexpr int DaysInMonth(int year, int month) {
  constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month];
}

constexpr bool DateExists(int year, int month, int day) {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, month);
}

// Days since 1970-01-01 of an existing date; for years from 1 on.
constexpr int64_t DaysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<int64_t>(era) * 146097 + day_of_era - 719468;
}

constexpr int64_t kFirstMillis = DaysFromCivil(1, 1, 1) * 86'400'000;
constexpr int64_t kEndMillis = (DaysFromCivil(9999, 12, 31) + 1) * 86'400'000;

// The offset that `text` is, in minutes; "Z" or "±hh:mm".
std::optional<int> ParseOffsetMinutes(std::string_view text) {
  if (text.size() == 1 && (text[0] | 0x20) == 'z') return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  FixedDigits digits(text.data());
  const int hour = digits.Two(1);
  const int minute = digits.Two(4);
  if (!digits.ok() || hour > 23 || minute > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
}

void PutPadded(char* out, unsigned value, int width) {
  for (int at = width - 1; at >= 0; --at, value /= 10) out[at] = static_cast<char>('0' + value % 10);
}

std::string Format(Instant instant, bool with_millis) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const auto millis = static_cast<unsigned>((instant - day).count());
  const int year = static_cast<int>(date.year());
  char text[] = "0000-00-00T00:00:00.000Z";
  PutPadded(text + 5, static_cast<unsigned>(date.month()), 2);
  PutPadded(text + 8, static_cast<unsigned>(date.day()), 2);
  PutPadded(text + 11, millis / 3'600'000, 2);
  PutPadded(text + 14, millis / 60'000 % 60, 2);
  PutPadded(text + 17, millis / 1000 % 60, 2);
  PutPadded(text + 20, millis % 1000, 3);
  if (!with_millis) text[19] = 'Z';
  const size_t size = with_millis ? 24 : 20;
  if (year < 0 || year > 9999) return Cat(year, std::string_view(text + 4, size - 4));
  PutPadded(text, static_cast<unsigned>(year), 4);
  return std::string(text, size);
}

struct DurationUnit {
  std::string_view name;
  int64_t millis;
};
// From long to short; a text names each at most once, in this order.
constexpr std::array kDurationUnits = {DurationUnit{"d", 86'400'000}, DurationUnit{"h", 3'600'000},
                                       DurationUnit{"min", 60'000}, DurationUnit{"s", 1000},
                                       DurationUnit{"ms", 1}};

}  // namespace

std::optional<Instant> ParseRfc3339(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const char* t = text.data();
  FixedDigits digits(t);
  const int year = digits.Four(0);
  const int month = digits.Two(5);
  const int day = digits.Two(8);
  const int hour = digits.Two(11);
  const int minute = digits.Two(14);
  const int second = digits.Two(17);
  const bool shape =
      (t[4] == '-') & (t[7] == '-') & ((t[10] | 0x20) == 't') & (t[13] == ':') & (t[16] == ':');
  if (!shape || !digits.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  if (!DateExists(year, month, day)) return std::nullopt;

  size_t at = 19;
  int millis = 0;
  if (t[at] == '.') {
    const size_t begin = ++at;
    int scale = 100;
    for (; at < text.size() && IsDigit(t[at]); ++at, scale /= 10) millis += (t[at] - '0') * scale;
    if (at == begin) return std::nullopt;
  }
  const std::optional<int> offset = ParseOffsetMinutes(text.substr(at));
  if (!offset) return std::nullopt;
  const int64_t seconds_of_day = (hour * 60 + minute - *offset) * 60 + second;
  const int64_t total = (DaysFromCivil(year, month, day) * 86'400 + seconds_of_day) * 1000 + millis;
  if (total < kFirstMillis || total >= kEndMillis) return std::nullopt;
  return InstantFromMillis(total);
}

std::string FormatSeconds(Instant instant) { return Format(instant, false); }
std::string FormatMillis(Instant instant) { return Format(instant, true); }

std::optional<LocalDay> ParseLocalDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  FixedDigits digits(text.data());
  const int year = digits.Four(0);
  const int month = digits.Two(5);
  const int day = digits.Two(8);
  if (!digits.ok() || !DateExists(year, month, day)) return std::nullopt;
  return LocalDay(days(DaysFromCivil(year, month, day)));
}

std::string FormatLocalDay(LocalDay day) {
  const std::string text = Format(Instant(day.time_since_epoch()), false);
  return text.substr(0, text.find('T'));
}

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  size_t next_unit = 0;
  while (!text.empty()) {
    int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [number_end, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || !IsDigit(text[0])) return std::nullopt;
    const char* unit_end = number_end;
    while (unit_end != end && !IsDigit(*unit_end)) ++unit_end;
    const std::string_view name(number_end, unit_end - number_end);
    while (next_unit < kDurationUnits.size() && kDurationUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kDurationUnits.size()) return std::nullopt;
    int64_t millis = 0;
    if (__builtin_mul_overflow(count, kDurationUnits[next_unit].millis, &millis)) return std::nullopt;
    if (__builtin_add_overflow(total, millis, &total)) return std::nullopt;
    ++next_unit;
    text.remove_prefix(unit_end - text.data());
  }
  return milliseconds(total);
}

std::string FormatDuration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  const bool negative = duration < Duration::zero();
  const uint64_t total = negative ? -static_cast<uint64_t>(duration.count()) : duration.count();
  std::string shortest;
  for (size_t first = 0; first < kDurationUnits.size(); ++first) {
    std::string text;
    uint64_t rest = total;
    for (size_t unit = first; unit < kDurationUnits.size(); ++unit) {
      const uint64_t count = rest / kDurationUnits[unit].millis;
      rest %= kDurationUnits[unit].millis;
      if (count > 0) CatTo(text, count, kDurationUnits[unit].name);
    }
    if (shortest.empty() || text.size() < shortest.size()) shortest = std::move(text);
  }
  return negative ? Cat("-", shortest) : shortest;
}

}  // namespace vardvakt
