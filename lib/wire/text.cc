#include "lib/wire/text.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>

namespace vardvakt::wire {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr uint64_t kLowBits = 0x0101010101010101;

// Not 0 when one of the eight bytes is NUL or not ASCII.
constexpr uint64_t Suspicious(uint64_t word) { return ((word - kLowBits) | word) & kHighBits; }

}  // namespace

bool IsCleanText(std::string_view text) {
  uint64_t suspicious = 0;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    suspicious |= Suspicious(word);
  }
  if (at < text.size()) {
    uint64_t word = kLowBits;
    std::memcpy(&word, text.data() + at, text.size() - at);
    suspicious |= Suspicious(word);
  }
  if (suspicious == 0) return true;
  return text.find('\0') == std::string_view::npos && simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace vardvakt::wire
