#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"

namespace vardvakt::csv {

// Without the blanks, tabs and no-break spaces around it.
std::string_view Trim(std::string_view text);

// Changes the letters of ASCII and Latin-1 in UTF-8 text.
void ToLower(std::string& text);
void ToUpper(std::string& text);

// Whether a pattern fits the whole text: '*' is any characters, '?' any one (of UTF-8), all others
// themselves.
bool FitsPattern(std::string_view pattern, std::string_view text);

// So many times `unit`, to the nearest millisecond, of a decimal number with point or comma; nullopt when it
// is none, or is longer than ten thousand years.
std::optional<Duration> ReadMultiple(std::string_view number, Duration unit);

// A number from 0 to less than 151, cut to whole years.
std::optional<int> ReadAge(std::string_view text);

}  // namespace vardvakt::csv
