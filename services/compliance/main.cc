#include <algorithm>
#include <utility>

#include "lib/adapters/kafka/membership.h"
#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "lib/runtime/run_main.h"
#include "services/compliance/service.h"
#include "services/process/configuration.h"
#include "services/process/front.h"
#include "services/process/kafka_options.h"
#include "services/process/live_configuration.h"
#include "services/process/storage.h"
#include "services/process/topics.h"

namespace vardvakt::compliance {
namespace {

struct MainOptions {
  std::string config = "config";
  process::KafkaOptions kafka;
  kafka::MembershipOptions membership{.group = "vardvakt-compliance"};
  process::StorageOptions storage{.data_dir = "data/compliance"};
  process::ListenOptions listen{.http_port = 8082, .grpc_port = 9082};
  ServiceOptions service;
};

absl::StatusOr<std::unique_ptr<engine::Membership>> Join(const MainOptions& options,
                                                         const config::Configuration& configuration,
                                                         runtime::Health& health, Logger& logger) {
  absl::StatusOr<kafka::Options> connection = process::ToKafka(options.kafka, &logger);
  if (!connection.ok()) return connection.status();
  kafka::MembershipOptions membership = options.membership;
  for (const engine::Partition& partition : TaskPartitions(configuration)) {
    if (std::ranges::find(membership.topics, partition.topic) == membership.topics.end()) {
      membership.topics.push_back(partition.topic);
    }
  }
  membership.problem = [&health, &logger](const absl::Status& problem) {
    logger.Warning("membership", {{"problem", ToStd(problem.message())}});
    if (absl::IsAborted(problem)) health.SetDead("membership", ToStd(problem.message()));
  };
  return kafka::MakeMembership(*connection, membership);
}

// What is acquired, in this order; the lifecycle lets go of it in the reverse one.
struct Parts {
  std::shared_ptr<process::Vitals> vitals;
  std::unique_ptr<process::Storage> storage;
  std::unique_ptr<engine::Log> log;
  std::unique_ptr<Service> service;
};

absl::Status Run(const MainOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto parts = std::make_shared<Parts>();
  parts->vitals = process::MakeVitals("compliance", context.clock);
  auto storage = process::Storage::Open(options.storage);
  if (!storage.ok()) return storage.status();
  parts->storage = *std::move(storage);
  auto log = process::OpenKafkaLog(options.kafka, &context.logger);
  if (!log.ok()) return log.status();
  parts->log = *std::move(log);
  auto membership = Join(options, **configuration, parts->vitals->health, context.logger);
  if (!membership.ok()) return membership.status();
  const ServiceParts needed{
      *parts->log,           parts->storage->tasks(), context.clock,  parts->vitals->metrics,
      parts->vitals->health, context.logger,          options.config, parts->storage->definitions_folder()};
  parts->service = std::make_unique<Service>(*configuration, *std::move(membership), needed, options.service,
                                             options.membership.instance);
  context.lifecycle.OnStop("compliance", [parts] { parts->service.reset(); });
  auto live = std::make_shared<process::LiveConfiguration>(options.config, *configuration, context.logger,
                                                           parts->vitals->metrics);
  live->OnChange([parts](const process::ConfigurationPtr& next) { parts->service->Redefine(next); });
  process::ReadAgainOnHangup(live, context.signals, context.lifecycle);

  auto http = process::StartHttp(options.listen, {}, parts->vitals, context.lifecycle, context.logger);
  if (!http.ok()) return http.status();
  auto grpc = process::StartGrpc(options.listen, {.compliance = &parts->service->api()}, context.lifecycle,
                                 context.logger);
  if (!grpc.ok()) return grpc.status();
  absl::Status topics = process::AwaitTopics(*parts->log, process::TopicsOf(**configuration),
                                             parts->vitals->health, context.signals);
  if (absl::IsCancelled(topics)) return absl::OkStatus();
  if (!topics.ok()) return topics;
  if (absl::Status status = parts->service->Start(); !status.ok()) return status;
  parts->vitals->SayStarted();
  process::WatchTopics(*parts->log, process::TopicsOf(**configuration), parts->vitals->health,
                       context.signals);
  return absl::OkStatus();
}

void DeclareAll(runtime::Options& declared, MainOptions* options) {
  process::DeclareConfig(declared, &options->config);
  process::DeclareKafka(declared, &options->kafka);
  declared.Text("group", &options->membership.group, "The consumer group whose members share the regions.")
      .Text("instance", &options->membership.instance,
            "Names this process in the group, the same after its restart, and in answers.")
      .Required()
      .Time("session-timeout", &options->membership.session_timeout,
            "How long the group waits for a member before its regions move.",
            {.least = seconds(1), .most = minutes(30)});
  process::DeclareStorage(declared, &options->storage);
  process::DeclareHttp(declared, &options->listen);
  process::DeclareGrpc(declared, &options->listen);
  compliance::Declare(declared, &options->service);
}

}  // namespace
}  // namespace vardvakt::compliance

int main(int argc, char** argv) {
  using namespace vardvakt;
  compliance::MainOptions options;
  const runtime::Program program{
      .name = "vardvakt-compliance",
      .doc = "Judges the cases of the regions that it owns or follows, and answers about them.",
      .commands = {
          {.declare = [&](runtime::Options& declared) { compliance::DeclareAll(declared, &options); },
           .run = [&](runtime::Context& context,
                      runtime::ExitCode&) { return compliance::Run(options, context); }}}};
  return runtime::RunMain(program, argc, argv);
}
