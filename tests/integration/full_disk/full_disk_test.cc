#include <gmock/gmock.h>
#include <unistd.h>

#include "lib/testkit/child_process.h"
#include "lib/testkit/temp_dir.h"

namespace vardvakt {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A user who is not root mounts in a user namespace of his own.
std::vector<std::string> InAMountNamespace(std::vector<std::string> command) {
  std::vector<std::string> whole = {"unshare", "--mount"};
  if (geteuid() != 0) whole.push_back("--map-root-user");
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

TEST(FullDiskTest, TheEmbeddedLogSaysWhyAndGoesOnByItselfWhenThereIsRoom) {
  const testkit::TempDir dir;
  testkit::ChildProcess appender(InAMountNamespace({FULL_DISK_APPENDER, dir.path()}));
  EXPECT_THAT(
      appender.ReadLine().value_or(""),
      AllOf(StartsWith("UNAVAILABLE"), HasSubstr("No space left on device"), HasSubstr("free space")));
  EXPECT_EQ(appender.ReadLine(), "kept all");
  EXPECT_EQ(appender.Wait(), 0);
}

}  // namespace
}  // namespace vardvakt
