// All services in one process, spoken to by HTTP, on a clock that the test moves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"
#include "lib/runtime/json_logger.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/temp_dir.h"
#include "services/process/configuration.h"
#include "services/vardvakt/node.h"

namespace vardvakt::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kPrio1 = "ambulance_prio1_20min";

class ServeTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.storage.data_dir = dir_.path();
    options_.listen = {.http_port = 0, .grpc_port = 0};
    auto configuration = process::LoadConfiguration(options_.config);
    ASSERT_TRUE(configuration.ok()) << configuration.status();
    configuration_ = *configuration;
    Start();
  }

  void Start() {
    lifecycle_.emplace(logger_, seconds(30));
    context_.emplace(runtime::Context{real_clock_, logger_, signals_, *lifecycle_});
    auto node = StartNode(options_, configuration_, clock_, *context_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *node;
    Await([&] { return Get("/readyz").status == 200; }, "ready");
  }
  void Stop() {
    node_.reset();
    lifecycle_->Stop();
  }
  void TearDown() override { Stop(); }

  http::ClientResponse Send(std::string method, const std::string& target, std::string body = "") {
    auto url = http::ParseUrl(node_->address + target);
    auto response = client_.Send({.method = std::move(method), .url = *url, .body = std::move(body)});
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : http::ClientResponse{};
  }
  http::ClientResponse Get(const std::string& target) { return Send("GET", target); }

  template <typename Condition>
  void Await(Condition condition, std::string_view what) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << what;
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  void AwaitBody(const std::string& target, const std::string& text) {
    std::string last;
    Await([&] { return (last = Get(target).body).find(text) != std::string::npos; },
          Cat(target, " has ", text));
    if (HasFatalFailure()) ADD_FAILURE() << last;
  }

  std::string Event(std::string_view id, std::string_view milestone, std::string_view more = "") {
    const std::string now = FormatMillis(clock_.Now());
    return Cat(R"({"event_id":")", id,
               R"(","source":"zenit","stream":"ambulance","case_id":"m1","milestone":")", milestone,
               R"(","occurred_at":")", now, R"(","recorded_at":")", now, "\"", more, "}\n");
  }
  std::string Call() {
    return Event("e1", "call_received", R"(,"attributes":{"priority":"1","municipality":"0680"})");
  }
  void Post(const std::string& body) {
    http::ClientResponse response = Send("POST", "/v1/events", body);
    EXPECT_EQ(response.status, 200) << response.body;
  }
  std::string Cases(const std::string& state) {
    return Cat("/v1/cases?indicator=", kPrio1, "&state=", state);
  }
  std::string Region24h() {
    return Cat("/v1/compliance?measure=decided&level=region&window=24h&indicator=", kPrio1);
  }

  testkit::TempDir dir_;
  NodeOptions options_;
  std::shared_ptr<const config::Configuration> configuration_;
  testkit::ManualClock clock_;
  runtime::SystemClock real_clock_;
  runtime::JsonLogger logger_{"serve-test", LogLevel::kError, real_clock_};
  runtime::Signals signals_{logger_};
  std::optional<runtime::Lifecycle> lifecycle_;
  std::optional<runtime::Context> context_;
  std::shared_ptr<Node> node_;
  http::Client client_;
};

TEST_F(ServeTest, AMissionWithoutAnArrivalIsAtRiskThenOverdueThenAMiss) {
  Post(Call());
  AwaitBody(Region24h(), R"("open":1,"at_risk":0,"overdue":0)");
  EXPECT_THAT(Get(Cases("at_risk")).body, HasSubstr(R"("cases":[])"));

  clock_.Advance(minutes(15) + milliseconds(1));
  AwaitBody(Cases("at_risk"), R"("case_id":"m1")");
  AwaitBody("/v1/alerts?state=firing", R"("rule":"ambulance_prio1_at_risk")");

  clock_.Advance(minutes(5) + seconds(2));
  AwaitBody(Cases("overdue"), R"("case_id":"m1")");
  EXPECT_THAT(Get(Cases("at_risk")).body, HasSubstr(R"("cases":[])"));
  AwaitBody("/v1/alerts?state=firing", R"("rule":"ambulance_prio1_overdue")");

  Post(Event("e2", "arrived", R"(,"resource":"A1","resource_kind":"ambulance")"));
  AwaitBody(Region24h(), R"("n":1,"n_before":1)");
  EXPECT_THAT(Get(Region24h()).body, HasSubstr(R"("within":0)"));
  EXPECT_THAT(Get(Cases("overdue")).body, HasSubstr(R"("cases":[])"));
  clock_.Advance(seconds(2));
  AwaitBody("/v1/alerts?state=resolved", R"("rule":"ambulance_prio1_overdue")");
}

TEST_F(ServeTest, AfterAStopAndAStartTheNumbersAreTheSameAndDeadlinesThatPassedAreToldAtOnce) {
  Post(Call());
  AwaitBody(Region24h(), R"("open":1)");
  Stop();
  clock_.Advance(minutes(25));
  Start();
  AwaitBody(Region24h(), R"("open":1,"at_risk":0,"overdue":1)");
}

