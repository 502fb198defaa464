#include "lib/adapters/grpc/fan_out.h"

#include <gtest/gtest.h>

#include "lib/testkit/scripted_compliance.h"

namespace vardvakt::rpc {
namespace {

namespace v1 = compliance::v1;
using testing::NiceMock;
using testing::Return;

v1::TaskStatus Task(const std::string& process, const std::string& region, bool owned, int64_t offset) {
  v1::TaskStatus task;
  task.set_process(process);
  task.set_region(region);
  task.set_stream("ambulance");
  task.set_owned(owned);
  task.mutable_version()->set_offset(offset);
  task.mutable_as_of()->set_seconds(offset);
  return task;
}

v1::GetComplianceResponse Compliance(const std::vector<v1::TaskStatus>& tasks) {
  v1::GetComplianceResponse response;
  for (const v1::TaskStatus& task : tasks) {
    *response.add_tasks() = task;
    v1::ShareRow& row = *response.add_shares();
    row.set_region(task.region());
    row.set_indicator("prio1");
    row.set_n(static_cast<int32_t>(task.version().offset()));
  }
  return response;
}

class FanOutTest : public testing::Test {
 protected:
  std::shared_ptr<NiceMock<testkit::ScriptedCompliance>> a_ =
      std::make_shared<NiceMock<testkit::ScriptedCompliance>>();
  std::shared_ptr<NiceMock<testkit::ScriptedCompliance>> b_ =
      std::make_shared<NiceMock<testkit::ScriptedCompliance>>();
  std::unique_ptr<wire::ComplianceApi> both_ =
      FanOut({{"a", a_}, {"b", b_}}, [](std::string_view, std::string_view) { return "ambulance"; });
};

TEST_F(FanOutTest, TheOwnerIsKeptBeforeAFollowerThatIsAhead) {
  ON_CALL(*a_, GetCompliance)
      .WillByDefault(Return(Compliance({Task("a", "06", true, 5), Task("a", "07", false, 9)})));
  ON_CALL(*b_, GetCompliance)
      .WillByDefault(Return(Compliance({Task("b", "06", false, 8), Task("b", "07", true, 7)})));
  auto merged = both_->GetCompliance({});
  ASSERT_TRUE(merged.ok()) << merged.status();
  ASSERT_EQ(merged->shares_size(), 2);
  EXPECT_EQ(merged->shares(0).n(), 5);
  EXPECT_EQ(merged->shares(1).n(), 7);
  ASSERT_EQ(merged->tasks_size(), 2);
  EXPECT_EQ(merged->tasks(0).process(), "a");
  EXPECT_EQ(merged->tasks(1).process(), "b");
  EXPECT_EQ(merged->as_of().seconds(), 5);
}

TEST_F(FanOutTest, WithoutAnOwnerTheGreatestVersionIsKept) {
  ON_CALL(*a_, GetCompliance).WillByDefault(Return(Compliance({Task("a", "06", false, 5)})));
  ON_CALL(*b_, GetCompliance).WillByDefault(Return(Compliance({Task("b", "06", false, 8)})));
  auto merged = both_->GetCompliance({});
  ASSERT_TRUE(merged.ok()) << merged.status();
  ASSERT_EQ(merged->shares_size(), 1);
  EXPECT_EQ(merged->shares(0).n(), 8);
}

TEST_F(FanOutTest, AProcessThatIsDownIsNamedAndTheOthersAnswer) {
  ON_CALL(*a_, GetCompliance).WillByDefault(Return(absl::UnavailableError("gone")));
  ON_CALL(*b_, GetCompliance).WillByDefault(Return(Compliance({Task("b", "06", false, 8)})));
  auto merged = both_->GetCompliance({});
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->shares_size(), 1);
  ASSERT_EQ(merged->tasks_size(), 2);
  EXPECT_EQ(merged->tasks(1).process(), "a");
  EXPECT_EQ(merged->tasks(1).detail(), "gone");
  EXPECT_FALSE(merged->tasks(1).caught_up());
}

TEST_F(FanOutTest, WhatNobodyCanAnswerIsTheMostTellingError) {
  ON_CALL(*a_, GetSeries).WillByDefault(Return(absl::UnavailableError("gone")));
  ON_CALL(*b_, GetSeries).WillByDefault(Return(absl::InvalidArgumentError("step: no such step")));
  EXPECT_EQ(both_->GetSeries({}).status(), absl::InvalidArgumentError("step: no such step"));
}

TEST_F(FanOutTest, ASeriesIsOneProcessesWholeAnswer) {
  v1::GetSeriesResponse from_a;
  *from_a.add_tasks() = Task("a", "06", false, 9);
  from_a.add_points()->set_n(1);
  v1::GetSeriesResponse from_b;
  *from_b.add_tasks() = Task("b", "06", true, 8);
  from_b.add_points()->set_n(2);
  ON_CALL(*a_, GetSeries).WillByDefault(Return(from_a));
  ON_CALL(*b_, GetSeries).WillByDefault(Return(from_b));
  auto best = both_->GetSeries({});
  ASSERT_TRUE(best.ok()) << best.status();
  ASSERT_EQ(best->points_size(), 1);
  EXPECT_EQ(best->points(0).n(), 2);
}

TEST_F(FanOutTest, CasesAreOrderedByDeadlineAndLimited) {
  auto cases = [](const v1::TaskStatus& task, std::vector<int64_t> deadlines) {
    v1::ListCasesResponse response;
    *response.add_tasks() = task;
    for (int64_t deadline : deadlines) {
      v1::CaseStatus& status = *response.add_cases();
      status.set_region(task.region());
      status.set_stream(task.stream());
      status.mutable_deadline()->set_seconds(deadline);
    }
    response.set_total(static_cast<int32_t>(deadlines.size()));
    return response;
  };
  ON_CALL(*a_, ListCases).WillByDefault(Return(cases(Task("a", "06", true, 9), {10, 30})));
  ON_CALL(*b_, ListCases).WillByDefault(Return(cases(Task("b", "07", true, 9), {20, 40})));
  v1::ListCasesRequest request;
  request.set_limit(3);
  auto merged = both_->ListCases(request);
  ASSERT_TRUE(merged.ok()) << merged.status();
  ASSERT_EQ(merged->cases_size(), 3);
  EXPECT_EQ(merged->cases(1).deadline().seconds(), 20);
  EXPECT_EQ(merged->total(), 4);
}

}  // namespace
}  // namespace vardvakt::rpc
