// The four services as processes of their own, on a real Apache Kafka.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/child_process.h"
#include "lib/testkit/kafka_server.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Program(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / name).string();
}

class FourServicesTest : public testing::Test {
 protected:
  void SetUp() override {
    testkit::ChildProcess create({Program("vardvakt"), "topics", "create", "--kafka", kafka_.bootstrap()});
    ASSERT_EQ(create.Wait(), 0);
    StartIngest();
    StartCompliance();
    Run("notifier", {"--kafka", kafka_.bootstrap(), "--data-dir", dir_ / "notifier"});
    Run("gateway", {"--compliance", Cat("127.0.0.1:", compliance_grpc_), "--grpc-port", "0"});
    for (const auto& [service, port] : ports_) AwaitReady(service);
  }

  void StartIngest() { Run("ingest", {"--kafka", kafka_.bootstrap(), "--grpc-port", "0"}); }
  void StartCompliance() {
    Run("compliance", {"--kafka", kafka_.bootstrap(), "--instance", "c1", "--session-timeout", "6s",
                       "--data-dir", dir_ / "compliance", "--grpc-port", std::to_string(compliance_grpc_)});
  }

  void Run(const std::string& service, std::vector<std::string> arguments) {
    const auto port = ports_.try_emplace(service, testkit::FreePort()).first;
    std::vector<std::string> command = {Program("vardvakt-" + service), "--port",
                                        std::to_string(port->second)};
    command.insert(command.end(), arguments.begin(), arguments.end());
    processes_[service] = std::make_unique<testkit::ChildProcess>(
        command, testkit::ChildProcess::Output{dir_ / (service + ".log")});
  }

  absl::StatusOr<http::ClientResponse> Send(const std::string& service, const std::string& target,
                                            std::string body = "") {
    http::ClientRequest request;
    request.method = body.empty() ? "GET" : "POST";
    request.url = {.scheme = "http",
                   .host = "127.0.0.1",
                   .port = static_cast<uint16_t>(ports_.at(service)),
                   .target = target};
    request.body = std::move(body);
    return client_.Send(request);
  }
  std::string Get(const std::string& service, const std::string& target) {
    auto response = Send(service, target);
    return response.ok() ? response->body : std::string(response.status().message());
  }

  template <typename Condition>
  void Await(Condition condition, const std::string& what) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(60);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << what;
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
  void AwaitReady(const std::string& service) {
    Await(
        [&] {
          auto response = Send(service, "/readyz");
          return response.ok() && response->status == 200;
        },
        Cat(service, " is ready"));
  }

  // A mission that ended `arrived_after` its call.
  std::string Mission(int number, Duration arrived_after) {
    const Instant call = clock_.Now() - hours(1);
    auto line = [&](std::string_view id, std::string_view milestone, Instant at, std::string_view more) {
      return Cat(R"({"event_id":")", number, id, R"(","source":"zenit","stream":"ambulance","case_id":"m)",
                 number, R"(","milestone":")", milestone, R"(","occurred_at":")", FormatMillis(at),
                 R"(","recorded_at":")", FormatMillis(at), "\"", more, "}\n");
    };
    return Cat(line("c", "call_received", call, R"(,"attributes":{"priority":"1","municipality":"0680"})"),
               line("a", "arrived", call + arrived_after, R"(,"resource":"A1","resource_kind":"ambulance")"));
  }

  void Publish(int first, int count) {
    std::string body;
    for (int i = first; i < first + count; ++i) body += Mission(i, i % 10 < 7 ? minutes(12) : minutes(25));
    auto response = Send("ingest", "/v1/events", body);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_THAT(response->body,
                HasSubstr(Cat(R"("accepted":)", 2 * count, R"(,"rejected":0,"unavailable":0)")));
  }
  void AwaitShare(int n, int within) {
    const std::string target =
        "/v1/compliance?indicator=ambulance_prio1_20min&level=region&measure=decided&window=24h";
    std::string last;
    Await(
        [&] {
          last = Get("gateway", target);
          return last.find(Cat(R"("n":)", n, ",")) != std::string::npos;
        },
        Cat(n, " decided"));
    EXPECT_THAT(last, HasSubstr(Cat(R"("within":)", within, ",")));
  }

  testkit::KafkaServer kafka_;
  testkit::TempDir dir_;
  runtime::SystemClock clock_;
  const int compliance_grpc_ = testkit::FreePort();
  std::map<std::string, int> ports_;
  std::map<std::string, std::unique_ptr<testkit::ChildProcess>> processes_;
  http::Client client_;
};

TEST_F(FourServicesTest, AnEventGoesFromIngestToTheGatewayAcrossKillsOfEachOnItsWay) {
  Publish(0, 100);
  AwaitShare(100, 70);

  processes_["compliance"]->Kill9();
  Publish(100, 50);
  EXPECT_THAT(Get("gateway", "/v1/compliance"), HasSubstr("can't be reached"));
  StartCompliance();
  AwaitShare(150, 105);

  processes_["ingest"]->Kill9();
  StartIngest();
  AwaitReady("ingest");
  Publish(100, 100);  // half of them a second time
  AwaitShare(200, 140);

  for (const auto& [service, port] : ports_) {
    processes_[service]->Signal(SIGTERM);
    EXPECT_EQ(processes_[service]->Wait(), 0) << service;
  }
}

}  // namespace
}  // namespace vardvakt
