#include "services/ingest/way_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "lib/adapters/http/client.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_log.h"

namespace vardvakt::ingest {
namespace {

using testing::HasSubstr;

std::string Line(const std::string& case_id) {
  return R"({"event_id":"e1","source":"zenit","stream":"ambulance","case_id":")" + case_id +
         R"(","milestone":"call_received","occurred_at":"2026-04-15T10:00:00Z","recorded_at":"2026-04-15T10:00:00Z"})";
}

class WayInTest : public testing::Test {
 protected:
  ~WayInTest() override { publisher_->Stop(); }

  void SetUp() override {
    ASSERT_TRUE(log_.EnsureTopics(engine::Topics({"ambulance"}, 1)).ok());
    auto configuration = std::make_shared<config::Configuration>();
    configuration->intake.streams["ambulance"].name = "ambulance";
    configuration->regions.resize(1);
    configuration->regions[0].code = "06";
    publisher_ =
        Publisher::Create(configuration, log_.appender(), clock_, metrics_, {.deadline = milliseconds(200)});
    http::Router router;
    AddRoutes(router, publisher_, workers_, metrics_);
    auto server = http::Server::Start({.max_body_bytes = 100'000}, std::move(router));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  http::ClientResponse Post(std::string body) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = {.scheme = "http", .host = "127.0.0.1", .port = server_->port(), .target = "/v1/events"};
    request.body = std::move(body);
    auto response = client_.Send(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : http::ClientResponse{};
  }

  size_t Appended(const std::string& topic) { return log_.Records({topic, 0}).size(); }

  testkit::ManualClock clock_;
  testkit::MemoryLog log_{clock_};
  engine::NoMetrics metrics_;
  runtime::WorkerPool workers_{2, 100};
  std::shared_ptr<Publisher> publisher_;
  std::unique_ptr<http::Server> server_;
  http::Client client_;
};

TEST_F(WayInTest, EveryLineHasItsResult) {
  http::ClientResponse response = Post("\xEF\xBB\xBF" + Line("a") + "\r\n\r\n{\"broken\n" + Line("b"));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("accepted":2,"rejected":1,"unavailable":0)"));
  EXPECT_THAT(response.body, HasSubstr(R"({"index":0,"accepted":true,"reason":"","detail":""})"));
  EXPECT_THAT(response.body, HasSubstr(R"({"index":2,"accepted":false,"reason":"malformed")"));
  EXPECT_THAT(response.body, HasSubstr(R"({"index":3,"accepted":true)"));
  EXPECT_EQ(Appended("vardvakt.ambulance.v1"), 2U);
  EXPECT_EQ(Appended("vardvakt.dead-letters.v1"), 1U);
}

TEST_F(WayInTest, ABodyThatIsNoNdjsonIsRefusedWholeAndKeptNowhere) {
  for (const std::string& body : {std::string(), std::string("\n\n"), std::string("<html></html>\n"),
                                  std::string(50'000, '['), std::string("\x1f\x8b\x08\0\0", 5)}) {
    http::ClientResponse response = Post(body);
    EXPECT_EQ(response.status, 400) << body.substr(0, 20);
    EXPECT_THAT(response.body, HasSubstr("no NDJSON"));
  }
  EXPECT_EQ(Appended("vardvakt.dead-letters.v1"), 0U);
}

TEST_F(WayInTest, ATooLargeBodyIsRefused) { EXPECT_EQ(Post(std::string(200'000, '{')).status, 413); }

TEST_F(WayInTest, ASlowLogPushesBack) {
  log_.HoldAcknowledgements();
  http::ClientResponse response = Post(Line("a"));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers["retry-after"], "1");
  EXPECT_THAT(response.body, HasSubstr(R"("unavailable":1)"));
  log_.ReleaseAcknowledgements();
}

TEST_F(WayInTest, PartOfABodyThatTheLogTookIsReportedLineByLine) {
  log_.FailAppends(1, absl::UnavailableError("no leader"), false);
  http::ClientResponse response = Post(Line("a") + "\n" + Line("b"));
  EXPECT_EQ(response.status, 429);
  EXPECT_THAT(response.body, HasSubstr(R"("accepted":1,"rejected":0,"unavailable":1)"));
}

class GrpcWayInTest : public WayInTest {
 protected:
  absl::StatusOr<v1::PublishEventsResponse> Publish(const v1::PublishEventsRequest& request) {
    std::promise<absl::StatusOr<v1::PublishEventsResponse>> answer;
    api_->PublishEvents(request,
                        [&](absl::StatusOr<v1::PublishEventsResponse> r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  }
  static void AddEvent(v1::PublishEventsRequest& request) {
    event::v1::Event& event = *request.add_events();
    event.set_event_id("e1");
    event.set_source("zenit");
    event.set_stream("ambulance");
    event.set_case_id("a");
    event.mutable_recorded_at()->set_seconds(1'776'247'200);
  }
  void SetUp() override {
    WayInTest::SetUp();
    api_ = MakeIngestApi(publisher_, workers_, metrics_);
  }
  std::unique_ptr<wire::IngestApi> api_;
};

TEST_F(GrpcWayInTest, EveryEventHasItsResult) {
  v1::PublishEventsRequest request;
  AddEvent(request);
  request.add_events();
  auto response = Publish(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->accepted(), 1);
  EXPECT_EQ(response->results(1).reason(), "missing_field");
}

TEST_F(GrpcWayInTest, WhenNothingWasTakenTheCallIsRefused) {
  log_.HoldAcknowledgements();
  v1::PublishEventsRequest request;
  AddEvent(request);
  EXPECT_TRUE(absl::IsResourceExhausted(Publish(request).status()));
  log_.ReleaseAcknowledgements();
}

}  // namespace
}  // namespace vardvakt::ingest
