#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/runtime/run_main.h"
#include "services/compliance/service.h"
#include "services/gateway/service.h"
#include "services/ingest/service.h"
#include "services/notifier/service.h"
#include "services/process/front.h"
#include "services/process/storage.h"

namespace vardvakt::cli {

struct NodeOptions {
  std::string config = "config";
  process::StorageOptions storage;
  process::ListenOptions listen{.http_port = 8080, .grpc_port = 9080};
  ingest::ServiceOptions ingest;
  compliance::ServiceOptions compliance;
  gateway::ServiceOptions gateway;
  notifier::ServiceOptions notifier;
};
void Declare(runtime::Options& options, NodeOptions* node);

// All services in one process, on the embedded log. Its parts may be used until the lifecycle stops.
struct Node {
  std::shared_ptr<const config::Configuration> configuration;
  std::shared_ptr<process::Vitals> vitals;
  std::unique_ptr<process::Storage> storage;
  std::unique_ptr<engine::Log> log;
  std::unique_ptr<compliance::Service> compliance;
  std::unique_ptr<engine::Store> notifier_store;
  std::unique_ptr<notifier::Notifier> notifier;
  std::unique_ptr<ingest::Service> ingest;
  std::unique_ptr<gateway::Service> gateway;
  std::string address;  // "http://127.0.0.1:8080"
};

// Starts them in the order of the data and has `context.lifecycle` stop them in the reverse. `clock` stamps
// the log and judges; it must outlive the lifecycle.
absl::StatusOr<std::shared_ptr<Node>> StartNode(const NodeOptions& options,
                                                std::shared_ptr<const config::Configuration> configuration,
                                                const Clock& clock, runtime::Context& context);

}  // namespace vardvakt::cli
