#include "lib/runtime/health.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"

namespace vardvakt::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(HealthTest, ReadyWhenEveryPartIs) {
  Health health;
  health.SetNotReady("store", "opening");
  health.SetNotReady("log", "\"not\" reachable");
  EXPECT_EQ(health.Readiness().status, 503);
  EXPECT_EQ(health.Readiness().body,
            "{\"ready\":false,\"reasons\":[{\"part\":\"log\",\"reason\":\"\\\"not\\\" reachable\"},"
            "{\"part\":\"store\",\"reason\":\"opening\"}]}\n");
  health.SetReady("store");
  EXPECT_FALSE(health.ready());
  health.SetReady("log");
  EXPECT_TRUE(health.ready());
  EXPECT_EQ(health.Readiness().body, "{\"ready\":true,\"reasons\":[]}\n");
}

TEST(HealthTest, WhatIsDeadIsNotReadyEither) {
  Health health;
  EXPECT_EQ(health.Liveness().status, 200);
  health.SetDead("store", "damaged");
  EXPECT_EQ(health.Liveness().body,
            "{\"alive\":false,\"reasons\":[{\"part\":\"store\",\"reason\":\"damaged\"}]}\n");
  EXPECT_FALSE(health.ready());
}

TEST(HealthTest, IsServedWithTheMetrics) {
  Health health;
  http::Router router;
  AddAdminRoutes(router, health, [] { return std::string("up 1\n"); });
  const auto server = http::Server::Start({}, std::move(router)).value();
  const auto get = [&](std::string_view path) {
    return http::Client()
        .Send({.url = http::ParseUrl(Cat("http://127.0.0.1:", server->port(), path)).value()})
        .value();
  };
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  health.SetNotReady("log", "behind");
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/metrics").body, "up 1\n");
  EXPECT_EQ(get("/metrics").headers.find("content-type")->second, "text/plain; version=0.0.4; charset=utf-8");
}

TEST(CheckListenAddressTest, LoopbackOnly) {
  for (const std::string_view fine : {"127.0.0.1", "127.1.2.3", "::1"}) {
    EXPECT_TRUE(CheckListenAddress(fine, "--address").ok()) << fine;
  }
  for (const std::string_view beyond :
       {"0.0.0.0", "192.168.1.5", "::", "fe80::1", "128.0.0.1", "::ffff:10.0.0.1"}) {
    const absl::Status refused = CheckListenAddress(beyond, "--http-address");
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << beyond;
    EXPECT_THAT(refused.ToString(),
                AllOf(HasSubstr(std::string(beyond)), HasSubstr("authentication is not configured"),
                      HasSubstr("Give --http-address a loopback address")));
  }
  EXPECT_EQ(CheckListenAddress("localhost", "--address").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace vardvakt::runtime
