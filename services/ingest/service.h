#pragma once

#include <memory>

#include "lib/adapters/http/server.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/options.h"
#include "lib/runtime/worker_pool.h"
#include "lib/wire/ingest_api.h"
#include "services/ingest/publisher.h"

namespace vardvakt::ingest {

struct ServiceOptions {
  int threads = 2;                     // that decode, check and answer
  size_t max_requests_waiting = 1024;  // for one of them; further ones are turned away
  PublisherOptions publisher;
};
void Declare(runtime::Options& options, ServiceOptions* service);

// The ingest service without the servers in front of it. Thread-safe. `clock` and `metrics` must outlive it,
// and it the servers.
class Service {
 public:
  Service(std::shared_ptr<const config::Configuration> configuration,
          std::shared_ptr<engine::Appender> appender, const Clock& clock, engine::Metrics& metrics,
          const ServiceOptions& options);
  ~Service();

  void AddRoutes(http::Router& router);
  wire::IngestApi& api() { return *api_; }
  Publisher& publisher() { return *publisher_; }

 private:
  engine::Metrics& metrics_;
  const std::shared_ptr<Publisher> publisher_;
  runtime::WorkerPool workers_;
  const std::unique_ptr<wire::IngestApi> api_;
};

}  // namespace vardvakt::ingest
