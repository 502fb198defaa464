#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/engine/log.h"

namespace vardvakt::testkit {

// One log as the contract sees it; what differs between logs is asked here and nowhere else.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual engine::Log& log() = 0;
  // Closes the log and opens it again as another process would. False: this one does not outlive its process.
  virtual bool Reopen() { return false; }
  // Compaction has happened when the append is acknowledged.
  virtual bool compacts_at_once() const { return true; }
  // A record of this size is taken, one of twice this size is refused with kInvalidArgument.
  virtual size_t max_record_bytes() const = 0;
  // So many records may wait for their acknowledgement, or somewhat more.
  virtual size_t max_unacknowledged() const = 0;
  // From Stall on no acknowledgement is called until Resume.
  virtual void Stall() = 0;
  virtual void Resume() = 0;
};

// A stall for logs that call back on a thread of their own: a callback that does not return. Needs a topic.
class StalledCallback {
 public:
  void Stall(engine::Log& log, const std::string& topic);
  void Resume();

 private:
  struct Gate;
  std::shared_ptr<Gate> gate_;
};

// What every log promises (lib/engine/log.h). Instantiate with a maker:
//   INSTANTIATE_TEST_SUITE_P(Memory, LogContract, testing::Values(MakeMemoryLog));
class LogContract : public testing::TestWithParam<std::function<std::unique_ptr<LogUnderTest>()>> {
 protected:
  void SetUp() override;

  engine::Log& log() { return subject_->log(); }
  // A topic of this test alone.
  std::string MakeTopic(int32_t partitions = 1, engine::Retention retention = engine::Retention::kKeep);
  std::string TopicName();
  absl::StatusOr<engine::Offset> Append(const engine::Partition& to, std::string value, std::string key = "");
  // Polls until `count` records are there; fails the test when they are not within 30 s.
  std::vector<engine::Record> Read(const engine::Partition& partition, engine::Offset from, size_t count);
  // The first status that is not ok from opening at `from` and polling.
  absl::Status FirstError(const engine::Partition& partition, engine::Offset from);

  std::unique_ptr<LogUnderTest> subject_;
};

}  // namespace vardvakt::testkit
