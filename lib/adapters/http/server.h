#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt::http {

struct Request {
  std::string method = {};
  std::string path = {};                                         // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query = {};   // decoded, in order
  std::map<std::string, std::string, std::less<>> headers = {};  // names in lower case
  std::map<std::string, std::string, std::less<>> path_parameters = {};
  std::string body = {};
  std::string peer = {};  // address of the other side, without the port

  // The last value of a query parameter; "" when it is missing.
  std::string_view Query(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};
// {"error": {"code": …, "message": …}} with the HTTP status that fits the code.
Response ErrorResponse(const absl::Status& status);

// Called once, from any thread; later calls, and calls after the server has stopped, change nothing.
using Respond = std::function<void(Response)>;
// Must not block: it runs on the server's I/O thread. Long work goes elsewhere and calls Respond when done.
using Handler = std::function<void(Request, Respond)>;

// Which handler answers which method and path. A segment "{name}" binds a path parameter, also with a literal
// behind it ("/v1/alerts/{fingerprint}:acknowledge"). An unknown path is 404, a known one by another method
// 405.
class Router {
 public:
  void Handle(std::string method, std::string pattern, Handler handler);
  void Get(std::string pattern, Handler handler) { Handle("GET", std::move(pattern), std::move(handler)); }
  void Post(std::string pattern, Handler handler) { Handle("POST", std::move(pattern), std::move(handler)); }
  // Finds the handler and fills in path_parameters; null with the error to answer in `error`.
  const Handler* Find(Request& request, Response& error) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: a free one
  int threads = 1;
  size_t max_header_bytes = 16 * 1024;
  size_t max_body_bytes = 8 * 1024 * 1024;
  size_t max_body_bytes_under_way = 256 * 1024 * 1024;  // over all requests that are being read or answered
  size_t max_connections = 2048;
  Duration header_timeout = seconds(10);   // first to last byte of a request's header
  Duration body_timeout = seconds(60);     // first to last byte of its body
  Duration respond_timeout = seconds(60);  // for the handler's answer
  Duration write_timeout = seconds(60);    // for the other side to take the answer
  Duration idle_timeout = seconds(60);     // between requests
};

// An HTTP/1.1 server on Boost.Beast: asynchronous, a fixed number of threads whatever the number of readers,
// every size and time bounded. Answers 400, 404, 405, 408, 413, 431, 503 and 504 by itself, and 500 for a
// handler that throws or drops its Respond. HEAD is answered by the GET handler. Requests of one connection
// are answered in turn. Thread-safe; Stop and the destructor must not be called from a handler.
class Server {
 public:
  // Listens at once; kFailedPrecondition naming address, port and remedy when it can't.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Router router);
  virtual ~Server() = default;
  virtual uint16_t port() const = 0;
  // Stops accepting, lets requests under way finish (at most `grace`), closes.
  virtual void Stop(Duration grace = seconds(5)) = 0;
};

}  // namespace vardvakt::http
