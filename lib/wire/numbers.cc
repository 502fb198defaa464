#include "lib/wire/numbers.h"

#include <array>
#include <charconv>
#include <string_view>

namespace vardvakt::wire {
namespace {

// Room for any double with six decimals.
using Digits = std::array<char, 340>;

std::string_view SixDecimals(double fraction, Digits& digits) {
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), fraction, std::chars_format::fixed, 6);
  return {digits.data(), static_cast<size_t>(end - digits.data())};
}

}  // namespace

double RoundFraction(double fraction) {
  Digits digits;
  const std::string_view text = SixDecimals(fraction, digits);
  double rounded = fraction;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

void AppendFraction(std::string& out, double fraction) {
  Digits digits;
  std::string_view text = SixDecimals(fraction, digits);
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.remove_suffix(1);
  out += text == "-0" ? "0" : text;
}

void AppendInteger(std::string& out, int64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

}  // namespace vardvakt::wire
