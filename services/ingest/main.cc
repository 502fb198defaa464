#include "lib/runtime/run_main.h"
#include "services/ingest/service.h"
#include "services/process/configuration.h"
#include "services/process/front.h"
#include "services/process/kafka_options.h"
#include "services/process/live_configuration.h"
#include "services/process/topics.h"

namespace vardvakt::ingest {
namespace {

struct MainOptions {
  std::string config = "config";
  process::KafkaOptions kafka;
  process::ListenOptions listen{.http_port = 8081, .grpc_port = 9081};
  ServiceOptions service;
};

absl::Status Run(const MainOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto vitals = process::MakeVitals("ingest", context.clock);

  auto opened = process::OpenKafkaLog(options.kafka, &context.logger);
  if (!opened.ok()) return opened.status();
  std::shared_ptr<engine::Log> log = *std::move(opened);
  context.lifecycle.OnStop("log", [log] {});

  auto service = std::make_shared<Service>(*configuration, log->appender(), context.clock, vitals->metrics,
                                           options.service);
  context.lifecycle.OnStop("ingest", [service, vitals, log, wait = options.service.publisher.deadline] {
    log->appender()->Flush(wait).IgnoreError();
  });

  auto live = std::make_shared<process::LiveConfiguration>(options.config, *configuration, context.logger,
                                                           vitals->metrics);
  live->OnChange([service](const process::ConfigurationPtr& next) { service->publisher().Follow(next); });
  process::ReadAgainOnHangup(live, context.signals, context.lifecycle);

  http::Router router;
  service->AddRoutes(router);
  auto http =
      process::StartHttp(options.listen, std::move(router), vitals, context.lifecycle, context.logger);
  if (!http.ok()) return http.status();
  auto grpc =
      process::StartGrpc(options.listen, {.ingest = &service->api()}, context.lifecycle, context.logger);
  if (!grpc.ok()) return grpc.status();

  absl::Status topics =
      process::AwaitTopics(*log, process::TopicsOf(**configuration), vitals->health, context.signals);
  if (absl::IsCancelled(topics)) return absl::OkStatus();
  if (!topics.ok()) return topics;
  vitals->SayStarted();
  process::WatchTopics(*log, process::TopicsOf(**configuration), vitals->health, context.signals);
  return absl::OkStatus();
}

}  // namespace
}  // namespace vardvakt::ingest

int main(int argc, char** argv) {
  using namespace vardvakt;
  ingest::MainOptions options;
  const runtime::Program program{
      .name = "vardvakt-ingest",
      .doc = "Takes events by HTTP and gRPC, checks them, and hands them to the log.",
      .commands = {{.declare =
                        [&](runtime::Options& declared) {
                          process::DeclareConfig(declared, &options.config);
                          process::DeclareKafka(declared, &options.kafka);
                          process::DeclareHttp(declared, &options.listen);
                          process::DeclareGrpc(declared, &options.listen);
                          ingest::Declare(declared, &options.service);
                        },
                    .run = [&](runtime::Context& context,
                               runtime::ExitCode&) { return ingest::Run(options, context); }}}};
  return runtime::RunMain(program, argc, argv);
}
