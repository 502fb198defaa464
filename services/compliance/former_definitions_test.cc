#include "services/compliance/former_definitions.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lib/testkit/temp_dir.h"
#include "services/compliance/task_setting.h"

namespace vardvakt::compliance {
namespace {

namespace fs = std::filesystem;

class FormerDefinitionsTest : public testing::Test {
 protected:
  void SetUp() override { fs::copy("config", directory(), fs::copy_options::recursive); }
  std::string directory() const { return (fs::path(dir_.path()) / "config").string(); }
  std::string folder() const { return (fs::path(dir_.path()) / "kept").string(); }
  std::shared_ptr<const config::Configuration> Load(int revision) {
    std::ofstream(fs::path(directory()) / "revision.yaml") << "revision: " << revision << "\n";
    return config::Load(directory()).configuration;
  }

  testkit::TempDir dir_;
};

TEST_F(FormerDefinitionsTest, GivesATaskWhatItWasJudgedBy) {
  const auto first = Load(1);
  ASSERT_TRUE(FormerDefinitions(folder()).Keep(directory(), *first).ok());
  const auto second = Load(2);
  FormerDefinitions former(folder());
  ASSERT_TRUE(former.Keep(directory(), *second).ok());
  const engine::TaskSetting was = TaskSettingsOf(first).front();
  const engine::TaskSetting is = TaskSettingsOf(second).front();
  const auto found = former.Find(is, was.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, was.id);
  EXPECT_EQ(found->region, was.region);
  EXPECT_NE(found->owner, nullptr);
  engine::DefinitionsId unknown = was.id;
  unknown.machine ^= 1;
  EXPECT_FALSE(former.Find(is, unknown));
  unknown = was.id;
  unknown.revision = 9;
  EXPECT_FALSE(former.Find(is, unknown));
}

TEST_F(FormerDefinitionsTest, ARevisionIsOneSetOfDefinitions) {
  FormerDefinitions former(folder());
  ASSERT_TRUE(former.Keep(directory(), *Load(1)).ok());
  EXPECT_TRUE(former.Keep(directory(), *Load(1)).ok());
  fs::remove(fs::path(directory()) / "indicators" / "dental.yaml");
  fs::remove(fs::path(directory()) / "denominators.yaml");
  const auto other = Load(1);
  ASSERT_NE(other, nullptr);
  const absl::Status status = former.Keep(directory(), *other);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("to 2"), status.message().npos) << status;
}

TEST_F(FormerDefinitionsTest, KeepsTheLastOnes) {
  FormerDefinitions former(folder());
  for (int revision = 1; revision <= 18; ++revision)
    ASSERT_TRUE(former.Keep(directory(), *Load(revision)).ok());
  EXPECT_FALSE(fs::exists(fs::path(folder()) / "2"));
  EXPECT_TRUE(fs::exists(fs::path(folder()) / "3"));
}

}  // namespace
}  // namespace vardvakt::compliance
