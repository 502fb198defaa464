#pragma once

#include "absl/status/statusor.h"

namespace vardvakt::compliance::v1 {
class ListIndicatorsRequest;
class ListIndicatorsResponse;
class GetComplianceRequest;
class GetComplianceResponse;
class GetSeriesRequest;
class GetSeriesResponse;
class ListCasesRequest;
class ListCasesResponse;
class ListEpisodesRequest;
class ListEpisodesResponse;
class GetDataQualityRequest;
class GetDataQualityResponse;
class ExplainCaseRequest;
class ExplainCaseResponse;
class ExplainShareRequest;
class ExplainShareResponse;
class GetStatusRequest;
class GetStatusResponse;
}  // namespace vardvakt::compliance::v1

namespace vardvakt::wire {

// What can be asked of compliance (proto/vardvakt/compliance/v1/query_service.proto), in this process or by
// gRPC. Blocks until answered or timed out; thread-safe. kUnavailable when no task of what was asked is
// ready, kInvalidArgument naming the field that can't be understood, kOutOfRange for bounds that no kept pane
// matches.
class ComplianceApi {
 public:
  virtual ~ComplianceApi() = default;
  virtual absl::StatusOr<compliance::v1::ListIndicatorsResponse> ListIndicators(
      const compliance::v1::ListIndicatorsRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::GetComplianceResponse> GetCompliance(
      const compliance::v1::GetComplianceRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::GetSeriesResponse> GetSeries(
      const compliance::v1::GetSeriesRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::ListCasesResponse> ListCases(
      const compliance::v1::ListCasesRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::ListEpisodesResponse> ListEpisodes(
      const compliance::v1::ListEpisodesRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::GetDataQualityResponse> GetDataQuality(
      const compliance::v1::GetDataQualityRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::ExplainCaseResponse> ExplainCase(
      const compliance::v1::ExplainCaseRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::ExplainShareResponse> ExplainShare(
      const compliance::v1::ExplainShareRequest& request) = 0;
  virtual absl::StatusOr<compliance::v1::GetStatusResponse> GetStatus(
      const compliance::v1::GetStatusRequest& request) = 0;
};

}  // namespace vardvakt::wire