TEST_F(ServeTest, WhoWaitedAtMidnightIsKeptAsKnownThen) {
  Post(Call());
  AwaitBody(Region24h(), R"("open":1)");
  const std::string from = FormatMillis(clock_.Now());
  clock_.Advance(hours(24));
  Post(Event("e2", "arrived", R"(,"resource":"A1","resource_kind":"ambulance")"));
  const std::string to = FormatMillis(clock_.Now());
  AwaitBody(Region24h(), R"("n":1,"n_before":1)");
  AwaitBody(Cat("/v1/series?measure=waiting&step=day&indicator=", kPrio1, "&from=", from, "&to=", to),
            R"("open":1,"at_risk":0,"overdue":1)");
}

// The configuration is edited while the program runs, and SIGHUP says so.
class RedefineTest : public ServeTest {
 protected:
  void SetUp() override {
    std::filesystem::copy("config", directory(), std::filesystem::copy_options::recursive);
    options_.config = directory();
    ServeTest::SetUp();
  }
  std::string directory() const { return config_dir_ / "config"; }
  void Replace(const std::string& file, const std::string& from, const std::string& to) {
    const std::string path = Cat(directory(), "/", file);
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::string changed = text.str();
    ASSERT_NE(changed.find(from), std::string::npos) << from;
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(path) << changed;
  }
  static void HangUp() { ::kill(::getpid(), SIGHUP); }

  testkit::TempDir config_dir_;
};

TEST_F(RedefineTest, AStricterLimitIsInForceUnderItsRevisionAndABadFileChangesNothing) {
  Post(Call());
  clock_.Advance(minutes(16));
  AwaitBody(Cases("at_risk"), R"("case_id":"m1")");
  Replace("indicators/ambulance.yaml", "limit: 20min", "limit: 15min");
  Replace("indicators/ambulance.yaml", "after: 15min", "after: 10min");
  HangUp();
  AwaitBody("/metrics", "vardvakt_config_last_reload_successful 0");
  EXPECT_THAT(Get(Cases("at_risk")).body, HasSubstr(R"("revision":1)"));

  Replace("revision.yaml", "revision: 1", "revision: 2");
  HangUp();
  AwaitBody(Cases("overdue"), R"("case_id":"m1")");
  EXPECT_THAT(Get(Cases("overdue")).body, HasSubstr(R"("revision":2)"));
  AwaitBody("/metrics", "vardvakt_config_last_reload_successful 1");
  AwaitBody("/metrics", R"(vardvakt_task_judged_ratio{region="06",stream="ambulance"} 1)");
  AwaitBody("/metrics", R"(vardvakt_task_cases{region="06",stream="ambulance"} 1)");
  clock_.Advance(seconds(2));
  AwaitBody("/v1/alerts?state=firing", R"("rule":"ambulance_prio1_overdue")");
}

TEST_F(RedefineTest, AStartWithOtherDefinitionsUnderTheSameRevisionIsRefusedWithTheRemedy) {
  Post(Call());
  AwaitBody(Region24h(), R"("open":1)");
  Stop();
  Replace("indicators/ambulance.yaml", "limit: 20min", "limit: 18min");
  const auto changed = process::LoadConfiguration(directory());
  ASSERT_TRUE(changed.ok()) << changed.status();
  lifecycle_.emplace(logger_, seconds(30));
  context_.emplace(runtime::Context{real_clock_, logger_, signals_, *lifecycle_});
  const auto refused = StartNode(options_, *changed, clock_, *context_);
  EXPECT_THAT(std::string(ToStd(refused.status().message())),
              HasSubstr("set `revision` in revision.yaml to 2"));
}

TEST_F(ServeTest, OnlyWhatTheLogHasIsCountedAndRejectsAreDeadLetters) {
  const std::string future =
      R"({"event_id":"f","source":"zenit","stream":"ambulance","case_id":"m2","milestone":"call_received",)"
      R"("occurred_at":"2099-01-01T00:00:00Z","recorded_at":"2099-01-01T00:00:00Z"})";
  http::ClientResponse response = Send("POST", "/v1/events", Cat(Call(), future, "\n{\"broken\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("accepted":1,"rejected":2,"unavailable":0)"));
  EXPECT_THAT(response.body, HasSubstr("from_the_future"));
  auto reader = node_->log->OpenReader({"vardvakt.dead-letters.v1", 0}, 0);
  ASSERT_TRUE(reader.ok());
  auto end = (*reader)->End();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, 2);
}

TEST_F(ServeTest, ASecondProcessOnTheDirectoryIsRefusedByName) {
  runtime::Lifecycle lifecycle(logger_, seconds(30));
  runtime::Context context{real_clock_, logger_, signals_, lifecycle};
  auto second = StartNode(options_, configuration_, clock_, context);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(dir_.path()));
}

TEST_F(ServeTest, BeyondLoopbackNothingListens) {
  testkit::TempDir other;
  NodeOptions options = options_;
  options.storage.data_dir = other.path();
  options.listen.address = "0.0.0.0";
  runtime::Lifecycle lifecycle(logger_, seconds(30));
  runtime::Context context{real_clock_, logger_, signals_, lifecycle};
  auto refused = StartNode(options, configuration_, clock_, context);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("authentication"));
}

}  // namespace
}  // namespace vardvakt::cli
