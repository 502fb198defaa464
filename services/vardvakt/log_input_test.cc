#include "services/vardvakt/log_input.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/engine/topics.h"
#include "lib/testkit/manual_clock.h"
#include "lib/testkit/temp_dir.h"
#include "lib/wire/event_codec.h"
#include "services/process/storage.h"

namespace vardvakt::cli {
namespace {

class LogInputTest : public testing::Test {
 protected:
  void SetUp() override {
    config::LoadResult loaded = config::Load("config");
    ASSERT_TRUE(loaded.configuration != nullptr) << config::FormatProblems(loaded.problems);
    configuration_ = loaded.configuration;
  }

  void Fill() {
    auto storage = process::Storage::Open({.data_dir = folder_.path()});
    ASSERT_TRUE(storage.ok()) << storage.status();
    auto log = (*storage)->OpenLog(clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    const int32_t partition = configuration_->regions.front().partition;
    ASSERT_TRUE((*log)->EnsureTopics(engine::Topics(configuration_->streams, partition + 1)).ok());
    for (const char* stream : {"wait", "ambulance", "wait"}) {
      domain::Event event;
      event.stream = stream;
      event.case_id = "c";
      event.recorded_at = clock_.Now() - seconds(1);
      ASSERT_TRUE((*log)
                      ->AppendAndWait(
                          {.to = {engine::StreamTopic(stream), partition}, .value = wire::EncodeEvent(event)})
                      .ok());
      clock_.Advance(seconds(10));
    }
  }

  testkit::TempDir folder_;
  testkit::ManualClock clock_;
  std::shared_ptr<const config::Configuration> configuration_;
};

TEST_F(LogInputTest, GivesEveryStreamInTheLogsOrderWithItsAppendTimes) {
  Fill();
  std::vector<std::pair<std::string, Duration>> read;  // and how long it took from source to log
  const absl::Status status =
      ReadLog(folder_.path(), *configuration_, clock_, [&](domain::Event& event, Instant append_time) {
        read.emplace_back(event.stream, append_time - *event.recorded_at);
        return absl::OkStatus();
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(read, (std::vector<std::pair<std::string, Duration>>{
                      {"ambulance", seconds(1)}, {"wait", seconds(1)}, {"wait", seconds(1)}}));
}

TEST_F(LogInputTest, MakesNoLogWhereThereIsNone) {
  const absl::Status status = ReadLog(folder_.path(), *configuration_, clock_,
                                      [](domain::Event&, Instant) { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
}

}  // namespace
}  // namespace vardvakt::cli
