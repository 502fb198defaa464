#include "services/vardvakt/node.h"

#include <utility>

#include "lib/base/strings.h"
#include "lib/engine/static_membership.h"
#include "services/notifier/chance.h"
#include "services/process/configuration.h"
#include "services/process/live_configuration.h"

namespace vardvakt::cli {
namespace {

constexpr const char* kProcess = "vardvakt";

// Each part is started, or left for the next one to report, and stopped in the reverse order.
class Starting {
 public:
  Starting(const NodeOptions& options, const Clock& clock, runtime::Context& context,
           std::shared_ptr<Node> node)
      : options_(options), clock_(clock), context_(context), node_(std::move(node)) {}

  absl::Status StartAll() {
    absl::Status status = OpenLog();
    if (status.ok()) status = StartCompliance();
    if (status.ok()) status = StartNotifier();
    if (status.ok()) StartFronts();
    if (status.ok()) FollowConfiguration();
    return status;
  }

 private:
  absl::Status OpenLog() {
    auto storage = process::Storage::Open(options_.storage);
    if (!storage.ok()) return storage.status();
    node_->storage = *std::move(storage);
    auto log = node_->storage->OpenLog(clock_);
    if (!log.ok()) return log.status();
    node_->log = *std::move(log);
    context_.lifecycle.OnStop("log", [node = node_] {
      node->log.reset();
      node->storage.reset();
    });
    return node_->log->EnsureTopics(process::TopicsOf(*node_->configuration));
  }

  absl::Status StartCompliance() {
    auto membership =
        std::make_unique<engine::StaticMembership>(compliance::TaskPartitions(*node_->configuration));
    const compliance::ServiceParts parts{*node_->log,
                                         node_->storage->tasks(),
                                         clock_,
                                         node_->vitals->metrics,
                                         node_->vitals->health,
                                         context_.logger,
                                         options_.config,
                                         node_->storage->definitions_folder()};
    node_->compliance = std::make_unique<compliance::Service>(node_->configuration, std::move(membership),
                                                              parts, options_.compliance, kProcess);
    context_.lifecycle.OnStop("compliance", [node = node_] { node->compliance.reset(); });
    return node_->compliance->Start();
  }

  absl::Status StartNotifier() {
    auto store = node_->storage->OpenNotifierStore();
    if (!store.ok()) return store.status();
    node_->notifier_store = *std::move(store);
    auto made =
        notifier::MakeNotifier(options_.notifier,
                               {*node_->log, *node_->notifier_store, context_.clock, context_.logger,
                                node_->vitals->metrics, node_->vitals->health, notifier::SystemChance()},
                               process::PartitionsOf(*node_->configuration),
                               [node = node_.get(), &logger = context_.logger](absl::Status why) {
                                 logger.Error("notifier_stopped", {{"reason", ToStd(why.message())}});
                                 node->vitals->health.SetDead("notifier", ToStd(why.message()));
                               });
    if (!made.ok()) return made.status();
    node_->notifier = *std::move(made);
    context_.lifecycle.OnStop("notifier", [node = node_] {
      node->notifier.reset();
      node->notifier_store.reset();
    });
    return node_->notifier->Start();
  }

  void StartFronts() {
    node_->ingest = std::make_unique<ingest::Service>(node_->configuration, node_->log->appender(), clock_,
                                                      node_->vitals->metrics, options_.ingest);
    context_.lifecycle.OnStop("ingest", [node = node_, wait = options_.ingest.publisher.deadline] {
      node->log->appender()->Flush(wait).IgnoreError();
      node->ingest.reset();
    });
    node_->gateway = std::make_unique<gateway::Service>(node_->compliance->api(), node_->vitals->metrics,
                                                        options_.gateway);
    context_.lifecycle.OnStop("gateway", [node = node_] { node->gateway.reset(); });
  }

  void FollowConfiguration() {
    auto live = std::make_shared<process::LiveConfiguration>(options_.config, node_->configuration,
                                                             context_.logger, node_->vitals->metrics);
    live->OnChange([node = node_](const process::ConfigurationPtr& next) {
      node->ingest->publisher().Follow(next);
      node->compliance->Redefine(next);
    });
    process::ReadAgainOnHangup(live, context_.signals, context_.lifecycle);
  }

  const NodeOptions& options_;
  const Clock& clock_;
  runtime::Context& context_;
  const std::shared_ptr<Node> node_;
};

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
  notifier::Declare(options, &node->notifier);
}

absl::StatusOr<std::shared_ptr<Node>> StartNode(const NodeOptions& options,
                                                std::shared_ptr<const config::Configuration> configuration,
                                                const Clock& clock, runtime::Context& context) {
  if (absl::Status status = process::CheckListen(options.listen); !status.ok()) return status;
  auto node = std::make_shared<Node>();
  node->configuration = std::move(configuration);
  node->vitals = process::MakeVitals("vardvakt", context.clock);
  if (absl::Status status = Starting(options, clock, context, node).StartAll(); !status.ok()) return status;
  if (absl::Status status = Listen(options.listen, context, node); !status.ok()) return status;
  node->vitals->SayStarted();
  return node;
}

}  // namespace vardvakt::cli
