#include "lib/adapters/http/message.h"

#include "lib/base/json_text.h"
#include "lib/base/strings.h"

namespace vardvakt::http {
namespace {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  const size_t begin = out.size();
  CatTo(out, name, ": ", value);
  for (size_t i = begin; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
  out += "\r\n";
}

}  // namespace

Response StatusResponse(int status, std::string_view code, std::string_view message) {
  Response response;
  response.status = status;
  response.body =
      Cat(R"({"error":{"code":)", JsonString(code), R"(,"message":)", JsonString(message), "}}\n");
  return response;
}

std::string FormatResponseHead(const Response& response, size_t body_bytes, bool close, bool http_1_0) {
  std::string head =
      Cat(http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status), "\r\n");
  const bool without_body = response.status == 204 || response.status == 304;
  if (!without_body) {
    AppendHeader(head, "Content-Type", response.content_type);
    AppendHeader(head, "Content-Length", Cat(body_bytes));
  }
  AppendHeader(head, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) AppendHeader(head, name, value);
  if (close) {
    AppendHeader(head, "Connection", "close");
  } else if (http_1_0) {
    AppendHeader(head, "Connection", "keep-alive");
  }
  head += "\r\n";
  return head;
}

}  // namespace vardvakt::http
