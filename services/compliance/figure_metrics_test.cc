#include "services/compliance/figure_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/str_split.h"
#include "lib/base/strings.h"
#include "lib/config/configuration.h"
#include "lib/testkit/memory_store.h"
#include "lib/wire/event_codec.h"

namespace vardvakt::compliance {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr Instant kNow = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

class KeptMetrics final : public engine::Metrics {
 public:
  void Count(engine::Metric, Labels, double) override {}
  void Set(engine::Metric metric, Labels labels, double value) override {
    values[Name(metric, labels)] = value;
  }
  void Observe(engine::Metric, Labels, double) override {}
  void Remove(engine::Metric metric, Labels labels) override { values.erase(Name(metric, labels)); }
  std::map<std::string, double> values;

 private:
  static std::string Name(engine::Metric metric, Labels labels) {
    std::string name(engine::SpecOf(metric).name);
    for (std::string_view label : labels) name += " " + std::string(label);
    return name;
  }
};

class FigureMetricsTest : public testing::Test {
 protected:
  void SetUp() override {
    domain::IndicatorVersion version;
    version.start = {.milestones = {"call_received"}};
    version.stop = {.milestones = {"arrived"}};
    version.limit = domain::DurationLimit{minutes(20)};
    version.warn = domain::WarnAfter{minutes(15)};
    definition_.stream = "ambulance";
    definition_.levels = {
        {.name = "region", .kind = domain::LevelKind::kRegion},
        {.name = "municipality", .kind = domain::LevelKind::kMunicipality, .attribute = "municipality"}};
    definition_.indicators = {
        {.id = "prio1", .versions = {version}, .roll_ups = {{.level = 0, .by_sex = true}, {.level = 1}}}};
    geography_.region_code = "06";
    geography_.municipalities = {{.code = "0680"}, {.code = "0682"}, {.code = "0604"}};
    geography_.Index();
    intake_.streams["ambulance"].name = "ambulance";
    handle_ = store_.OpenHandle();
    auto task = engine::Task::Open({.region = "06",
                                    .partition = {"vardvakt.ambulance.v1", 0},
                                    .definition = &definition_,
                                    .geography = &geography_,
                                    .zone = &zone_,
                                    .intake = &intake_,
                                    .rules = &rules_},
                                   {}, *handle_, [](std::string_view value, domain::Event& event) {
                                     return wire::DecodeEvent(value, event);
                                   });
    ASSERT_TRUE(task.ok()) << task.status();
    task_ = *std::move(task);
  }

  void Append(domain::Event event) {
    event.event_id = Cat("e", offset_);
    event.source = "zenit";
    event.stream = "ambulance";
    event.recorded_at = event.occurred_at;
    engine::Record record{.offset = offset_++, .append_time = kNow, .value = wire::EncodeEvent(event)};
    ASSERT_TRUE(task_->Apply({record}).ok());
  }
  // `count` missions of a municipality; `took` nullopt: still open.
  void Missions(const std::string& municipality, int count, std::optional<Duration> took) {
    for (int i = 0; i < count; ++i) {
      const std::string id = Cat("m", offset_);
      const Instant call = kNow - (took ? hours(2) : minutes(5));
      Append({.case_id = id,
              .occurred_at = call,
              .milestone = "call_received",
              .attributes = {{"municipality", municipality}}});
      if (took) Append({.case_id = id, .occurred_at = call + *took, .milestone = "arrived"});
    }
  }
  const std::map<std::string, double>& Export() {
    EXPECT_TRUE(task_->AdvanceTo(kNow).ok());
    if (figures_ == nullptr) figures_ = std::make_unique<FigureMetrics>(task_->setting(), metrics_);
    figures_->Export(*task_);
    return metrics_.values;
  }

