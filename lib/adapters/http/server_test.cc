#include "lib/adapters/http/server.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/http/raw_connection_test_util.h"
#include "lib/base/strings.h"

namespace vardvakt::http {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kHost = "Host: localhost\r\n";

std::string Get(std::string_view target, std::string_view headers = "") {
  return Cat("GET ", target, " HTTP/1.1\r\n", kHost, headers, "\r\n");
}
std::string GetAndClose(std::string_view target) { return Get(target, "Connection: close\r\n"); }

// Keeps a request until the test answers it.
class Held {
 public:
  void Put(Respond respond) {
    std::lock_guard lock(mutex_);
    respond_ = std::move(respond);
    changed_.notify_all();
  }
  Respond Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return respond_ != nullptr; });
    return std::exchange(respond_, nullptr);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Respond respond_;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    router_.Get("/hello", [](const Request&, const Respond& respond) { respond({.body = "{\"hello\":1}"}); });
    router_.Get("/echo/{what}", [](const Request& request, const Respond& respond) {
      std::string body = Cat(request.path_parameters.find("what")->second, "|");
      for (const auto& [name, value] : request.query) CatTo(body, name, "=", value, ";");
      respond({.content_type = "text/plain", .body = body});
    });
    router_.Post("/size", [](const Request& request, const Respond& respond) {
      respond({.body = Cat(request.body.size())});
    });
    router_.Get("/held", [this](const Request&, Respond respond) { held_.Put(std::move(respond)); });
    router_.Get("/dropped", [](const Request&, const Respond&) {});
    router_.Get("/throws", [](const Request&, const Respond&) { throw std::runtime_error("secret"); });
    router_.Get("/split", [](const Request&, const Respond& respond) {
      respond({.body = "x", .headers = {{"X-Value", "a\r\nX-Other: b"}}});
    });
  }
  void Start() {
    auto server = Server::Start(options_, router_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  // What the server says to `bytes` until it closes.
  std::string Exchange(std::string_view bytes) {
    RawConnection connection(server_->port());
    connection.Send(bytes);
    return connection.ReadUntilClosed();
  }

  Held held_;
  Router router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersWithTheHandlersBody) {
  Start();
  const std::string answer = Exchange(GetAndClose("/hello"));
  EXPECT_THAT(answer,
              StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n"));
  EXPECT_THAT(answer, AllOf(HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\n{\"hello\":1}")));
}

TEST_F(ServerTest, HeadIsGetWithoutTheBody) {
  Start();
  const std::string answer = Exchange(Cat("HEAD /hello HTTP/1.1\r\n", kHost, "Connection: close\r\n\r\n"));
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 11\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(ServerTest, PathAndQueryAreDecoded) {
  Start();
  EXPECT_THAT(Exchange(GetAndClose("/echo/J%C3%B6n%20a+b?x=1%2B2&y=a+b&&z")),
              EndsWith("Jön a+b|x=1+2;y=a b;z=;"));
  EXPECT_THAT(Exchange(GetAndClose("http://other:80/echo/a")), EndsWith("a|"));
  for (const std::string_view bad :
       {"/echo/%", "/echo/%4", "/echo/%zz", "/echo/%00", "/echo/a%0a", "/echo/a?x=%1"}) {
    EXPECT_THAT(Exchange(GetAndClose(bad)), StartsWith("HTTP/1.1 400 ")) << bad;
  }
}

TEST_F(ServerTest, UnknownPathAndWrongMethod) {
  Start();
  const std::string unknown = Exchange(GetAndClose("/nothing%3Cscript%3E"));
  EXPECT_THAT(unknown, AllOf(StartsWith("HTTP/1.1 404 "), Not(HasSubstr("script"))));
  const std::string wrong = Exchange(Cat("DELETE /hello HTTP/1.1\r\n", kHost, "Connection: close\r\n\r\n"));
  EXPECT_THAT(wrong, AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
}

TEST_F(ServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInTurn) {
  Start();
  RawConnection connection(server_->port());
  connection.Send(Get("/held") + Get("/echo/second") + GetAndClose("/echo/third"));
  held_.Take()({.content_type = "text/plain", .body = "first"});
  const std::string answers = connection.ReadUntilClosed();
  const size_t first = answers.find("first");
  const size_t second = answers.find("second|");
  EXPECT_LT(first, second);
  EXPECT_LT(second, answers.find("third|"));
  EXPECT_NE(answers.find("third|"), std::string::npos);
}

TEST_F(ServerTest, Http10ClosesUnlessAskedNotTo) {
  Start();
  EXPECT_THAT(Exchange("GET /hello HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 OK\r\n"));
  RawConnection connection(server_->port());
  connection.Send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(connection.ReadUntil("{\"hello\":1}"), HasSubstr("Connection: keep-alive\r\n"));
  connection.Send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(connection.ReadUntilClosed(), EndsWith("{\"hello\":1}"));
}

TEST_F(ServerTest, SlowHeadersAre408) {
  options_.header_timeout = milliseconds(100);
  Start();
  EXPECT_THAT(Exchange("GET /hello HT"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, SlowBodyIs408) {
  options_.body_timeout = milliseconds(100);
  Start();
  EXPECT_THAT(Exchange(Cat("POST /size HTTP/1.1\r\n", kHost, "Content-Length: 5\r\n\r\nabc")),
              StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, IdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = milliseconds(100);
  Start();
  EXPECT_THAT(Exchange(""), IsEmpty());
}

TEST_F(ServerTest, TooLargeHeaderIs431) {
  options_.max_header_bytes = 1000;
  Start();
  const std::string filler(2000, 'a');
  EXPECT_THAT(Exchange(Get("/hello", Cat("X-Filler: ", filler, "\r\n"))), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange(Get(Cat("/", filler))), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, TooLargeBodyIs413AlsoWhileItIsBeingSent) {
  options_.max_body_bytes = 1000;
  Start();
  const std::string body(4'000'000, 'b');
  EXPECT_THAT(Exchange(Cat("POST /size HTTP/1.1\r\n", kHost, "Content-Length: 4000000\r\n\r\n", body)),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("1000 bytes")));
  EXPECT_THAT(
      Exchange(Cat("POST /size HTTP/1.1\r\n", kHost, "Transfer-Encoding: chunked\r\n\r\n3d0900\r\n", body)),
      StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ChunkedAndExpectedBodiesAreRead) {
  Start();
  EXPECT_THAT(Exchange(Cat(
                  "POST /size HTTP/1.1\r\n", kHost,
                  "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
              EndsWith("\r\n\r\n5"));
  RawConnection connection(server_->port());
  connection.Send(Cat("POST /size HTTP/1.1\r\n", kHost,
                      "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  EXPECT_EQ(connection.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.Send("abc");
  EXPECT_THAT(connection.ReadUntilClosed(), EndsWith("\r\n\r\n3"));
}

TEST_F(ServerTest, BodiesUnderWayAreBoundedTogether) {
  options_.max_body_bytes_under_way = 100;
  Start();
  RawConnection first(server_->port());
  first.Send(Cat("POST /size HTTP/1.1\r\n", kHost, "Expect: 100-continue\r\nContent-Length: 80\r\n\r\n"));
  first.ReadUntil("\r\n\r\n");
  const std::string small =
      Cat("POST /size HTTP/1.1\r\n", kHost, "Connection: close\r\nContent-Length: 30\r\n\r\n");
  const std::string body(80, 'b');
  EXPECT_THAT(Exchange(Cat(small, body.substr(0, 30))), StartsWith("HTTP/1.1 503 "));
  first.Send(body);
  EXPECT_THAT(first.ReadUntil("80"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Exchange(Cat(small, body.substr(0, 30))), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, WhatIsNoRequestIs400) {
  Start();
  for (const std::string& bad :
       {std::string("\x16\x03\x01\x02\r\n\r\n"), std::string("GET /hello HTTP/1.1\r\n\r\n"),
        Cat("GET /hello HTTP/1.1\r\n", kHost, kHost, "\r\n"), Cat("GET /hello HTTP/9.1\r\n", kHost, "\r\n"),
        Cat("POST /size HTTP/1.1\r\n", kHost, "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        Cat("POST /size HTTP/1.1\r\n", kHost,
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Cat("GET hello HTTP/1.1\r\n", kHost, "Connection: close\r\n\r\n")}) {
    EXPECT_THAT(Exchange(bad), StartsWith("HTTP/1.1 400 ")) << bad;
  }
}

TEST_F(ServerTest, AHandlerThatThrowsOrForgetsIs500AndASlowOne504) {
  options_.respond_timeout = milliseconds(100);
  Start();
  EXPECT_THAT(Exchange(GetAndClose("/throws")), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("secret"))));
  EXPECT_THAT(Exchange(GetAndClose("/dropped")), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(Exchange(Get("/held")), StartsWith("HTTP/1.1 504 "));
  held_.Take()({.body = "too late"});
}

TEST_F(ServerTest, AHeaderValueCantAddAHeader) {
  Start();
  EXPECT_THAT(Exchange(GetAndClose("/split")), HasSubstr("X-Value: a  X-Other: b\r\n"));
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreRefused) {
  options_.max_connections = 1;
  Start();
  RawConnection first(server_->port());
  first.Send(Get("/hello"));
  first.ReadUntil("{\"hello\":1}");
  EXPECT_THAT(Exchange(""), StartsWith("HTTP/1.1 503 "));
  first.Send(Get("/hello"));
  EXPECT_THAT(first.ReadUntil("{\"hello\":1}"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, StopLetsRequestsUnderWayFinish) {
  Start();
  RawConnection idle(server_->port());
  RawConnection busy(server_->port());
  busy.Send(Get("/held"));
  Respond respond = held_.Take();
  std::thread stopper([this] { server_->Stop(seconds(60)); });
  EXPECT_THAT(idle.ReadUntilClosed(), IsEmpty());
  respond({.body = "done"});
  EXPECT_THAT(busy.ReadUntilClosed(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("done")));
  stopper.join();
  EXPECT_FALSE(RawConnection(server_->port()).connected());
}

TEST_F(ServerTest, StopEndsWhatDoesNotFinishInTime) {
  Start();
  RawConnection busy(server_->port());
  busy.Send(Get("/held"));
  Respond respond = held_.Take();
  server_->Stop(milliseconds(10));
  EXPECT_THAT(busy.ReadUntilClosed(), IsEmpty());
  server_.reset();
  respond({.body = "after the end"});
}

TEST_F(ServerTest, ManyThreadsAnswerManyConnections) {
  options_.threads = 4;
  Start();
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([this, &answered] {
      RawConnection connection(server_->port());
      for (int j = 0; j < 100; ++j) {
        connection.Send(Get("/hello"));
        if (connection.ReadUntil("{\"hello\":1}").starts_with("HTTP/1.1 200 ")) ++answered;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 1600);
}

TEST_F(ServerTest, ATakenPortIsRefusedWithTheRemedy) {
  Start();
  const auto second = Server::Start({.port = server_->port()}, Router());
  ASSERT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(second.status().ToString(),
              AllOf(HasSubstr(Cat("127.0.0.1:", server_->port())), HasSubstr("choose")));
  EXPECT_EQ(Server::Start({.address = "localhost"}, Router()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(RouterTest, TheMoreLiteralPatternWins) {
  Router router;
  std::string called;
  const auto name = [&called](std::string text) {
    return [&called, text](const Request&, const Respond&) { called = text; };
  };
  router.Get("/v1/alerts/{id}", name("any"));
  router.Get("/v1/alerts/history", name("history"));
  router.Post("/v1/alerts/{id}:acknowledge", name("acknowledge"));
  const auto call = [&](std::string method, std::string path) {
    Request request{.method = std::move(method), .path = std::move(path)};
    Response error;
    const Handler* handler = router.Find(request, error);
    if (handler == nullptr) return Cat(error.status);
    (*handler)(request, nullptr);
    return Cat(called, ":", request.path_parameters["id"]);
  };
  EXPECT_EQ(call("GET", "/v1/alerts/7"), "any:7");
  EXPECT_EQ(call("GET", "/v1/alerts/history"), "history:");
  EXPECT_EQ(call("POST", "/v1/alerts/7:acknowledge"), "acknowledge:7");
  EXPECT_EQ(call("POST", "/v1/alerts/:acknowledge"), "405");
  EXPECT_EQ(call("GET", "/v1/alerts/"), "404");
  EXPECT_EQ(call("GET", "/v1/alerts"), "404");
}

TEST(ErrorResponseTest, QuotesWhatItSays) {
  const Response response = ErrorResponse(absl::InvalidArgumentError("a \"b\"\n<script>\xff"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\"a "
            "\\\"b\\\"\\n\\u003cscript\\u003e\\ufffd\"}}\n");
  EXPECT_EQ(ErrorResponse(absl::ResourceExhaustedError("")).status, 429);
  EXPECT_EQ(ErrorResponse(absl::UnavailableError("")).status, 503);
}

}  // namespace
}  // namespace vardvakt::http
