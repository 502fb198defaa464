#pragma once

#include <string>
#include <string_view>

namespace vardvakt::wire {

// Appends the text as a JSON string, quotes included. The text is UTF-8.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace vardvakt::wire
