#include "services/process/live_configuration.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "lib/testkit/temp_dir.h"
#include "services/process/configuration.h"

namespace vardvakt::process {
namespace {

namespace fs = std::filesystem;

class NoLogger final : public Logger {
 public:
  void Log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class LiveConfigurationTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::copy("config", directory_.path(), fs::copy_options::recursive);
    const auto first = LoadConfiguration(directory_.path());
    ASSERT_TRUE(first.ok()) << first.status();
    live_ = std::make_unique<LiveConfiguration>(directory_.path(), *first, logger_, metrics_);
    live_->OnChange([this](const ConfigurationPtr& next) { told_.push_back(next->revision); });
  }
  void Replace(const std::string& file, const std::string& from, const std::string& to) {
    const fs::path path = fs::path(directory_.path()) / file;
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::string changed = text.str();
    ASSERT_NE(changed.find(from), std::string::npos) << from;
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(path) << changed;
  }

  testkit::TempDir directory_;
  NoLogger logger_;
  engine::NoMetrics metrics_;
  std::unique_ptr<LiveConfiguration> live_;
  std::vector<uint32_t> told_;
};

TEST_F(LiveConfigurationTest, FollowsOtherDefinitionsUnderAHigherRevision) {
  Replace("indicators/ambulance.yaml", "limit: 20min", "limit: 21min");
  const absl::Status refused = live_->ReadAgain();
  EXPECT_NE(refused.message().find("set it to 2 in revision.yaml"), refused.message().npos) << refused;
  EXPECT_EQ(live_->current()->revision, 1u);
  Replace("revision.yaml", "revision: 1", "revision: 2");
  EXPECT_TRUE(live_->ReadAgain().ok());
  EXPECT_EQ(live_->current()->revision, 2u);
  EXPECT_EQ(told_, std::vector<uint32_t>{2});
  Replace("revision.yaml", "revision: 2", "revision: 1");
  EXPECT_FALSE(live_->ReadAgain().ok());
}

TEST_F(LiveConfigurationTest, ABadOneIsReportedAndChangesNothing) {
  Replace("streams.yaml", "streams:", "streems:");
  const absl::Status refused = live_->ReadAgain();
  EXPECT_NE(refused.message().find("streams.yaml:"), refused.message().npos) << refused;
  EXPECT_TRUE(told_.empty());
  Replace("streams.yaml", "streems:", "streams:");
  EXPECT_TRUE(live_->ReadAgain().ok());
}

TEST_F(LiveConfigurationTest, AnotherPartitionNeedsARestart) {
  Replace("regions.yaml", "partition: ", "partition: 1");
  const absl::Status refused = live_->ReadAgain();
  EXPECT_NE(refused.message().find("restart"), refused.message().npos) << refused;
}

}  // namespace
}  // namespace vardvakt::process
