#pragma once

#include <string>
#include <string_view>

namespace vardvakt {

// Appends `text` to `out` as a JSON string with its quotes. Control characters and < > & come out escaped,
// bytes that are no UTF-8 as U+FFFD, so whatever is quoted stays one string of valid JSON, also inside HTML.
void AppendJsonString(std::string& out, std::string_view text);
std::string JsonString(std::string_view text);

}  // namespace vardvakt
