#include "services/process/topics.h"

#include <gtest/gtest.h>

#include <thread>

#include "lib/engine/topics.h"
#include "lib/runtime/json_logger.h"
#include "lib/runtime/system_clock.h"
#include "lib/testkit/memory_log.h"

namespace vardvakt::process {
namespace {

class AwaitTopicsTest : public testing::Test {
 protected:
  runtime::SystemClock clock_;
  runtime::JsonLogger logger_{"test", LogLevel::kError, clock_};
  runtime::Signals signals_{logger_};
  runtime::Health health_;
  testkit::MemoryLog log_{clock_};
  const std::vector<engine::TopicSpec> topics_ = engine::Topics({"ambulance"}, 2);
};

TEST_F(AwaitTopicsTest, WaitsForALogThatIsAwayAndIsNotReadyMeanwhile) {
  ASSERT_TRUE(log_.EnsureTopics(topics_).ok());
  log_.SetReachable(false);
  std::thread waiting([this] { EXPECT_TRUE(AwaitTopics(log_, topics_, health_, signals_).ok()); });
  while (health_.ready()) std::this_thread::yield();
  log_.SetReachable(true);
  waiting.join();
  EXPECT_TRUE(health_.ready());
}

TEST_F(AwaitTopicsTest, WhatIsMissingIsRefusedAtOnce) {
  EXPECT_EQ(AwaitTopics(log_, topics_, health_, signals_).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(AwaitTopicsTest, AStopEndsTheWaiting) {
  log_.SetReachable(false);
  signals_.RequestStop();
  EXPECT_TRUE(absl::IsCancelled(AwaitTopics(log_, topics_, health_, signals_)));
}

}  // namespace
}  // namespace vardvakt::process