  domain::StreamDefinition definition_;
  domain::Geography geography_;
  domain::IntakeRules intake_;
  domain::AlertRules rules_;
  TimeZone zone_ = TimeZone::Utc();
  testkit::MemoryStore store_;
  std::unique_ptr<engine::Store> handle_;
  std::unique_ptr<engine::Task> task_;
  engine::Offset offset_ = 0;
  KeptMetrics metrics_;
  std::unique_ptr<FigureMetrics> figures_;
};

TEST_F(FigureMetricsTest, WhatIsKnownBeforehandIsThereFromTheStart) {
  const auto& values = Export();
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases 06 prio1 municipality 0680 24h", 0)));
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases 06 prio1 region region 30d", 0)));
  EXPECT_THAT(values, Contains(Pair("vardvakt_waiting_open 06 prio1 municipality 0604", 0)));
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_compliance_share_ratio 06 prio1 region region 24h"))));
}

TEST_F(FigureMetricsTest, NumbersAreThoseOfTheWindow) {
  Missions("0680", 6, minutes(12));
  Missions("0680", 2, minutes(30));
  Missions("0682", 7, minutes(10));
  const auto& values = Export();
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases 06 prio1 municipality 0680 24h", 8)));
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases_within 06 prio1 municipality 0680 24h", 6)));
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_share_ratio 06 prio1 municipality 0680 24h", 0.75)));
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases 06 prio1 region region 24h", 15)));
}

TEST_F(FigureMetricsTest, SmallNumbersAreNotExportedNorAnythingThatGivesThemAway) {
  Missions("0680", 3, minutes(12));
  Missions("0682", 7, minutes(12));
  Missions("0604", 9, minutes(12));
  Missions("0680", 2, std::nullopt);
  const auto& values = Export();
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_compliance_cases 06 prio1 municipality 0680 24h"))));
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_compliance_cases_within 06 prio1 municipality 0680 24h"))));
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_compliance_share_ratio 06 prio1 municipality 0680 24h"))));
  // The region less 0604 would tell 0680 if 0682 stood there.
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_compliance_cases 06 prio1 municipality 0682 24h"))));
  EXPECT_THAT(values, Contains(Pair("vardvakt_compliance_cases 06 prio1 municipality 0604 24h", 9)));
  EXPECT_THAT(values, Not(Contains(Key("vardvakt_waiting_open 06 prio1 municipality 0680"))));
}

TEST_F(FigureMetricsTest, ANumberThatBecomesSmallIsTakenBackAndAllAreAtTheEnd) {
  Missions("0680", 5, std::nullopt);
  EXPECT_THAT(Export(), Contains(Pair("vardvakt_waiting_open 06 prio1 municipality 0680", 5)));
  Append({.case_id = "m0", .occurred_at = kNow, .milestone = "arrived"});
  EXPECT_THAT(Export(), Not(Contains(Key("vardvakt_waiting_open 06 prio1 municipality 0680"))));
  figures_.reset();
  EXPECT_TRUE(metrics_.values.empty());
}

TEST_F(FigureMetricsTest, UnitsAreNotExportedForAnybodyMaySendSome) {
  definition_.levels[1] = {.name = "unit", .kind = domain::LevelKind::kUnit};
  const auto& values = Export();
  EXPECT_THAT(values, Contains(Key("vardvakt_waiting_open 06 prio1 region region")));
  for (const auto& [name, value] : values) EXPECT_THAT(name, Not(testing::HasSubstr(" unit "))) << value;
}

// 5000 series are what a registry takes by default; some 500 are for everything else.
TEST(FigureMetricsOfWhatShips, LeaveRoomForTheOthers) {
  const config::LoadResult loaded = config::Load("config");
  ASSERT_NE(loaded.configuration, nullptr);
  const config::RegionConfiguration& region = loaded.configuration->regions[0];
  KeptMetrics metrics;
  std::vector<std::unique_ptr<FigureMetrics>> figures;
  for (const domain::StreamDefinition& stream : region.streams) {
    testkit::MemoryStore store;
    const auto handle = store.OpenHandle();
    auto task = engine::Task::Open({.region = "06",
                                    .partition = {"vardvakt." + stream.stream + ".v1", 0},
                                    .definition = &stream,
                                    .geography = &region.geography,
                                    .zone = &region.zone,
                                    .intake = &loaded.configuration->intake,
                                    .rules = &region.rules},
                                   {}, *handle, [](std::string_view value, domain::Event& event) {
                                     return wire::DecodeEvent(value, event);
                                   });
    ASSERT_TRUE(task.ok()) << task.status();
    ASSERT_TRUE((*task)->AdvanceTo(InstantFromMillis(1'776'247'200'000)).ok());
    figures.push_back(std::make_unique<FigureMetrics>((*task)->setting(), metrics));
    figures.back()->Export(**task);
  }
  std::set<std::string> indicators;
  size_t keys = 0;
  for (const auto& [name, value] : metrics.values) {
    const std::vector<std::string> words = absl::StrSplit(name, ' ');
    if (words[0] != "vardvakt_waiting_open") continue;
    indicators.insert(words[2]);
    ++keys;
  }
  EXPECT_EQ(indicators.size(), 17u);
  keys += 6 * indicators.size();         // `unknown` and `outside` at three levels each
  EXPECT_LE(keys * (3 + 2 * 3), 4500u);  // three of those who wait, three in each of two windows
}

}  // namespace
}  // namespace vardvakt::compliance
