#include "lib/base/posix_rule.h"

#include <algorithm>

namespace vardvakt {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The day of a change, and the wall clock's reading then.
struct ChangeDay {
  enum class Kind : uint8_t { kMonthWeekday, kDayWithoutLeap, kDayWithLeap };
  Kind kind = Kind::kMonthWeekday;
  int month = 0;
  int week = 0;  // 5: the last
  int weekday = 0;
  int day = 0;
  seconds time = hours(2);

  std::chrono::sys_days In(std::chrono::year year) const {
    using std::chrono::sys_days;
    if (kind == Kind::kMonthWeekday) {
      const std::chrono::month in(static_cast<unsigned>(month));
      const std::chrono::weekday on(static_cast<unsigned>(weekday));
      return week == 5 ? sys_days(year / in / on[std::chrono::last])
                       : sys_days(year / in / on[static_cast<unsigned>(week)]);
    }
    const sys_days first = sys_days(year / 1 / 1);
    if (kind == Kind::kDayWithLeap) return first + days(day);
    return first + days(day - 1 + (year.is_leap() && day >= 60 ? 1 : 0));
  }
};

// Takes the parts of a rule off its front; each is false when it is not there.
class RuleReader {
 public:
  explicit RuleReader(std::string_view rest) : rest_(rest) {}

  bool done() const { return rest_.empty(); }

  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Name() {
    const bool quoted = Take('<');
    const auto end =
        std::find_if(rest_.begin(), rest_.end(), [&](char c) { return quoted ? c == '>' : !IsLetter(c); });
    const bool named = end != rest_.begin();
    rest_.remove_prefix(end - rest_.begin());
    return named && (!quoted || Take('>'));
  }

  bool Number(int most, int& out) {
    size_t size = 0;
    out = 0;
    for (; size < rest_.size() && size < 4 && IsDigit(rest_[size]); ++size)
      out = out * 10 + (rest_[size] - '0');
    rest_.remove_prefix(size);
    return size > 0 && out <= most;
  }

  bool Time(seconds& out) {
    const bool negative = Take('-');
    if (!negative) Take('+');
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!Number(167, hour)) return false;
    if (Take(':') && !Number(59, minute)) return false;
    if (Take(':') && !Number(59, second)) return false;
    out = (negative ? -1 : 1) * (hours(hour) + minutes(minute) + seconds(second));
    return true;
  }

  bool Day(ChangeDay& out) {
    if (Take('M')) {
      out.kind = ChangeDay::Kind::kMonthWeekday;
      const bool read =
          Number(12, out.month) && Take('.') && Number(5, out.week) && Take('.') && Number(6, out.weekday);
      if (!read || out.month < 1 || out.week < 1) return false;
    } else {
      out.kind = Take('J') ? ChangeDay::Kind::kDayWithoutLeap : ChangeDay::Kind::kDayWithLeap;
      if (!Number(365, out.day)) return false;
    }
    return !Take('/') || Time(out.time);
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<OffsetChange>> ChangesByPosixRule(std::string_view rule, std::chrono::year first,
                                                            std::chrono::year last) {
  RuleReader reader(rule);
  seconds west_of_utc{};  // POSIX counts offsets westward
  std::vector<OffsetChange> changes;
  if (!reader.Name() || !reader.Time(west_of_utc)) return std::nullopt;
  const seconds standard = -west_of_utc;
  if (reader.done()) return changes;

  seconds summer = standard + hours(1);
  if (!reader.Name()) return std::nullopt;
  if (!reader.Take(',')) {
    if (!reader.Time(west_of_utc) || !reader.Take(',')) return std::nullopt;
    summer = -west_of_utc;
  }
  ChangeDay begin;
  ChangeDay end;
  if (!reader.Day(begin) || !reader.Take(',') || !reader.Day(end) || !reader.done()) return std::nullopt;
  for (std::chrono::year year = first; year <= last; ++year) {
    changes.push_back({begin.In(year) + begin.time - standard, summer});
    changes.push_back({end.In(year) + end.time - summer, standard});
  }
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return changes;
}

}  // namespace vardvakt
