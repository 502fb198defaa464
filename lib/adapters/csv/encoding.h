#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vardvakt::csv {

// How a file's bytes stand for characters. ASCII is the same in all of them.
enum class Encoding : uint8_t { kUtf8, kWindows1252, kIso8859_1 };

// Appends `bytes` as UTF-8. False when they hold what is no character of the encoding, or a NUL.
bool AppendAsUtf8(std::string_view bytes, Encoding encoding, std::string& out);

}  // namespace vardvakt::csv
