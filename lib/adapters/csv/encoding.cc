#include "lib/adapters/csv/encoding.h"

#include <array>

#include "lib/base/utf8.h"

namespace vardvakt::csv {
namespace {

// Windows-1252 where it differs from ISO 8859-1: the characters of the bytes 0x80 to 0x9F; 0: none.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void AppendCharacter(uint16_t character, std::string& out) {
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0 | (character >> 6));
    out += static_cast<char>(0x80 | (character & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (character >> 12));
    out += static_cast<char>(0x80 | ((character >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (character & 0x3F));
  }
}

}  // namespace

bool AppendAsUtf8(std::string_view bytes, Encoding encoding, std::string& out) {
  if (encoding == Encoding::kUtf8) {
    out += bytes;
    return IsCleanText(bytes);
  }
  for (const char c : bytes) {
    uint16_t character = static_cast<uint8_t>(c);
    if (encoding == Encoding::kWindows1252 && character >= 0x80 && character < 0xA0) {
      character = kWindows1252[character - 0x80];
    }
    if (character == 0) return false;
    AppendCharacter(character, out);
  }
  return true;
}

}  // namespace vardvakt::csv
