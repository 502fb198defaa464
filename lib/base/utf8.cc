#include "lib/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace vardvakt {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr uint64_t kLowBits = 0x0101010101010101;

// Not 0 when one of the eight bytes is NUL or not ASCII.
constexpr uint64_t Suspicious(uint64_t word) { return ((word - kLowBits) | word) & kHighBits; }

}  // namespace

size_t Utf8CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const uint8_t second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

bool IsCleanText(std::string_view text) {
  while (!text.empty()) {
    // Plain text is passed over eight bytes at a time; the end is padded with what is plain.
    uint64_t word = kLowBits;
    const size_t size = text.size() < 8 ? text.size() : 8;
    std::memcpy(&word, text.data(), size);
    if (Suspicious(word) == 0) {
      text.remove_prefix(size);
      continue;
    }
    for (size_t seen = 0; seen < size;) {
      const size_t length = text.front() == '\0' ? 0 : Utf8CharacterLength(text);
      if (length == 0) return false;
      text.remove_prefix(length);
      seen += length;
    }
  }
  return true;
}

}  // namespace vardvakt
