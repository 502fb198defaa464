#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/adapters/http/server.h"
#include "lib/adapters/prometheus/registry.h"
#include "lib/base/logger.h"
#include "lib/runtime/health.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/testkit/memory_store.h"
#include "services/notifier/service.h"

namespace vardvakt {

class SilentLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

// A notifier on a log in memory and real sinks, and its admin port.
class NotifierFixture : public ::testing::Test {
 protected:
  NotifierFixture();

  void StartNotifier();
  // Appends what compliance would say; a firing one started a minute ago.
  domain::Episode Say(std::string fingerprint, domain::EpisodeState state,
                      domain::Severity severity = domain::Severity::kPage);

  runtime::SystemClock clock_;
  testkit::MemoryLog log_;
  testkit::MemoryStore store_;
  SilentLogger logger_;
  prometheus_metrics::Registry metrics_;
  runtime::Health health_;
  notifier::ServiceOptions options_;
  Instant started_at_ = clock_.Now() - minutes(1);
  std::unique_ptr<notifier::Notifier> notifier_;
  std::unique_ptr<http::Server> admin_;
  int64_t said_ = 0;
};

// A webhook receiver that keeps the bodies of what it is sent.
class WebhookReceiver {
 public:
  WebhookReceiver();
  uint16_t port() const { return server_->port(); }
  std::string url() const;
  // Waits until `count` bodies have come to `path`; all of them.
  std::vector<std::string> Await(const std::string& path, size_t count);
  void AnswerWith(int status) { status_ = status; }
  // From now on no request is answered until the receiver ends.
  void Hang() { hangs_ = true; }
  int requests() const { return requests_; }

 private:
  std::vector<std::string> Bodies(const std::string& path);

  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> bodies_;  // path, body
  std::vector<http::Respond> held_;
  std::atomic<int> status_ = 200;
  std::atomic<bool> hangs_ = false;
  std::atomic<int> requests_ = 0;
  std::unique_ptr<http::Server> server_;
};

}  // namespace vardvakt
