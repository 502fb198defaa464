#include "lib/runtime/health.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "lib/base/json_text.h"
#include "lib/base/strings.h"

namespace vardvakt::runtime {

void Health::SetNotReady(std::string_view part, std::string_view reason) {
  std::lock_guard lock(mutex_);
  not_ready_.insert_or_assign(std::string(part), std::string(reason));
}

void Health::SetReady(std::string_view part) {
  std::lock_guard lock(mutex_);
  if (const auto it = not_ready_.find(part); it != not_ready_.end()) not_ready_.erase(it);
}

void Health::SetDead(std::string_view part, std::string_view reason) {
  std::lock_guard lock(mutex_);
  dead_.insert_or_assign(std::string(part), std::string(reason));
  not_ready_.insert_or_assign(std::string(part), std::string(reason));
}

bool Health::ready() const {
  std::lock_guard lock(mutex_);
  return not_ready_.empty();
}

http::Response Health::Readiness() const {
  std::lock_guard lock(mutex_);
  return Answer("ready", not_ready_);
}

http::Response Health::Liveness() const {
  std::lock_guard lock(mutex_);
  return Answer("alive", dead_);
}

http::Response Health::Answer(std::string_view what, const Reasons& reasons) {
  std::string body = Cat("{\"", what, "\":", reasons.empty() ? "true" : "false", ",\"reasons\":[");
  for (const auto& [part, reason] : reasons) {
    if (body.back() != '[') body += ',';
    CatTo(body, "{\"part\":", JsonString(part), ",\"reason\":", JsonString(reason), "}");
  }
  body += "]}\n";
  return {.status = reasons.empty() ? 200 : 503,
          .body = std::move(body),
          .headers = {{"Cache-Control", "no-store"}}};
}

void AddAdminRoutes(http::Router& router, const Health& health, std::function<std::string()> metrics) {
  router.Get("/livez",
             [&health](const http::Request&, const http::Respond& respond) { respond(health.Liveness()); });
  router.Get("/readyz",
             [&health](const http::Request&, const http::Respond& respond) { respond(health.Readiness()); });
  router.Get("/metrics", [metrics = std::move(metrics)](const http::Request&, const http::Respond& respond) {
    respond({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics()});
  });
}

absl::Status CheckListenAddress(std::string_view address, std::string_view option) {
  const std::string text(address);
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    if (ntohl(v4.s_addr) >> 24 == 127) return absl::OkStatus();
  } else {
    in6_addr v6;
    if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) {
      return absl::InvalidArgumentError(
          Cat(option, " ", text, " is no IP address; give one, such as 127.0.0.1"));
    }
    if (IN6_IS_ADDR_LOOPBACK(&v6)) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(Cat(
      "refusing to listen on ", text,
      ", which others than this machine can reach: authentication is not "
      "configured, so anyone there could read and write. Give ",
      option,
      " a loopback address, 127.0.0.1 or ::1, and reach it through a proxy or a tunnel that authenticates"));
}

}  // namespace vardvakt::runtime
