#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/adapters/http/server.h"

namespace vardvakt::http {

// "%C3%B6" to its byte; nullopt where '%' is not followed by two hex digits. `plus_is_space`: as forms write
// it.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

// Splits a request target ("/a/b?x=1", also with "http://host" before it) into path and query, both decoded.
// False when it is not one, or when the path holds a control character.
bool ParseTarget(std::string_view target, Request& request);

}  // namespace vardvakt::http
