#include "services/notifier/service.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/engine/metrics.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/memory_log.h"
#include "lib/testkit/memory_store.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt::notifier {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SilentLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class ServiceTest : public ::testing::Test {
 protected:
  std::string Problem(const ServiceOptions& options) {
    return MakeNotifier(options,
                        Surroundings{log_, store_, clock_, logger_, metrics_, health_, [] { return 0.5; }}, 1,
                        [](const absl::Status&) {})
        .status()
        .ToString();
  }

  testkit::ManualClock clock_;
  testkit::MemoryLog log_{clock_};
  testkit::MemoryStore store_;
  SilentLogger logger_;
  engine::NoMetrics metrics_;
  runtime::Health health_;
};

TEST_F(ServiceTest, TakesUrlsAndASecret) {
  const testkit::TempDir dir;
  std::ofstream(dir / "secret") << "0123456789abcdef\n";
  EXPECT_EQ(Problem({.alertmanagers = {"http://127.0.0.1:1", "http://127.0.0.1:1/am/"},
                     .webhooks = {"https://127.0.0.1/a", "https://127.0.0.1/b"},
                     .webhook_secret_file = dir / "secret"}),
            "OK");
}

TEST_F(ServiceTest, RefusesWhatIsNoneNamingTheOptionAndNotTheUrl) {
  EXPECT_THAT(Problem({.webhooks = {"http://user:s3cret@127.0.0.1/"}}),
              AllOf(HasSubstr("--webhook: this is no URL"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(Problem({.alertmanagers = {"127.0.0.1:9093"}}), HasSubstr("--alertmanager: this is no URL"));
  EXPECT_THAT(Problem({.webhook_secret_file = "/nowhere"}),
              HasSubstr("--webhook-secret-file /nowhere must be"));
}

TEST_F(ServiceTest, DeclaresItsOptions) {
  ServiceOptions service;
  runtime::Options options;
  Declare(options, &service);
  ASSERT_TRUE(
      options.Parse({"--alertmanager", "http://a", "--alertmanager", "http://b", "--alert-resend=30s"}).ok());
  EXPECT_EQ(service.alertmanagers.size(), 2u);
  EXPECT_EQ(service.notifier.plan.resend, seconds(30));
}

}  // namespace
}  // namespace vardvakt::notifier
