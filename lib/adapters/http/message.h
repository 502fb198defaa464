#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/adapters/http/server.h"

namespace vardvakt::http {

// {"error": {"code": …, "message": …}}, both quoted as JSON.
Response StatusResponse(int status, std::string_view code, std::string_view message);

// Status line and headers of an answer, up to and with the empty line. Line breaks in header values become
// spaces, so a value can't add a header.
std::string FormatResponseHead(const Response& response, size_t body_bytes, bool close, bool http_1_0);

}  // namespace vardvakt::http
