#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/monitoring_servers.h"

// `vardvakt serve`, from an event to Alertmanager and Prometheus.
namespace vardvakt {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testkit::ChildProcess;

constexpr std::string_view kQuiet = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
constexpr std::ptrdiff_t kMaxSeries = 5000;

// The program, found beside this one's folder.
std::string Vardvakt() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "vardvakt").string();
}

class ServeTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = {Vardvakt(),    "serve",       "--config",    "config",
                                        "--data-dir",  dir_ / "data", "--port",      "0",
                                        "--grpc-port", "0",           "--log-level", "error"};
    command.insert(command.end(), more.begin(), more.end());
    serve_ = std::make_unique<ChildProcess>(command);
    const auto address = serve_->ReadLine();
    ASSERT_TRUE(address.has_value());
    address_ = *address;
    testkit::HttpGetUntil(address_ + "/readyz", "\"ready\":true");
  }
  // An event of one mission, `ago` before now.
  void Post(std::string_view event_id, std::string_view milestone, Duration ago) {
    const Instant now = clock_.Now();
    const std::string body =
        Cat(R"({"event_id":")", event_id,
            R"(","source":"test","stream":"ambulance","case_id":"mission-1","occurred_at":")",
            FormatMillis(now - ago), R"(","recorded_at":")", FormatMillis(now), R"(","milestone":")",
            milestone, R"(","attributes":{"priority":"1","municipality":"0680"}})", "\n");
    const auto answer = http::Client().Send({.method = "POST",
                                             .url = http::ParseUrl(address_ + "/v1/events").value(),
                                             .headers = {{"Content-Type", "application/x-ndjson"}},
                                             .body = body});
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_THAT(answer->body, HasSubstr("\"accepted\":1"));
  }

  const runtime::SystemClock clock_;
  const testkit::TempDir dir_;
  std::unique_ptr<ChildProcess> serve_;
  std::string address_;
};

TEST_F(ServeTest, AMissionWithoutAUnitIsToldAndTakenBack) {
  const testkit::AlertmanagerServer alertmanager(kQuiet);
  Start({"--alertmanager", alertmanager.url(), "--alert-resend", "1s"});
  Post("1", "call_received", minutes(3));
  EXPECT_THAT(alertmanager.AlertsUntil("ambulance_unit_not_assigned"),
              AllOf(HasSubstr("\"key\":\"0680\""), HasSubstr("Jönköping"), Not(HasSubstr("mission-1"))));
  serve_->Kill9();
  Start({"--alertmanager", alertmanager.url(), "--alert-resend", "1s"});
  Post("2", "unit_alarmed", minutes(1));
  EXPECT_EQ(alertmanager.AlertsUntil("[]\n"), "[]\n");
}

TEST_F(ServeTest, PromtoolFindsNothingToSayAndTheSeriesAreFew) {
  Start({"--webhook", "http://127.0.0.1:1/nobody"});
  Post("1", "call_received", minutes(3));
  const std::string metrics = testkit::HttpGetUntil(
      address_ + "/metrics", "rule=\"ambulance_unit_not_assigned\",severity=\"warning\"} 1");
  std::FILE* promtool = ::popen("promtool check metrics 2>&1", "w");
  ASSERT_NE(promtool, nullptr);
  std::fwrite(metrics.data(), 1, metrics.size(), promtool);
  EXPECT_EQ(::pclose(promtool), 0);
  EXPECT_LE(std::ranges::count(metrics, '\n'), kMaxSeries);
  EXPECT_THAT(metrics, Not(HasSubstr("mission-1")));
}

TEST_F(ServeTest, PrometheusScrapesIt) {
  Start();
  std::ifstream file("deploy/prometheus/prometheus.yml");
  std::string config(std::istreambuf_iterator<char>(file), {});
  const std::string there = "127.0.0.1:8080";
  const size_t at = config.find(there);
  ASSERT_NE(at, std::string::npos);
  config.replace(at, there.size(), address_.substr(std::string_view("http://").size()));
  std::filesystem::copy("deploy/prometheus/rules", dir_ / "rules");
  std::ofstream(dir_ / "prometheus.yml") << config;
  const testkit::PrometheusServer prometheus(dir_ / "prometheus.yml");
  EXPECT_THAT(
      testkit::HttpGetUntil(prometheus.url() + "/api/v1/query?query=vardvakt_task_caught_up", "\"value\""),
      HasSubstr("\"service\":\"serve\""));
}

TEST_F(ServeTest, BeyondLoopbackIsRefusedWithTheReason) {
  const std::string log = dir_ / "log";
  ChildProcess refused(
      {Vardvakt(), "serve", "--config", "config", "--data-dir", dir_ / "data", "--listen", "0.0.0.0"},
      ChildProcess::Output{log});
  EXPECT_EQ(refused.Wait(), 1);
  std::ifstream file(log);
  const std::string said(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(said,
              AllOf(HasSubstr("refusing to listen on 0.0.0.0"), HasSubstr("authentication is not configured"),
                    HasSubstr("Give --listen a loopback address")));
}

}  // namespace
}  // namespace vardvakt
