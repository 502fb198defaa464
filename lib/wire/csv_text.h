#pragma once

#include <string>
#include <string_view>

namespace vardvakt::wire {

// A cell as RFC 4180 has it: in quotes where it needs them.
inline void AppendCsvCell(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace vardvakt::wire
