#include "lib/base/personal_number.h"

#include <array>
#include <cstddef>

namespace vardvakt {
namespace {

constexpr bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
constexpr bool IsSeparator(char c) { return c == '-' || c == '+' || c == ' '; }

constexpr int kSamordningsnummerDay = 60;

// `century` is -1 where the number has none; then 29 February needs a year divisible by 4 (2000 was a leap
// year).
bool DateExists(int century, int year, int month, int day) {
  constexpr std::array<int, 13> kDays = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (day > kSamordningsnummerDay) day -= kSamordningsnummerDay;
  if (month < 1 || month > 12 || day < 1 || day > kDays[month]) return false;
  if (month != 2 || day != 29) return true;
  if (year == 0) return century < 0 || century % 4 == 0;
  return year % 4 == 0;
}

// `digits` are ten; the last is the Luhn digit of the nine before it.
bool LuhnHolds(const char* digits) {
  int sum = 0;
  for (int at = 0; at < 10; ++at) {
    const int doubled = (digits[at] - '0') * (at % 2 == 0 ? 2 : 1);
    sum += doubled / 10 + doubled % 10;
  }
  return sum % 10 == 0;
}

// `digits` are ten or twelve.
bool IsPersonalNumber(const char* digits, size_t size) {
  const auto two = [&digits](int at) { return (digits[at] - '0') * 10 + digits[at + 1] - '0'; };
  int century = -1;
  if (size == 12) {
    century = two(0);
    if (century < 18 || century > 20) return false;
    digits += 2;
  }
  return DateExists(century, two(0), two(2), two(4)) && LuhnHolds(digits);
}

}  // namespace

bool ContainsPersonalNumber(std::string_view text) {
  constexpr size_t kShortest = 10;
  const auto run_end = [text](size_t at) {
    while (at < text.size() && IsDigit(text[at])) ++at;
    return at;
  };
  for (size_t begin = 0; begin + kShortest <= text.size();) {
    if (!IsDigit(text[begin])) {
      ++begin;
      continue;
    }
    const size_t end = run_end(begin);
    const size_t size = end - begin;
    if ((size == 10 || size == 12) && IsPersonalNumber(text.data() + begin, size)) return true;
    if ((size == 6 || size == 8) && end < text.size() && IsSeparator(text[end]) &&
        run_end(end + 1) == end + 5) {
      std::array<char, 12> joined;
      text.copy(joined.data(), size, begin);
      text.copy(joined.data() + size, 4, end + 1);
      if (IsPersonalNumber(joined.data(), size + 4)) return true;
    }
    begin = end;
  }
  return false;
}

}  // namespace vardvakt
