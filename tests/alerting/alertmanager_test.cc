#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/alertmanager/sink.h"
#include "lib/base/strings.h"
#include "lib/testkit/monitoring_servers.h"
#include "tests/alerting/notifier_fixture.h"

namespace vardvakt {
namespace {

using domain::EpisodeState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testkit::AlertmanagerServer;

constexpr std::string_view kQuiet = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";

class AlertmanagerTest : public NotifierFixture {
 protected:
  void StartFor(const std::vector<const AlertmanagerServer*>& servers) {
    for (const AlertmanagerServer* server : servers) options_.alertmanagers.push_back(server->url());
    StartNotifier();
  }
};

TEST_F(AlertmanagerTest, AnEpisodeIsThereWhileItFires) {
  const AlertmanagerServer alertmanager(kQuiet);
  StartFor({&alertmanager});
  Say("00000000000000aa", EpisodeState::kPending);
  Say("00000000000000aa", EpisodeState::kFiring);
  EXPECT_THAT(alertmanager.AlertsUntil("00000000000000aa"),
              AllOf(HasSubstr("\"alertname\":\"ambulance_prio1_region_24h\""),
                    HasSubstr("\"severity\":\"page\""), HasSubstr("\"region\":\"06\""),
                    HasSubstr("\"level\":\"region\""), HasSubstr("n=34 within=21 share=0.617647"),
                    HasSubstr("Andelen är låg"), HasSubstr(FormatMillis(started_at_))));
  Say("00000000000000aa", EpisodeState::kResolved);
  EXPECT_EQ(alertmanager.AlertsUntil("[]\n"), "[]\n");
}

TEST_F(AlertmanagerTest, IsToldAgainAfterItsRestart) {
  AlertmanagerServer alertmanager(kQuiet);
  StartFor({&alertmanager});
  Say("00000000000000aa", EpisodeState::kFiring);
  alertmanager.AlertsUntil("00000000000000aa");
  alertmanager.Kill();
  Say("00000000000000bb", EpisodeState::kFiring);
  alertmanager.StartAgain();
  EXPECT_THAT(alertmanager.AlertsUntil("00000000000000aa"), HasSubstr("00000000000000aa"));
  EXPECT_THAT(alertmanager.AlertsUntil("00000000000000bb"), HasSubstr("00000000000000bb"));
}

TEST_F(AlertmanagerTest, EveryOneIsTold) {
  const AlertmanagerServer one(kQuiet), two(kQuiet);
  StartFor({&one, &two});
  Say("00000000000000aa", EpisodeState::kFiring);
  EXPECT_THAT(one.AlertsUntil("00000000000000aa"), HasSubstr("00000000000000aa"));
  EXPECT_THAT(two.AlertsUntil("00000000000000aa"), HasSubstr("00000000000000aa"));
}

TEST_F(AlertmanagerTest, SinksThatHangFailOrRefuseDelayNoOther) {
  WebhookReceiver hanging, failing, refusing;
  hanging.Hang();
  failing.AnswerWith(500);
  refusing.AnswerWith(400);
  const AlertmanagerServer alertmanager(kQuiet);
  options_.alertmanagers = {hanging.url()};
  options_.webhooks = {failing.url() + "/hook", refusing.url() + "/hook"};
  StartFor({&alertmanager});
  Say("00000000000000aa", EpisodeState::kFiring);
  EXPECT_THAT(alertmanager.AlertsUntil("00000000000000aa"), HasSubstr("00000000000000aa"));
  failing.AnswerWith(200);
  EXPECT_THAT(failing.Await("/hook", 1), SizeIs(1));
  EXPECT_EQ(refusing.requests(), 1);
  const std::string metrics = testkit::HttpGet(Cat("http://127.0.0.1:", admin_->port(), "/metrics"));
  EXPECT_THAT(metrics,
              HasSubstr(Cat("vardvakt_notifier_deliveries_total{result=\"refused\",sink=\"webhook:127.0.0.1:",
                            refusing.port(), "\"} 1\n")));
}

TEST_F(AlertmanagerTest, WhatIsOverBeforeTheStartPagesNobody) {
  const AlertmanagerServer alertmanager(kQuiet);
  WebhookReceiver webhook;
  options_.webhooks = {webhook.url() + "/hook"};
  Say("00000000000000aa", EpisodeState::kFiring);
  Say("00000000000000aa", EpisodeState::kResolved);
  Say("00000000000000bb", EpisodeState::kFiring);
  StartFor({&alertmanager});
  const std::vector<std::string> told = webhook.Await("/hook", 2);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_THAT(told[0], AllOf(HasSubstr("00000000000000aa"), HasSubstr("\"status\":\"past\"")));
  EXPECT_THAT(alertmanager.AlertsUntil("00000000000000bb"), Not(HasSubstr("00000000000000aa")));
}

TEST_F(AlertmanagerTest, WebhooksAreSigned) {
  const testkit::TempDir dir;
  std::ofstream(dir / "secret") << "0123456789abcdef\n";
  std::mutex mutex;
  http::Request received;
  http::Router router;
  router.Post("/hook", [&](http::Request request, const http::Respond& respond) {
    std::lock_guard lock(mutex);
    received = std::move(request);
    respond({.status = 204});
  });
  const auto server = http::Server::Start({}, std::move(router)).value();
  options_.webhooks = {Cat("http://127.0.0.1:", server->port(), "/hook")};
  options_.webhook_secret_file = dir / "secret";
  StartNotifier();
  Say("00000000000000aa", EpisodeState::kFiring);
  testkit::HttpGetUntil(Cat("http://127.0.0.1:", admin_->port(), "/metrics"), "delivered\",sink=\"webhook");
  const auto until = std::chrono::steady_clock::now() + seconds(30);
  while (std::chrono::steady_clock::now() < until) {
    std::lock_guard lock(mutex);
    if (!received.body.empty()) break;
  }
  std::lock_guard lock(mutex);
  EXPECT_EQ(
      received.headers["x-vardvakt-signature"],
      alertmanager::Signature("0123456789abcdef", received.headers["x-vardvakt-timestamp"], received.body));
}

// What the notifier adds to the way from an event to Alertmanager.
TEST_F(AlertmanagerTest, TellsWithinMilliseconds) {
  const AlertmanagerServer alertmanager(kQuiet);
  StartFor({&alertmanager});
  std::vector<double> millis;
  for (int i = 0; i < 20; ++i) {
    const std::string fingerprint = Cat("00000000000000", i + 10);
    const auto begin = std::chrono::steady_clock::now();
    Say(fingerprint, EpisodeState::kFiring);
    alertmanager.AlertsUntil(fingerprint);
    millis.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(millis);
  RecordProperty("median_ms", Cat(millis[10]));
  EXPECT_LT(millis[10], 500);
}

}  // namespace
}  // namespace vardvakt
