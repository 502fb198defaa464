#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "lib/adapters/http/message.h"
#include "lib/adapters/http/server.h"
#include "lib/base/strings.h"

namespace vardvakt::http {
namespace {

struct StatusMapping {
  absl::StatusCode code;
  int http;
};
constexpr StatusMapping kStatusMapping[] = {
    {absl::StatusCode::kInvalidArgument, 400},   {absl::StatusCode::kOutOfRange, 400},
    {absl::StatusCode::kUnauthenticated, 401},   {absl::StatusCode::kPermissionDenied, 403},
    {absl::StatusCode::kNotFound, 404},          {absl::StatusCode::kAlreadyExists, 409},
    {absl::StatusCode::kAborted, 409},           {absl::StatusCode::kFailedPrecondition, 409},
    {absl::StatusCode::kResourceExhausted, 429}, {absl::StatusCode::kCancelled, 499},
    {absl::StatusCode::kUnimplemented, 501},     {absl::StatusCode::kUnavailable, 503},
    {absl::StatusCode::kDeadlineExceeded, 504},
};

int HttpStatusOf(absl::StatusCode code) {
  for (const StatusMapping& mapping : kStatusMapping) {
    if (mapping.code == code) return mapping.http;
  }
  return 500;
}

std::vector<std::string_view> SegmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t slash; (slash = path.find('/')) != std::string_view::npos; path.remove_prefix(slash + 1)) {
    segments.push_back(path.substr(0, slash));
  }
  segments.push_back(path);
  return segments;
}

// One segment of a pattern against one of a path: a literal, or "{name}" with an optional literal behind it.
struct SegmentMatch {
  bool matches = false;
  size_t literal_chars = 0;
  std::string_view name;  // of the parameter; empty for a literal
  std::string_view value;
};

SegmentMatch MatchSegment(std::string_view pattern, std::string_view segment) {
  if (pattern.empty() || pattern.front() != '{') return {pattern == segment, pattern.size() + 1, {}, {}};
  const size_t close = pattern.find('}');
  const std::string_view suffix = pattern.substr(close + 1);
  if (segment.size() <= suffix.size() || !segment.ends_with(suffix)) return {};
  return {true, suffix.size(), pattern.substr(1, close - 1),
          segment.substr(0, segment.size() - suffix.size())};
}

}  // namespace

std::string_view Request::Query(std::string_view name) const {
  for (auto it = query.rbegin(); it != query.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return {};
}

Response ErrorResponse(const absl::Status& status) {
  return StatusResponse(HttpStatusOf(status.code()), absl::StatusCodeToString(status.code()),
                        ToStd(status.message()));
}

void Router::Handle(std::string method, std::string pattern, Handler handler) {
  const std::vector<std::string_view> segments = SegmentsOf(pattern);
  routes_.push_back({std::move(method), {segments.begin(), segments.end()}, std::move(handler)});
}

const Handler* Router::Find(Request& request, Response& error) const {
  const std::vector<std::string_view> segments = SegmentsOf(request.path);
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const Route* best = nullptr;
  size_t best_literal_chars = 0;
  std::map<std::string, std::string, std::less<>> best_parameters;
  std::vector<std::string> allowed;
  for (const Route& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    size_t literal_chars = 0;
    std::map<std::string, std::string, std::less<>> parameters;
    bool matches = true;
    for (size_t i = 0; matches && i < segments.size(); ++i) {
      const SegmentMatch match = MatchSegment(route.segments[i], segments[i]);
      matches = match.matches;
      literal_chars += match.literal_chars;
      if (!match.name.empty()) parameters.emplace(match.name, match.value);
    }
    if (!matches) continue;
    allowed.push_back(route.method);
    if (route.method != method || (best != nullptr && literal_chars <= best_literal_chars)) continue;
    best = &route;
    best_literal_chars = literal_chars;
    best_parameters = std::move(parameters);
  }
  if (best != nullptr) {
    request.path_parameters = std::move(best_parameters);
    return &best->handler;
  }
  if (allowed.empty()) {
    error = ErrorResponse(absl::NotFoundError("there is nothing at this path"));
    return nullptr;
  }
  if (std::ranges::find(allowed, "GET") != allowed.end()) allowed.push_back("HEAD");
  std::ranges::sort(allowed);
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  const std::string methods = absl::StrJoin(allowed, ", ");
  error = StatusResponse(405, "UNIMPLEMENTED", Cat("this path answers to ", methods, " only"));
  error.headers.emplace_back("Allow", methods);
  return nullptr;
}

}  // namespace vardvakt::http
