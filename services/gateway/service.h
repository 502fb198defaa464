#pragma once

#include "lib/adapters/http/server.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/options.h"
#include "lib/runtime/worker_pool.h"
#include "lib/wire/compliance_api.h"

namespace vardvakt::gateway {

struct ServiceOptions {
  int threads = 4;                   // that ask compliance
  size_t max_queries_waiting = 256;  // for one of them; further ones are turned away
};
void Declare(runtime::Options& options, ServiceOptions* service);

// The gateway without the server in front of it. Thread-safe. `api` and `metrics` must outlive it, and it the
// server.
class Service {
 public:
  Service(wire::ComplianceApi& api, engine::Metrics& metrics, const ServiceOptions& options);

  void AddRoutes(http::Router& router);

 private:
  wire::ComplianceApi& api_;
  engine::Metrics& metrics_;
  runtime::WorkerPool workers_;
};

}  // namespace vardvakt::gateway
