#include "lib/adapters/http/client.h"

#include <cstdlib>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/http/server.h"
#include "lib/base/strings.h"
#include "lib/testkit/child_process.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseUrlTest, TakesApartWhatIsOne) {
  const auto url = ParseUrl("https://alerts.example:9093/api/v2/alerts?x=1#f");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->Authority(), "alerts.example:9093");
  EXPECT_EQ(url->target, "/api/v2/alerts?x=1");
  EXPECT_EQ(ParseUrl("http://a")->Authority(), "a:80");
  EXPECT_EQ(ParseUrl("https://a?x")->target, "/?x");
  EXPECT_EQ(ParseUrl("http://[::1]:8080")->Authority(), "[::1]:8080");
}

TEST(ParseUrlTest, RefusesTheRestWithoutRepeatingIt) {
  for (const std::string_view bad :
       {"", "a", "ftp://a", "http://", "http://:80", "http://u:secret@a/", "http://a:0", "http://a:65536",
        "http://a:x", "http://[::1", "http://[::1]x", "http://a/ b", "http://a\r\nX: y"}) {
    const auto url = ParseUrl(bad);
    ASSERT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(url.status().ToString(), Not(HasSubstr("secret")));
  }
}

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    Router router;
    router.Post("/echo", [](const Request& request, const Respond& respond) {
      respond({.status = 202, .body = Cat(request.headers.find("x-test")->second, " ", request.body)});
    });
    router.Get("/moved", [](const Request&, const Respond& respond) {
      respond({.status = 302, .headers = {{"Location", "/echo"}}});
    });
    router.Get("/large",
               [](const Request&, const Respond& respond) { respond({.body = std::string(100'000, 'x')}); });
    router.Get("/never", [this](const Request&, Respond respond) { held_.push_back(std::move(respond)); });
    server_ = Server::Start({}, std::move(router)).value();
  }
  ClientRequest To(std::string_view target) {
    return {.url = ParseUrl(Cat("http://127.0.0.1:", server_->port(), target)).value()};
  }

  std::vector<Respond> held_;
  std::unique_ptr<Server> server_;
};

TEST_F(ClientTest, SendsHeadersAndBodyAndReadsTheAnswer) {
  ClientRequest request = To("/echo");
  request.method = "POST";
  request.headers = {{"X-Test", "hej"}};
  request.body = "body";
  const auto answer = Client().Send(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "hej body");
  EXPECT_EQ(answer->headers.find("content-length")->second, "8");
}

TEST_F(ClientTest, FollowsNoRedirect) { EXPECT_EQ(Client().Send(To("/moved"))->status, 302); }

TEST_F(ClientTest, BoundsSizeAndTime) {
  EXPECT_EQ(Client({.max_response_bytes = 1000}).Send(To("/large")).status().code(),
            absl::StatusCode::kResourceExhausted);
  const auto late = Client({.timeout = milliseconds(50)}).Send(To("/never"));
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(late.status().ToString(), HasSubstr(Cat("127.0.0.1:", server_->port())));
}

TEST_F(ClientTest, NobodyThereIsUnavailable) {
  const ClientRequest request = To("/echo");
  server_->Stop();
  EXPECT_EQ(Client().Send(request).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ClientTest, CancelEndsWhatIsUnderWayAndWhatComesAfter) {
  Client client({.timeout = seconds(60)});
  absl::Status result;
  std::thread sender([&] { result = client.Send(To("/never")).status(); });
  client.Cancel();
  sender.join();
  EXPECT_EQ(result.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(client.Send(To("/echo")).status().code(), absl::StatusCode::kCancelled);
}

// OpenSSL's own server, with a certificate for 127.0.0.1 that only its own file vouches for.
class TlsClientTest : public ::testing::Test {
 protected:
  TlsClientTest() {
    const std::string make =
        Cat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout ",
            dir_ / "key.pem", " -out ", certificate_,
            " -subj /CN=test -addext subjectAltName=IP:127.0.0.1 2> ", dir_ / "log");
    EXPECT_EQ(std::system(make.c_str()), 0);
    server_ = std::make_unique<testkit::ChildProcess>(
        std::vector<std::string>{"/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key",
                                 dir_ / "key.pem", "-cert", certificate_});
    for (auto line = server_->ReadLine(); line; line = server_->ReadLine()) {
      if (line->starts_with("ACCEPT 127.0.0.1:")) port_ = line->substr(line->rfind(':') + 1);
      if (!port_.empty()) break;
    }
    EXPECT_FALSE(port_.empty());
  }
  absl::StatusOr<ClientResponse> Get(std::string_view host, const std::string& ca_file) {
    return Client({.ca_file = ca_file})
        .Send({.url = ParseUrl(Cat("https://", host, ":", port_, "/")).value()});
  }

  const testkit::TempDir dir_;
  const std::string certificate_ = dir_ / "cert.pem";
  std::string port_;
  std::unique_ptr<testkit::ChildProcess> server_;
};

TEST_F(TlsClientTest, TrustsWhomTheFileVouchesFor) {
  const auto answer = Get("127.0.0.1", certificate_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
}

TEST_F(TlsClientTest, RefusesAStrangerAndAWrongName) {
  const auto stranger = Get("127.0.0.1", "");
  EXPECT_EQ(stranger.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(stranger.status().ToString(), HasSubstr("no trusted TLS connection"));
  EXPECT_EQ(Get("localhost", certificate_).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get("127.0.0.1", dir_ / "none").status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace vardvakt::http
