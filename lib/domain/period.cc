#include "lib/domain/period.h"

#include <charconv>
#include <chrono>

namespace vardvakt::domain {
namespace {

using std::chrono::month;
using std::chrono::months;
using std::chrono::year;
using std::chrono::year_month;

std::optional<int> Number(std::string_view digits) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

Period Months(std::string_view name, year_month begin, int count) {
  return {.name = std::string(name),
          .first = LocalDay(begin / 1),
          .end = LocalDay((begin + months(count)) / 1),
          .is_year = count == 12};
}

}  // namespace

std::optional<Period> ParsePeriod(std::string_view text) {
  const auto y = Number(text.substr(0, 4));
  if (text.size() < 4 || !y || *y < 1900 || *y > 2199) return std::nullopt;
  const year_month january = year(*y) / month(1);
  if (text.size() == 4) return Months(text, january, 12);
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  if (text[5] == 'T') {
    if (text[6] < '1' || text[6] > '3') return std::nullopt;
    return Months(text, january + months(4 * (text[6] - '1')), 4);
  }
  const auto m = Number(text.substr(5));
  if (!m || *m < 1 || *m > 12) return std::nullopt;
  return Months(text, january + months(*m - 1), 1);
}

}  // namespace vardvakt::domain
