#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/wire/compliance_api.h"
#include "lib/wire/ingest_api.h"

namespace vardvakt::rpc {

struct ServerOptions {
  std::string address = "127.0.0.1";  // loopback only, until authentication can be configured
  uint16_t port = 0;                  // 0: a free one
  size_t max_request_bytes = 8 * 1024 * 1024;
  int max_threads = 32;
};

// What is served; null: not. Both must outlive the server.
struct Services {
  wire::ComplianceApi* compliance = nullptr;
  wire::IngestApi* ingest = nullptr;
};

// A gRPC server with the standard health service and reflection. Thread-safe.
class Server {
 public:
  // Listens at once and serves as SERVING. kFailedPrecondition naming address, port and remedy when it can't.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const Services& services);
  virtual ~Server() = default;
  virtual uint16_t port() const = 0;
  // What the health service answers from now on.
  virtual void SetServing(bool serving) = 0;
  // Takes no new call, lets those under way finish (at most `grace`), then cancels them.
  virtual void Stop(Duration grace = seconds(5)) = 0;
};

}  // namespace vardvakt::rpc
