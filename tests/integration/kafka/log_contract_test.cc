// The contract that every log keeps, on a real Kafka.
#include "lib/testkit/log_contract.h"

#include <gmock/gmock.h>

#include "lib/adapters/kafka/log.h"
#include "tests/integration/kafka/broker.h"

namespace vardvakt::kafka {
namespace {

using testkit::LogContract;

class KafkaUnderTest final : public testkit::LogUnderTest {
 public:
  KafkaUnderTest() { Reopen(); }
  engine::Log& log() override { return *log_; }
  bool Reopen() override {
    log_.reset();
    Options options = OptionsForTests();
    options.max_unacknowledged = 2000;
    options.max_record_bytes = 500'000;
    auto opened = OpenLog(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    log_ = *std::move(opened);
    return true;
  }
  bool compacts_at_once() const override { return false; }
  size_t max_record_bytes() const override { return 500'000; }
  size_t max_unacknowledged() const override { return 2000; }
  void Stall() override { stalled_.Stall(*log_, "stall"); }
  void Resume() override { stalled_.Resume(); }

 private:
  testkit::StalledCallback stalled_;
  std::unique_ptr<engine::Log> log_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, LogContract,
                         testing::Values([] { return std::make_unique<KafkaUnderTest>(); }));

}  // namespace
}  // namespace vardvakt::kafka
