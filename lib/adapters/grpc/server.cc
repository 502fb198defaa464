#include "lib/adapters/grpc/server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "lib/adapters/grpc/compliance_service.h"
#include "lib/adapters/grpc/ingest_service.h"

namespace vardvakt::rpc {
namespace {

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

std::string Endpoint(const ServerOptions& options) {
  std::string host = options.address == "::1" ? "[::1]" : options.address;
  return host + ":" + std::to_string(options.port);
}

// Health and reflection are plugins of every server that is built afterwards.
void EnablePlugins() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args*) {});  // what it has to say comes back as a status
    ::grpc::EnableDefaultHealthCheckService(true);
    ::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

class GrpcServer final : public Server {
 public:
  explicit GrpcServer(const Services& services) {
    if (services.compliance != nullptr) {
      compliance_ = std::make_unique<ComplianceService>(*services.compliance);
    }
    if (services.ingest != nullptr) ingest_ = std::make_unique<IngestService>(*services.ingest);
  }
  ~GrpcServer() override { Stop(seconds(0)); }

  absl::Status Listen(const ServerOptions& options) {
    EnablePlugins();
    ::grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(Endpoint(options), ::grpc::InsecureServerCredentials(), &port);
    // Else a second process would share the port instead of being refused.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_request_bytes));
    ::grpc::ResourceQuota quota("vardvakt");
    quota.SetMaxThreads(options.max_threads);
    builder.SetResourceQuota(quota);
    if (compliance_ != nullptr) builder.RegisterService(compliance_.get());
    if (ingest_ != nullptr) builder.RegisterService(ingest_.get());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::FailedPreconditionError("gRPC can't listen on " + Endpoint(options) +
                                           ": the port is taken or not permitted; choose another one");
    }
    port_ = static_cast<uint16_t>(port);
    return absl::OkStatus();
  }

  uint16_t port() const override { return port_; }

  void SetServing(bool serving) override { server_->GetHealthCheckService()->SetServingStatus(serving); }

  void Stop(Duration grace) override {
    std::call_once(stopped_, [&] {
      if (server_ == nullptr) return;
      server_->GetHealthCheckService()->SetServingStatus(false);
      server_->Shutdown(std::chrono::system_clock::now() + grace);
      server_->Wait();
    });
  }

 private:
  std::unique_ptr<ComplianceService> compliance_;
  std::unique_ptr<IngestService> ingest_;
  std::unique_ptr<::grpc::Server> server_;
  uint16_t port_ = 0;
  std::once_flag stopped_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const Services& services) {
  if (!IsLoopback(options.address)) {
    return absl::FailedPreconditionError(
        "gRPC refuses to listen on " + options.address +
        ": there is no authentication yet, so only loopback is served; use 127.0.0.1");
  }
  auto server = std::make_unique<GrpcServer>(services);
  if (absl::Status status = server->Listen(options); !status.ok()) return status;
  return server;
}

}  // namespace vardvakt::rpc
