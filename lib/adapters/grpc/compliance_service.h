#pragma once

#include "lib/wire/compliance_api.h"
#include "vardvakt/compliance/v1/query_service.grpc.pb.h"

namespace vardvakt::rpc {

// Answers ComplianceQueryService from an API in this process, each call on one of gRPC's threads.
class ComplianceService final : public compliance::v1::ComplianceQueryService::Service {
 public:
  explicit ComplianceService(wire::ComplianceApi& api) : api_(api) {}

 private:
  using Context = ::grpc::ServerContext;

  ::grpc::Status ListIndicators(Context*, const compliance::v1::ListIndicatorsRequest* request,
                                compliance::v1::ListIndicatorsResponse* response) override;
  ::grpc::Status GetCompliance(Context*, const compliance::v1::GetComplianceRequest* request,
                               compliance::v1::GetComplianceResponse* response) override;
  ::grpc::Status GetSeries(Context*, const compliance::v1::GetSeriesRequest* request,
                           compliance::v1::GetSeriesResponse* response) override;
  ::grpc::Status ListCases(Context*, const compliance::v1::ListCasesRequest* request,
                           compliance::v1::ListCasesResponse* response) override;
  ::grpc::Status ListEpisodes(Context*, const compliance::v1::ListEpisodesRequest* request,
                              compliance::v1::ListEpisodesResponse* response) override;
  ::grpc::Status GetDataQuality(Context*, const compliance::v1::GetDataQualityRequest* request,
                                compliance::v1::GetDataQualityResponse* response) override;
  ::grpc::Status ExplainCase(Context*, const compliance::v1::ExplainCaseRequest* request,
                             compliance::v1::ExplainCaseResponse* response) override;
  ::grpc::Status ExplainShare(Context*, const compliance::v1::ExplainShareRequest* request,
                              compliance::v1::ExplainShareResponse* response) override;
  ::grpc::Status GetStatus(Context*, const compliance::v1::GetStatusRequest* request,
                           compliance::v1::GetStatusResponse* response) override;

  wire::ComplianceApi& api_;
};

}  // namespace vardvakt::rpc
