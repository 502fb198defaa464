#include "lib/adapters/csv/text_rules.h"

#include <algorithm>
#include <charconv>

#include "lib/base/utf8.h"

namespace vardvakt::csv {
namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
constexpr uint8_t kLatin1Head = 0xC3;  // of the letters À to þ, whose two cases lie 0x20 apart
constexpr size_t kMostDigits = 12;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Changes the case of letters from `first` to `last` (ASCII) and their like in Latin-1, where the second byte
// runs from `latin_first` on.
void ChangeCase(std::string& text, char first, char last, uint8_t latin_first) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] >= first && text[i] <= last) {
      text[i] ^= 0x20;
    } else if (static_cast<uint8_t>(text[i]) == kLatin1Head && i + 1 < text.size()) {
      const auto letter = static_cast<uint8_t>(text[++i]);
      const bool is_sign = (letter & 0x1F) == 0x17;  // × and ÷
      const bool is_sharp_s_or_y = (letter & 0x1F) == 0x1F;
      if (letter >= latin_first && letter < latin_first + 0x20 && !is_sign && !is_sharp_s_or_y)
        text[i] ^= 0x20;
    }
  }
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (true) {
    if (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
      text.remove_prefix(1);
    } else if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(kNoBreakSpace.size());
    } else if (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
      text.remove_suffix(1);
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
    } else {
      return text;
    }
  }
}

void ToLower(std::string& text) { ChangeCase(text, 'A', 'Z', 0x80); }
void ToUpper(std::string& text) { ChangeCase(text, 'a', 'z', 0xA0); }

bool FitsPattern(std::string_view pattern, std::string_view text) {
  std::string_view retry_pattern;  // behind the last '*'
  std::string_view retry_text;
  bool can_retry = false;
  while (true) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      retry_pattern = pattern;
      retry_text = text;
      can_retry = true;
    } else if (!pattern.empty() && !text.empty() && pattern[0] == '?') {
      pattern.remove_prefix(1);
      text.remove_prefix(std::max<size_t>(Utf8CharacterLength(text), 1));
    } else if (!pattern.empty() && !text.empty() && pattern[0] == text[0]) {
      pattern.remove_prefix(1);
      text.remove_prefix(1);
    } else if (pattern.empty() && text.empty()) {
      return true;
    } else if (can_retry && !retry_text.empty()) {
      retry_text.remove_prefix(std::max<size_t>(Utf8CharacterLength(retry_text), 1));
      pattern = retry_pattern;
      text = retry_text;
    } else {
      return false;
    }
  }
}

std::optional<Duration> ReadMultiple(std::string_view number, Duration unit) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const size_t point = std::min(number.find_first_of(".,"), number.size());
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == number.size() ? "" : number.substr(point + 1);
  const bool digits = std::all_of(whole.begin(), whole.end(), IsDigit) &&
                      std::all_of(fraction.begin(), fraction.end(), IsDigit);
  if (!digits || whole.empty() || whole.size() > kMostDigits || (point < number.size() && fraction.empty()))
    return std::nullopt;
  int64_t value = 0;
  std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (value > hours(24 * 366 * 10'000LL) / unit) return std::nullopt;
  int64_t billionths = 0;  // of a unit
  for (size_t i = 0; i < 9; ++i) billionths = billionths * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  const int64_t millis = value * unit.count() + (billionths * unit.count() + 500'000'000) / 1'000'000'000;
  return Duration(negative ? -millis : millis);
}

std::optional<int> ReadAge(std::string_view text) {
  const std::optional<Duration> years = ReadMultiple(text, seconds(1));
  if (!years || text.starts_with('-') || *years >= seconds(151)) return std::nullopt;
  return static_cast<int>(std::chrono::floor<seconds>(*years).count());
}

}  // namespace vardvakt::csv
