#include "services/gateway/routes.h"

#include <gtest/gtest.h>

#include "lib/adapters/http/client.h"
#include "lib/testkit/scripted_compliance.h"

namespace vardvakt::gateway {
namespace {

namespace v1 = compliance::v1;
using testing::HasSubstr;
using testing::NiceMock;
using testing::Not;
using testing::Return;

class RoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    http::Router router;
    AddRoutes(router, api_, workers_, metrics_);
    auto server = http::Server::Start({}, std::move(router));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  http::ClientResponse Get(const std::string& target) {
    auto response = client_.Send(
        {.url = {.scheme = "http", .host = "127.0.0.1", .port = server_->port(), .target = target}});
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : http::ClientResponse{};
  }

  NiceMock<testkit::ScriptedCompliance> api_;
  engine::NoMetrics metrics_;
  runtime::WorkerPool workers_{2, 100};
  std::unique_ptr<http::Server> server_;
  http::Client client_;
};

TEST_F(RoutesTest, EveryParameterReachesCompliance) {
  EXPECT_CALL(api_, GetCompliance).WillOnce([](const v1::GetComplianceRequest& request) {
    EXPECT_EQ(
        request.ShortDebugString(),
        "region: \"06\" indicator: \"prio1\" level: \"unit\" key: \"A/B\" sex: \"F\" age: \"80+\" "
        "measure: \"decided\" from { seconds: 1776247200 nanos: 500000000 } to { seconds: 1776250800 }");
    v1::GetComplianceResponse response;
    response.add_shares()->set_key("A/B");
    return response;
  });
  http::ClientResponse response =
      Get("/v1/compliance?region=06&indicator=prio1&level=unit&key=A%2FB&sex=F&age=80%2B&measure=decided"
          "&window=&from=2026-04-15T10:00:00.5Z&to=2026-04-15T13:00:00%2B02:00");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body, HasSubstr(R"("key":"A/B")"));
}

TEST_F(RoutesTest, ACountOfZeroIsPrintedAndAnUndefinedShareIsNot) {
  v1::GetComplianceResponse said;
  said.add_shares();
  ON_CALL(api_, GetCompliance).WillByDefault(Return(said));
  const std::string body = Get("/v1/compliance").body;
  EXPECT_THAT(body, HasSubstr(R"("n":0,"n_before":0)"));
  EXPECT_THAT(body, Not(HasSubstr(R"("share")")));
}

TEST_F(RoutesTest, AnUnknownParameterIsRefusedNamingTheAllowedOnes) {
  EXPECT_CALL(api_, ListCases).Times(0);
  http::ClientResponse response = Get("/v1/cases?indicator=prio1&status=overdue");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("region, indicator, state, limit"));
  EXPECT_THAT(response.body, HasSubstr("status"));
}

TEST_F(RoutesTest, WhatCantBeUnderstoodIsRefusedByName) {
  for (const auto& [target, said] : std::vector<std::pair<std::string, std::string>>{
           {"/v1/compliance?from=2026-04-15T10:00:00&to=2026-04-15T10:00:00Z", "from"},
           {"/v1/compliance?from=2026-04-15T10:00:00Z", "together"},
           {"/v1/compliance?window=24h&from=2026-04-15T10:00:00Z&to=2026-04-15T11:00:00Z", "exclude"},
           {"/v1/cases?limit=0", "limit"},
           {"/v1/cases?limit=1e3", "limit"},
           {"/v1/alerts?state=firing&state=pending", "twice"},
       }) {
    http::ClientResponse response = Get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr(said)) << target;
  }
}

TEST_F(RoutesTest, ComplianceErrorsKeepTheirMeaning) {
  ON_CALL(api_, GetSeries)
      .WillByDefault(Return(absl::InvalidArgumentError("step: one of minute, hour, day")));
  EXPECT_EQ(Get("/v1/series").status, 400);
  ON_CALL(api_, GetSeries).WillByDefault(Return(absl::UnavailableError("region 06 is being read")));
  http::ClientResponse response = Get("/v1/series");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("region 06 is being read"));
}

TEST_F(RoutesTest, EveryRouteAnswers) {
  ON_CALL(api_, ListIndicators).WillByDefault(Return(v1::ListIndicatorsResponse()));
  ON_CALL(api_, ListCases).WillByDefault(Return(v1::ListCasesResponse()));
  ON_CALL(api_, ListEpisodes).WillByDefault(Return(v1::ListEpisodesResponse()));
  ON_CALL(api_, GetDataQuality).WillByDefault(Return(v1::GetDataQualityResponse()));
  EXPECT_EQ(Get("/v1/indicators?region=06").body, R"({"indicators":[]})");
  EXPECT_EQ(Get("/v1/cases?state=overdue&limit=10").body, R"({"tasks":[],"cases":[],"total":0})");
  EXPECT_EQ(Get("/v1/alerts?state=firing").body, R"({"tasks":[],"episodes":[]})");
  EXPECT_EQ(Get("/v1/data-quality").body, R"({"tasks":[],"sources":[],"units":[]})");
}

}  // namespace
}  // namespace vardvakt::gateway
