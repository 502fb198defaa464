#include "services/compliance/data_quality.h"

#include <gtest/gtest.h>

#include "lib/testkit/memory_store.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

constexpr Instant kStart = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

// A task whose events are kept beside the log: a record's value is an event's number.
class DataQualityTest : public testing::Test {
 protected:
  DataQualityTest() {
    domain::IndicatorVersion version;
    version.start = {.milestones = {"call_received"}};
    version.stop = {.milestones = {"arrived"}};
    version.limit = domain::DurationLimit{minutes(20)};
    definition_.stream = "ambulance";
    definition_.levels = {{.name = "region", .kind = domain::LevelKind::kRegion}};
    definition_.indicators = {{.id = "prio1", .versions = {version}, .roll_ups = {{.level = 0}}}};
    definition_.milestones = {"call_received", "arrived", "left"};
    geography_.units = {{.code = "A1"}};
    geography_.Index();
    intake_.streams["ambulance"] = {.name = "ambulance"};
  }

  void Open() {
    auto task = engine::Task::Open({.region = "06",
                                    .partition = {"vardvakt.ambulance.v1", 0},
                                    .definition = &definition_,
                                    .geography = &geography_,
                                    .zone = &zone_,
                                    .intake = &intake_,
                                    .rules = &rules_},
                                   {}, store_, [this](std::string_view value, domain::Event& event) {
                                     event = events_[std::stoul(std::string(value))];
                                     return std::optional<domain::Rejection>();
                                   });
    ASSERT_TRUE(task.ok()) << task.status();
    task_ = *std::move(task);
  }
  domain::Event Milestone(std::string id, std::string_view milestone, Instant at) {
    domain::Event event;
    event.event_id = "e" + std::to_string(events_.size());
    event.source = "zenit";
    event.stream = "ambulance";
    event.case_id = std::move(id);
    event.milestone = milestone;
    event.occurred_at = event.recorded_at = at;
    event.attributes = {{"unit", "A1"}};
    return event;
  }
  void Append(domain::Event event, Instant at) {
    events_.push_back(std::move(event));
    const auto number = static_cast<int64_t>(events_.size()) - 1;
    ASSERT_TRUE(task_->Apply({{.offset = number, .append_time = at, .value = std::to_string(number)}}).ok());
  }
  v1::GetDataQualityResponse Ask() {
    v1::GetDataQualityResponse response;
    AddDataQuality(*task_, response);
    return response;
  }

  domain::StreamDefinition definition_;
  domain::Geography geography_;
  TimeZone zone_ = TimeZone::Utc();
  domain::IntakeRules intake_;
  domain::AlertRules rules_;
  testkit::MemoryStore store_;
  std::vector<domain::Event> events_;
  std::unique_ptr<engine::Task> task_;
};

TEST_F(DataQualityTest, SaysItBySourceAndUnitAndKeepsItOverARestart) {
  Open();
  Append(Milestone("a", "call_received", kStart), kStart);
  Append(Milestone("a", "left", kStart + minutes(1)), kStart + minutes(1));
  Append(Milestone("b", "call_received", kStart), kStart + minutes(1));
  Append(Milestone("b", "arrived", kStart - minutes(1)), kStart + minutes(1));
  ASSERT_TRUE(task_->AdvanceTo(kStart + minutes(2)).ok());
  ASSERT_TRUE(task_->Commit().ok());
  for (const bool restarted : {false, true}) {
    if (restarted) Open();
    const auto response = Ask();
    ASSERT_EQ(response.sources_size(), 1);
    EXPECT_EQ(response.sources(0).accepted(), 4);
    EXPECT_EQ(response.sources(0).findings().cases(), 2);
    ASSERT_EQ(response.units_size(), 1);
    const v1::UnitQuality& unit = response.units(0);
    EXPECT_EQ(unit.source(), "zenit");
    EXPECT_EQ(unit.unit(), "A1");
    EXPECT_EQ(unit.findings().missing_stop(), 1);
    EXPECT_EQ(unit.findings().negative_waits(), 1);
    EXPECT_EQ(unit.findings().invalid().at("stop_before_start"), 1);
    EXPECT_EQ(unit.findings().share_judged(), 0.5);
    EXPECT_EQ(unit.pvv_cases(), 2);
  }
}

TEST_F(DataQualityTest, AMissThatIsTakenBackIsCountedForItsUnit) {
  Open();
  Append(Milestone("a", "call_received", kStart), kStart);
  ASSERT_TRUE(task_->AdvanceTo(kStart + minutes(30)).ok());  // a decided miss
  domain::Event arrived = Milestone("a", "arrived", kStart + minutes(10));
  arrived.recorded_at = kStart + minutes(31);
  Append(arrived, kStart + minutes(31));
  ASSERT_TRUE(task_->AdvanceTo(kStart + minutes(32)).ok());
  const auto response = Ask();
  ASSERT_EQ(response.units_size(), 1);
  EXPECT_EQ(response.units(0).miss_undone(), 1);
  EXPECT_EQ(response.sources(0).miss_undone(), 1);
  EXPECT_EQ(response.units(0).closed_period_corrections(), 0);
}

}  // namespace
}  // namespace vardvakt::compliance
