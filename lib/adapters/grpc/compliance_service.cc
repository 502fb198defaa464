#include "lib/adapters/grpc/compliance_service.h"

#include <utility>

#include "lib/adapters/grpc/status.h"

namespace vardvakt::rpc {
namespace v1 = compliance::v1;
namespace {

template <typename Response>
::grpc::Status Answer(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return ::grpc::Status::OK;
}

}  // namespace

::grpc::Status ComplianceService::ListIndicators(Context*, const v1::ListIndicatorsRequest* request,
                                                 v1::ListIndicatorsResponse* response) {
  return Answer(api_.ListIndicators(*request), response);
}

::grpc::Status ComplianceService::GetCompliance(Context*, const v1::GetComplianceRequest* request,
                                                v1::GetComplianceResponse* response) {
  return Answer(api_.GetCompliance(*request), response);
}

::grpc::Status ComplianceService::GetSeries(Context*, const v1::GetSeriesRequest* request,
                                            v1::GetSeriesResponse* response) {
  return Answer(api_.GetSeries(*request), response);
}

::grpc::Status ComplianceService::ListCases(Context*, const v1::ListCasesRequest* request,
                                            v1::ListCasesResponse* response) {
  return Answer(api_.ListCases(*request), response);
}

::grpc::Status ComplianceService::ListEpisodes(Context*, const v1::ListEpisodesRequest* request,
                                               v1::ListEpisodesResponse* response) {
  return Answer(api_.ListEpisodes(*request), response);
}

::grpc::Status ComplianceService::GetDataQuality(Context*, const v1::GetDataQualityRequest* request,
                                                 v1::GetDataQualityResponse* response) {
  return Answer(api_.GetDataQuality(*request), response);
}

::grpc::Status ComplianceService::ExplainCase(Context*, const v1::ExplainCaseRequest* request,
                                              v1::ExplainCaseResponse* response) {
  return Answer(api_.ExplainCase(*request), response);
}

::grpc::Status ComplianceService::ExplainShare(Context*, const v1::ExplainShareRequest* request,
                                               v1::ExplainShareResponse* response) {
  return Answer(api_.ExplainShare(*request), response);
}

::grpc::Status ComplianceService::GetStatus(Context*, const v1::GetStatusRequest* request,
                                            v1::GetStatusResponse* response) {
  return Answer(api_.GetStatus(*request), response);
}

}  // namespace vardvakt::rpc
