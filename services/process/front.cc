#include "services/process/front.h"

#include <utility>

#include "lib/base/strings.h"

namespace vardvakt::process {
namespace {

// Overridden by the build of a release.
#ifndef VARDVAKT_VERSION
#define VARDVAKT_VERSION "dev"
#endif

}  // namespace

void DeclareHttp(runtime::Options& options, ListenOptions* listen) {
  options.Text("listen", &listen->address, "The address to listen on; loopback only.")
      .Port("port", &listen->http_port, "The HTTP port; 0 takes a free one.")
      .Integer("http-threads", &listen->http_threads, "Threads that read and write HTTP.",
               {.least = 1, .most = 64});
}

void DeclareGrpc(runtime::Options& options, ListenOptions* listen) {
  options.Port("grpc-port", &listen->grpc_port, "The gRPC port; 0 takes a free one.");
}

absl::Status CheckListen(const ListenOptions& listen) {
  return runtime::CheckListenAddress(listen.address, "--listen");
}

std::shared_ptr<Vitals> MakeVitals(std::string_view service, const Clock& clock) {
  auto vitals = std::make_shared<Vitals>();
  vitals->metrics.Set(engine::Metric::kBuildInfo, {service, VARDVAKT_VERSION}, 1);
  vitals->health.SetNotReady("process", "starting");
  const std::chrono::duration<double> since_epoch = clock.Now().time_since_epoch();
  vitals->metrics.Set(engine::Metric::kStartTimestamp, {}, since_epoch.count());
  return vitals;
}

absl::StatusOr<std::shared_ptr<http::Server>> StartHttp(const ListenOptions& listen, http::Router router,
                                                        std::shared_ptr<Vitals> vitals,
                                                        runtime::Lifecycle& lifecycle, Logger& logger) {
  if (absl::Status status = CheckListen(listen); !status.ok()) return status;
  runtime::AddAdminRoutes(router, vitals->health, [vitals] { return vitals->metrics.Text(); });
  auto started = http::Server::Start(
      {.address = listen.address, .port = listen.http_port, .threads = listen.http_threads},
      std::move(router));
  if (!started.ok()) return started.status();
  std::shared_ptr<http::Server> server = *std::move(started);
  lifecycle.OnStop("http", [server, vitals = std::move(vitals)] { server->Stop(); });
  logger.Info("http_listening", {{"address", listen.address}, {"port", server->port()}});
  return server;
}

absl::StatusOr<std::shared_ptr<rpc::Server>> StartGrpc(const ListenOptions& listen,
                                                       const rpc::Services& services,
                                                       runtime::Lifecycle& lifecycle, Logger& logger) {
  if (absl::Status status = CheckListen(listen); !status.ok()) return status;
  auto started = rpc::Server::Start({.address = listen.address, .port = listen.grpc_port}, services);
  if (!started.ok()) return started.status();
  std::shared_ptr<rpc::Server> server = *std::move(started);
  lifecycle.OnStop("grpc", [server] { server->Stop(); });
  logger.Info("grpc_listening", {{"address", listen.address}, {"port", server->port()}});
  return server;
}

}  // namespace vardvakt::process
