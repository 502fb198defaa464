// Who owns which partitions, with processes that are stopped, killed and doubled.
#include "lib/adapters/kafka/membership.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "lib/adapters/kafka/log.h"
#include "lib/base/strings.h"
#include "lib/testkit/child_process.h"
#include "tests/integration/kafka/broker.h"

namespace vardvakt::kafka {
namespace {

using testkit::ChildProcess;

constexpr int kSessionMillis = 2000;

class MembershipTest : public testing::Test {
 protected:
  void SetUp() override {
    auto log = *OpenLog(OptionsForTests());
    const absl::Status made = log->EnsureTopics({{topic_, 4, engine::Retention::kKeep}});
    ASSERT_TRUE(made.ok()) << made;
  }
  ChildProcess Member(const std::string& instance) {
    return ChildProcess({GROUP_MEMBER, Broker().bootstrap(), group_, instance, topic_, Cat(kSessionMillis)});
  }
  // Reads what the member says until it says so.
  static void Await(ChildProcess& member, const std::string& wanted) {
    std::vector<std::string> said;
    while (auto line = member.ReadLine()) {
      said.push_back(*line);
      if (*line == wanted) return;
    }
    FAIL() << "never said \"" << wanted << "\", but: " << testing::PrintToString(said);
  }

  const std::string topic_ = NewName(), group_ = NewName();
};

TEST_F(MembershipTest, RangesAreSharedAndMoveWhenAMemberDies) {
  ChildProcess one = Member("one");
  Await(one, "owns 0 1 2 3");
  ChildProcess two = Member("two");
  Await(one, "owns");
  Await(one, "owns 0 1");
  Await(two, "owns 2 3");
  one.Kill9();
  Await(two, "owns");
  Await(two, "owns 0 1 2 3");
}

TEST_F(MembershipTest, AStaticMemberFindsItsPartitionsWaiting) {
  ChildProcess one = Member("one");
  Await(one, "owns 0 1 2 3");
  ChildProcess two = Member("two");
  Await(two, "owns 2 3");
  Await(one, "owns 0 1");
  two.Kill9();
  ChildProcess again = Member("two");
  Await(again, "owns 2 3");
  EXPECT_EQ(one.ReadLine(milliseconds(0)), std::nullopt);  // nothing has moved for the other one
}

TEST_F(MembershipTest, AMemberThatStoodStillLearnsThatItOwnsNothing) {
  ChildProcess one = Member("one");
  Await(one, "owns 0 1 2 3");
  ChildProcess two = Member("two");
  Await(one, "owns 0 1");
  Await(two, "owns 2 3");
  one.Signal(SIGSTOP);
  Await(two, "owns 0 1 2 3");  // the coordinator has given them away
  one.Signal(SIGCONT);
  Await(one, "owns");
  Await(one, "owns 0 1");
  Await(two, "owns 2 3");
}

TEST_F(MembershipTest, AMemberThatIsCutOffGivesUpWhenItsSessionEnds) {
  ChildProcess one = Member("one");
  Await(one, "owns 0 1 2 3");
  Broker().Pause();
  Await(one, "owns");
  Broker().Continue();
  Await(one, "owns 0 1 2 3");
}

TEST_F(MembershipTest, ASecondProcessOfOneInstanceFencesTheFirst) {
  ChildProcess first = Member("one");
  Await(first, "owns 0 1 2 3");
  ChildProcess second = Member("one");
  Await(first, "owns");
  Await(first, "fenced");
  Await(second, "owns 0 1 2 3");
}

TEST_F(MembershipTest, StopTellsALastTime) {
  MembershipOptions member{
      .group = group_, .topics = {topic_}, .session_timeout = milliseconds(kSessionMillis)};
  auto membership = MakeMembership(OptionsForTests(), member);
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<engine::Partition> owned;
  ASSERT_TRUE(membership
                  ->Start([&](std::vector<engine::Partition> now) {
                    std::lock_guard lock(mutex);
                    owned = std::move(now);
                    changed.notify_all();
                  })
                  .ok());
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, seconds(30), [&] { return owned.size() == 4; }));
    EXPECT_EQ(owned[3], (engine::Partition{topic_, 3}));
  }
  membership->Stop();
  EXPECT_TRUE(owned.empty());
}

TEST_F(MembershipTest, WrongSettingsAreToldAtTheStart) {
  MembershipOptions member{.group = group_, .topics = {topic_}, .session_timeout = Duration(0)};
  auto membership = MakeMembership(OptionsForTests(), member);
  EXPECT_EQ(membership->Start([](const auto&) {}).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace vardvakt::kafka
