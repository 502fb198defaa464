#pragma once

#include <gmock/gmock.h>

#include "lib/wire/compliance_api.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::testkit {

// A compliance that says what the test tells it to.
class ScriptedCompliance : public wire::ComplianceApi {
 public:
  template <typename T>
  using Answer = absl::StatusOr<T>;
  MOCK_METHOD(Answer<compliance::v1::ListIndicatorsResponse>, ListIndicators,
              (const compliance::v1::ListIndicatorsRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::GetComplianceResponse>, GetCompliance,
              (const compliance::v1::GetComplianceRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::GetSeriesResponse>, GetSeries, (const compliance::v1::GetSeriesRequest&),
              (override));
  MOCK_METHOD(Answer<compliance::v1::ListCasesResponse>, ListCases, (const compliance::v1::ListCasesRequest&),
              (override));
  MOCK_METHOD(Answer<compliance::v1::ListEpisodesResponse>, ListEpisodes,
              (const compliance::v1::ListEpisodesRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::GetDataQualityResponse>, GetDataQuality,
              (const compliance::v1::GetDataQualityRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::ExplainCaseResponse>, ExplainCase,
              (const compliance::v1::ExplainCaseRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::ExplainShareResponse>, ExplainShare,
              (const compliance::v1::ExplainShareRequest&), (override));
  MOCK_METHOD(Answer<compliance::v1::GetStatusResponse>, GetStatus, (const compliance::v1::GetStatusRequest&),
              (override));
};

}  // namespace vardvakt::testkit
