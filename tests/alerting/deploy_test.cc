#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/strings.h"
#include "lib/testkit/monitoring_servers.h"
#include "simdjson.h"
#include "tests/alerting/notifier_fixture.h"

// The files under deploy/prometheus and deploy/alertmanager, in the real servers.
namespace vardvakt {
namespace {

using domain::EpisodeState;
using domain::Severity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}
// Every `from` must be there.
std::string Replace(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// "status fingerprint" of each alert in a notification of Alertmanager's.
std::vector<std::string> AlertsIn(const std::string& notification) {
  simdjson::dom::parser parser;
  const simdjson::dom::element body = parser.parse(notification);
  std::vector<std::string> alerts;
  for (const simdjson::dom::element alert : body["alerts"].get_array()) {
    alerts.push_back(
        Cat(std::string_view(alert["status"]), " ", std::string_view(alert["labels"]["episode"])));
  }
  return alerts;
}

class DeployTest : public NotifierFixture {};

TEST_F(DeployTest, TheToolsFindNothingWrong) {
  EXPECT_EQ(std::system("promtool check config deploy/prometheus/prometheus.yml"), 0);
  EXPECT_EQ(std::system("promtool test rules deploy/prometheus/rules_test.yml"), 0);
  EXPECT_EQ(std::system("amtool check-config deploy/alertmanager/alertmanager.yml"), 0);
  const auto routed = [](std::string_view severity, std::string_view receiver) {
    return std::system(Cat("amtool config routes test --config.file deploy/alertmanager/alertmanager.yml "
                           "--verify.receivers=",
                           receiver, " severity=", severity)
                           .c_str());
  };
  EXPECT_EQ(routed("page", "pager"), 0);
  EXPECT_EQ(routed("warning", "dispatch-centre"), 0);
  EXPECT_EQ(routed("info", "nobody"), 0);
}

TEST_F(DeployTest, APagePagesOnceAndResolvesOnce) {
  WebhookReceiver receiver;
  std::string config = ReadFile("deploy/alertmanager/alertmanager.yml");
  config = Replace(config, "127.0.0.1:9099", Cat("127.0.0.1:", receiver.port()));
  config = Replace(config, "group_wait: 5s", "group_wait: 100ms");
  config = Replace(config, "group_interval: 1m", "group_interval: 1s");
  const testkit::AlertmanagerServer alertmanager(config);
  options_.alertmanagers = {alertmanager.url()};
  StartNotifier();
  Say("00000000000000aa", EpisodeState::kFiring);
  Say("00000000000000bb", EpisodeState::kFiring, Severity::kWarning);
  Say("00000000000000cc", EpisodeState::kFiring, Severity::kInfo);
  std::vector<std::string> pages = receiver.Await("/page", 1);
  ASSERT_THAT(pages, SizeIs(1));
  EXPECT_THAT(AlertsIn(pages[0]), ElementsAre("firing 00000000000000aa"));
  EXPECT_THAT(pages[0], HasSubstr("Andelen är låg"));
  Say("00000000000000aa", EpisodeState::kResolved);
  pages = receiver.Await("/page", 2);
  ASSERT_THAT(pages, SizeIs(2));
  EXPECT_THAT(AlertsIn(pages[1]), ElementsAre("resolved 00000000000000aa"));
  const std::vector<std::string> warnings = receiver.Await("/dispatch", 1);
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(AlertsIn(warnings[0]), ElementsAre("firing 00000000000000bb"));
  EXPECT_THAT(receiver.Await("/page", 2), SizeIs(2));
}

TEST_F(DeployTest, PrometheusScrapesAndItsRulesSeeWhatIsWrong) {
  options_.webhooks = {"http://127.0.0.1:1/nobody"};
  StartNotifier();
  const testkit::TempDir dir;
  std::string config = ReadFile("deploy/prometheus/prometheus.yml");
  config = Replace(config, "127.0.0.1:8083", Cat("127.0.0.1:", admin_->port()));
  config = Replace(config, "15s", "200ms");
  std::filesystem::copy("deploy/prometheus/rules", dir / "rules");
  std::ofstream(dir / "prometheus.yml") << config;
  const testkit::PrometheusServer prometheus(dir / "prometheus.yml");
  const auto await = [&](std::string_view expression) {
    const auto until = std::chrono::steady_clock::now() + seconds(30);
    std::string answer;
    while (answer.find("\"value\"") == std::string::npos && std::chrono::steady_clock::now() < until) {
      answer = prometheus.Query(expression);
    }
    return answer;
  };
  EXPECT_THAT(await("up{service=\"notifier\"} == 1"), HasSubstr("\"notifier\""));
  Say("00000000000000aa", EpisodeState::kFiring);
  EXPECT_THAT(await("vardvakt_notifier_outbox_episodes == 1"), HasSubstr("webhook:127.0.0.1:1"));
  EXPECT_THAT(await("ALERTS{alertname=\"VardvaktDown\", service=\"gateway\", alertstate=\"pending\"}"),
              HasSubstr("VardvaktDown"));
}

}  // namespace
}  // namespace vardvakt
