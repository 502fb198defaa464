#include "lib/adapters/grpc/compliance_client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/adapters/grpc/status.h"
#include "vardvakt/compliance/v1/query_service.grpc.pb.h"

namespace vardvakt::rpc {
namespace v1 = compliance::v1;
namespace {

using Stub = v1::ComplianceQueryService::StubInterface;

class Client final : public wire::ComplianceApi {
 public:
  Client(const ClientOptions& options, std::unique_ptr<Stub> stub)
      : options_(options), stub_(std::move(stub)) {}

  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
      const v1::ListIndicatorsRequest& request) override {
    return Call<v1::ListIndicatorsResponse>(&Stub::ListIndicators, request);
  }
  absl::StatusOr<v1::GetComplianceResponse> GetCompliance(const v1::GetComplianceRequest& request) override {
    return Call<v1::GetComplianceResponse>(&Stub::GetCompliance, request);
  }
  absl::StatusOr<v1::GetSeriesResponse> GetSeries(const v1::GetSeriesRequest& request) override {
    return Call<v1::GetSeriesResponse>(&Stub::GetSeries, request);
  }
  absl::StatusOr<v1::ListCasesResponse> ListCases(const v1::ListCasesRequest& request) override {
    return Call<v1::ListCasesResponse>(&Stub::ListCases, request);
  }
  absl::StatusOr<v1::ListEpisodesResponse> ListEpisodes(const v1::ListEpisodesRequest& request) override {
    return Call<v1::ListEpisodesResponse>(&Stub::ListEpisodes, request);
  }
  absl::StatusOr<v1::GetDataQualityResponse> GetDataQuality(
      const v1::GetDataQualityRequest& request) override {
    return Call<v1::GetDataQualityResponse>(&Stub::GetDataQuality, request);
  }
  absl::StatusOr<v1::ExplainCaseResponse> ExplainCase(const v1::ExplainCaseRequest& request) override {
    return Call<v1::ExplainCaseResponse>(&Stub::ExplainCase, request);
  }
  absl::StatusOr<v1::ExplainShareResponse> ExplainShare(const v1::ExplainShareRequest& request) override {
    return Call<v1::ExplainShareResponse>(&Stub::ExplainShare, request);
  }
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) override {
    return Call<v1::GetStatusResponse>(&Stub::GetStatus, request);
  }

 private:
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(::grpc::Status (Stub::*method)(::grpc::ClientContext*, const Request&,
                                                               Response*),
                                const Request& request) {
    ::grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options_.deadline);
    Response response;
    ::grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (status.ok()) return response;
    if (status.error_code() != ::grpc::StatusCode::UNAVAILABLE) return FromGrpc(status);
    return absl::UnavailableError("compliance at " + options_.target + " can't be reached: " +
                                  status.error_message() + "; see that it runs there");
  }

  const ClientOptions options_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace

std::unique_ptr<wire::ComplianceApi> ConnectCompliance(const ClientOptions& options) {
  ::grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(options.max_response_bytes));
  // A process that comes back is found again within a second.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  auto channel = ::grpc::CreateCustomChannel(options.target, ::grpc::InsecureChannelCredentials(), arguments);
  return std::make_unique<Client>(options, v1::ComplianceQueryService::NewStub(channel));
}

}  // namespace vardvakt::rpc
