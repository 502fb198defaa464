#include "services/vardvakt/node.h"

#include <utility>

#include "lib/base/strings.h"
#include "lib/engine/static_membership.h"
#include "services/process/configuration.h"

namespace vardvakt::cli {
namespace {

constexpr const char* kProcess = "vardvakt";

absl::Status StartParts(const NodeOptions& options, const Clock& clock, runtime::Context& context,
                        const std::shared_ptr<Node>& node) {
  auto storage = process::Storage::Open(options.storage);
  if (!storage.ok()) return storage.status();
  node->storage = *std::move(storage);
  auto log = node->storage->OpenLog(clock);
  if (!log.ok()) return log.status();
  node->log = *std::move(log);
  context.lifecycle.OnStop("log", [node] {
    node->log.reset();
    node->storage.reset();
  });
  if (absl::Status status = node->log->EnsureTopics(process::TopicsOf(*node->configuration)); !status.ok()) {
    return status;
  }

  auto membership =
      std::make_unique<engine::StaticMembership>(compliance::TaskPartitions(*node->configuration));
  const compliance::ServiceParts parts{
      *node->log, node->storage->tasks(), clock, node->vitals->metrics, node->vitals->health, context.logger};
  node->compliance = std::make_unique<compliance::Service>(node->configuration, std::move(membership), parts,
                                                           options.compliance, kProcess);
  context.lifecycle.OnStop("compliance", [node] { node->compliance.reset(); });
  if (absl::Status status = node->compliance->Start(); !status.ok()) return status;

  node->ingest = std::make_unique<ingest::Service>(node->configuration, node->log->appender(), clock,
                                                   node->vitals->metrics, options.ingest);
  context.lifecycle.OnStop("ingest", [node, wait = options.ingest.publisher.deadline] {
    node->log->appender()->Flush(wait).IgnoreError();
    node->ingest.reset();
  });
  node->gateway =
      std::make_unique<gateway::Service>(node->compliance->api(), node->vitals->metrics, options.gateway);
  context.lifecycle.OnStop("gateway", [node] { node->gateway.reset(); });
  return absl::OkStatus();
}

absl::Status Listen(const process::ListenOptions& listen, runtime::Context& context,
                    const std::shared_ptr<Node>& node) {
  http::Router router;
  node->ingest->AddRoutes(router);
  node->gateway->AddRoutes(router);
  auto grpc =
      process::StartGrpc(listen, {.compliance = &node->compliance->api(), .ingest = &node->ingest->api()},
                         context.lifecycle, context.logger);
  if (!grpc.ok()) return grpc.status();
  auto http = process::StartHttp(listen, std::move(router), node->vitals, context.lifecycle, context.logger);
  if (!http.ok()) return http.status();
  node->address = Cat("http://", listen.address, ":", (*http)->port());
  return absl::OkStatus();
}

}  // namespace

void Declare(runtime::Options& options, NodeOptions* node) {
  process::DeclareConfig(options, &node->config);
  process::DeclareStorage(options, &node->storage);
  process::DeclareHttp(options, &node->listen);
  process::DeclareGrpc(options, &node->listen);
  ingest::Declare(options, &node->ingest);
  compliance::Declare(options, &node->compliance);
  gateway::Declare(options, &node->gateway);
}

absl::StatusOr<std::shared_ptr<Node>> StartNode(const NodeOptions& options,
                                                std::shared_ptr<const config::Configuration> configuration,
                                                const Clock& clock, runtime::Context& context) {
  auto node = std::make_shared<Node>();
  node->configuration = std::move(configuration);
  node->vitals = process::MakeVitals("vardvakt", context.clock);
  if (absl::Status status = StartParts(options, clock, context, node); !status.ok()) return status;
  if (absl::Status status = Listen(options.listen, context, node); !status.ok()) return status;
  return node;
}

}  // namespace vardvakt::cli
