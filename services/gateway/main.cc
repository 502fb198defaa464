#include <utility>

#include "lib/adapters/grpc/compliance_client.h"
#include "lib/adapters/grpc/fan_out.h"
#include "lib/base/strings.h"
#include "lib/runtime/run_main.h"
#include "services/gateway/service.h"
#include "services/process/configuration.h"
#include "services/process/front.h"
#include "services/process/live_configuration.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::gateway {
namespace {

struct MainOptions {
  std::string config = "config";
  std::vector<std::string> compliance = {"127.0.0.1:9082"};
  Duration deadline = rpc::ClientOptions{}.deadline;
  process::ListenOptions listen{.http_port = 8080, .grpc_port = 9080};
  ServiceOptions service;
};

std::unique_ptr<wire::ComplianceApi> Connect(const MainOptions& options,
                                             std::shared_ptr<process::LiveConfiguration> live) {
  std::vector<rpc::Endpoint> endpoints;
  for (const std::string& target : options.compliance) {
    endpoints.push_back({target, rpc::ConnectCompliance({.target = target, .deadline = options.deadline})});
  }
  auto stream_of = [live = std::move(live)](std::string_view region_code,
                                            std::string_view indicator) -> std::string {
    const process::ConfigurationPtr configuration = live->current();
    const config::RegionConfiguration* region = configuration->FindRegion(region_code);
    if (region == nullptr) return "";
    for (const domain::StreamDefinition& stream : region->streams) {
      for (const domain::Indicator& known : stream.indicators) {
        if (known.id == indicator) return stream.stream;
      }
    }
    return "";
  };
  return rpc::FanOut(std::move(endpoints), std::move(stream_of));
}

// Ready while a compliance process answers.
void WatchCompliance(wire::ComplianceApi& api, runtime::Health& health, runtime::Signals& signals) {
  constexpr Duration kBetweenLooks = seconds(1);
  do {
    const auto answered = api.GetStatus({});
    if (answered.ok()) {
      health.SetReady("compliance");
    } else {
      health.SetNotReady("compliance", ToStd(answered.status().message()));
    }
  } while (!signals.WaitForStop(kBetweenLooks));
}

absl::Status Run(const MainOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto vitals = process::MakeVitals("gateway", context.clock);
  auto live = std::make_shared<process::LiveConfiguration>(options.config, *configuration, context.logger,
                                                           vitals->metrics);
  std::shared_ptr<wire::ComplianceApi> api = Connect(options, live);
  auto service = std::make_shared<Service>(*api, vitals->metrics, options.service);
  context.lifecycle.OnStop("gateway", [service, api, vitals] {});
  process::ReadAgainOnHangup(live, context.signals, context.lifecycle);

  vitals->health.SetNotReady("compliance", "not yet asked");
  http::Router router;
  service->AddRoutes(router);
  auto http =
      process::StartHttp(options.listen, std::move(router), vitals, context.lifecycle, context.logger);
  if (!http.ok()) return http.status();
  auto grpc =
      process::StartGrpc(options.listen, {.compliance = api.get()}, context.lifecycle, context.logger);
  if (!grpc.ok()) return grpc.status();
  vitals->SayStarted();
  WatchCompliance(*api, vitals->health, context.signals);
  return absl::OkStatus();
}

}  // namespace
}  // namespace vardvakt::gateway

int main(int argc, char** argv) {
  using namespace vardvakt;
  gateway::MainOptions options;
  const runtime::Program program{
      .name = "vardvakt-gateway",
      .doc = "Answers what compliance knows, as JSON over HTTP and by gRPC.",
      .commands = {{.declare =
                        [&](runtime::Options& declared) {
                          process::DeclareConfig(declared, &options.config);
                          declared
                              .List("compliance", &options.compliance,
                                    "HOST:PORT of a compliance process's gRPC; several times for several.")
                              .Time("compliance-deadline", &options.deadline,
                                    "How long a question to compliance may take.",
                                    {.least = milliseconds(10), .most = minutes(10)});
                          process::DeclareHttp(declared, &options.listen);
                          process::DeclareGrpc(declared, &options.listen);
                          gateway::Declare(declared, &options.service);
                        },
                    .run = [&](runtime::Context& context,
                               runtime::ExitCode&) { return gateway::Run(options, context); }}}};
  return runtime::RunMain(program, argc, argv);
}
