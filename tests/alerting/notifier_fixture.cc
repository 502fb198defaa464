#include "tests/alerting/notifier_fixture.h"

#include <thread>

#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "services/notifier/outbox_codec.h"

namespace vardvakt {

using domain::EpisodeState;

NotifierFixture::NotifierFixture() : log_(clock_) {
  EXPECT_TRUE(log_.EnsureTopics(engine::Topics({}, 1)).ok());
  options_.notifier.plan.resend = seconds(1);
  options_.notifier.plan.longest_retry = seconds(1);
  http::Router router;
  runtime::AddAdminRoutes(router, health_, [this] { return metrics_.Text(); });
  admin_ = http::Server::Start({}, std::move(router)).value();
}

void NotifierFixture::StartNotifier() {
  auto made =
      notifier::MakeNotifier(options_, {log_, store_, clock_, logger_, metrics_, health_, [] { return 0.5; }},
                             1, [](const absl::Status& status) { ADD_FAILURE() << status; });
  ASSERT_TRUE(made.ok()) << made.status();
  notifier_ = *std::move(made);
  ASSERT_TRUE(notifier_->Start().ok());
}

domain::Episode NotifierFixture::Say(std::string fingerprint, EpisodeState state, domain::Severity severity) {
  domain::Episode episode;
  episode.fingerprint = std::move(fingerprint);
  episode.rule = "ambulance_prio1_region_24h";
  episode.region = "06";
  episode.severity = severity;
  episode.state = state;
  episode.started_at = started_at_;
  if (state != EpisodeState::kPending) episode.firing_at = started_at_ + seconds(5);
  if (state == EpisodeState::kResolved) episode.resolved_at = clock_.Now();
  episode.indicator = "ambulance_prio1_20min";
  episode.level = "region";
  episode.key = "region";
  episode.place = "Region Jönköpings län";
  episode.n = 34;
  episode.within = 21;
  episode.window = "24h";
  episode.floor_permille = 650;
  episode.summary_sv = "Andelen är låg";
  episode.summary_en = "The share is low";
  episode.action = "Look at the legs";
  episode.runbook = "ambulance_prio1_region_24h.md";
  const auto appended =
      log_.AppendAndWait({{std::string(engine::kAlertsTopic), 0},
                          Cat(episode.fingerprint, said_),
                          notifier::EncodeAlertRecord({{1, ++said_, clock_.Now()}, episode}),
                          {}});
  EXPECT_TRUE(appended.ok()) << appended.status();
  return episode;
}

WebhookReceiver::WebhookReceiver() {
  http::Router router;
  router.Post("/{path}", [this](http::Request request, http::Respond respond) {
    ++requests_;
    std::lock_guard lock(mutex_);
    if (hangs_) return held_.push_back(std::move(respond));
    if (status_ == 200) bodies_.emplace_back(request.path, std::move(request.body));
    respond({.status = status_});
  });
  server_ = http::Server::Start({}, std::move(router)).value();
}

std::string WebhookReceiver::url() const { return Cat("http://127.0.0.1:", port()); }

std::vector<std::string> WebhookReceiver::Bodies(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> bodies;
  for (const auto& [to, body] : bodies_) {
    if (to == path) bodies.push_back(body);
  }
  return bodies;
}

std::vector<std::string> WebhookReceiver::Await(const std::string& path, size_t count) {
  const auto until = std::chrono::steady_clock::now() + seconds(60);
  while (Bodies(path).size() < count && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  return Bodies(path);
}

}  // namespace vardvakt
