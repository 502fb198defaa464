#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/adapters/grpc/server.h"
#include "lib/adapters/http/server.h"
#include "lib/adapters/prometheus/registry.h"
#include "lib/base/clock.h"
#include "lib/base/logger.h"
#include "lib/runtime/health.h"
#include "lib/runtime/lifecycle.h"
#include "lib/runtime/options.h"

namespace vardvakt::process {

// Where a process listens. Loopback only, until authentication can be configured.
struct ListenOptions {
  std::string address = "127.0.0.1";
  uint16_t http_port = 0;
  uint16_t grpc_port = 0;
  int http_threads = 1;
};
void DeclareHttp(runtime::Options& options, ListenOptions* listen);
void DeclareGrpc(runtime::Options& options, ListenOptions* listen);
// Refuses what is not loopback, with the reason; worth asking before anything is opened.
absl::Status CheckListen(const ListenOptions& listen);

// What every process shows of itself: metrics and health. Thread-safe.
struct Vitals {
  prometheus_metrics::Registry metrics;
  runtime::Health health;

  // Everything has been started; until then nothing is ready.
  void SayStarted() { health.SetReady("process"); }
};
// With build_info and the time of the start; not ready as "process".
std::shared_ptr<Vitals> MakeVitals(std::string_view service, const Clock& clock);

// Listens with `router`'s routes and /livez, /readyz and /metrics; stopped by `lifecycle`, which keeps
// `vitals` until then. What the routes need must be registered with `lifecycle` before.
absl::StatusOr<std::shared_ptr<http::Server>> StartHttp(const ListenOptions& listen, http::Router router,
                                                        std::shared_ptr<Vitals> vitals,
                                                        runtime::Lifecycle& lifecycle, Logger& logger);
absl::StatusOr<std::shared_ptr<rpc::Server>> StartGrpc(const ListenOptions& listen,
                                                       const rpc::Services& services,
                                                       runtime::Lifecycle& lifecycle, Logger& logger);

}  // namespace vardvakt::process
