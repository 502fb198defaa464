#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt::http {

// "http://host:port/path?query" or https, taken apart. IPv6 addresses stand in brackets.
struct Url {
  std::string scheme = {};  // "http" or "https"
  std::string host = {};    // without brackets
  uint16_t port = 0;
  std::string target = {};  // path and query, at least "/"

  // "host:port", as a Host header and messages have it; says nothing of the path, which may hold a secret.
  std::string Authority() const;
};
// kInvalidArgument (without the text itself) for anything else, also one with user and password.
absl::StatusOr<Url> ParseUrl(std::string_view text);

struct ClientRequest {
  std::string method = "GET";
  Url url = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};
struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers = {};  // names in lower case
  std::string body = {};
};

struct ClientOptions {
  Duration connect_timeout = seconds(3);  // name, TCP and TLS
  Duration timeout = seconds(10);         // the whole request
  size_t max_response_bytes = 1024 * 1024;
  std::string ca_file = {};  // PEM; empty: the system's
};

// Sends single requests, each on a connection of its own, and waits for the answer. Follows no redirect.
// https is verified, certificate and host name. Any thread, several at once.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();

  // Any HTTP status is an answer. kUnavailable: no connection, so nothing was sent. After that the other side
  // may have handled the request: kUnknown where the connection broke, kDeadlineExceeded where the answer
  // took too long, kResourceExhausted where it was too large, kCancelled where Cancel was called. Messages
  // name host and port only.
  absl::StatusOr<ClientResponse> Send(const ClientRequest& request);

  // Ends what is under way and refuses what comes after.
  void Cancel();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace vardvakt::http
