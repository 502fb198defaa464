#include "services/vardvakt/replayer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lib/base/strings.h"
#include "lib/simulator/county.h"
#include "lib/simulator/generator.h"

namespace vardvakt::cli {
namespace {

constexpr Instant kCall = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

class ReplayerTest : public testing::Test {
 protected:
  void SetUp() override {
    config::LoadResult loaded = config::Load("config");
    ASSERT_TRUE(loaded.configuration != nullptr) << config::FormatProblems(loaded.problems);
    configuration_ = loaded.configuration;
  }

  static domain::Event Milestone(const std::string& id, std::string_view milestone, Instant at) {
    domain::Event event;
    event.event_id = Cat(id, milestone);
    event.source = "zenit";
    event.stream = "ambulance";
    event.case_id = id;
    event.milestone = milestone;
    event.occurred_at = at;
    event.recorded_at = at;
    event.attributes = {{"municipality", "0680"}, {"priority", "1"}};
    return event;
  }
  absl::StatusOr<wire::ReplayReport> Replay(std::vector<domain::Event> events, std::optional<Instant> as_of,
                                            Instant wall_clock = kCall + hours(24)) {
    Replayer replayer(*configuration_, as_of, wall_clock);
    for (domain::Event& event : events) {
      std::optional<domain::Rejection> rejection;
      if (absl::Status status = replayer.Add(event, rejection); !status.ok()) return status;
    }
    return replayer.Finish();
  }

  // Copies of events are counted as they come, and change nothing else.
  static void ForgetAccounting(wire::ReplayReport& report) {
    report.events = {};
    for (auto& [code, region] : report.regions) {
      for (domain::SourceRow& source : region.sources) {
        source.accepted = source.without_effect = 0;
        source.events_per_minute = 0;
      }
    }
  }

  std::shared_ptr<const config::Configuration> configuration_;
};

TEST_F(ReplayerTest, AnyOrderAndAnyRepetitionGiveTheSameBytesOfRows) {
  const config::RegionConfiguration& region = configuration_->regions.front();
  const simulator::County county = simulator::CountyOf(region.geography, region.zone);
  simulator::Generator generator(county, {.from = kCall - days(20), .to = kCall, .seed = 7});
  std::vector<domain::Event> events;
  while (auto delivery = generator.Next()) events.push_back(delivery->event);
  auto first = Replay(events, kCall);
  ASSERT_TRUE(first.ok()) << first.status();
  ForgetAccounting(*first);
  const std::string expected = wire::ReportJson(*first);
  std::mt19937 random(1);
  for (int i = 0; i < 3; ++i) {
    std::shuffle(events.begin(), events.end(), random);
    std::vector<domain::Event> repeated = events;
    repeated.insert(repeated.end(), events.begin(), events.begin() + static_cast<int64_t>(events.size() / 2));
    auto again = Replay(repeated, kCall);
    ASSERT_TRUE(again.ok()) << again.status();
    ForgetAccounting(*again);
    EXPECT_TRUE(wire::ReportJson(*again) == expected) << "shuffle " << i;
  }
}

TEST_F(ReplayerTest, EventsRecordedAfterAsOfAreNeitherReceivedNorRejected) {
  auto report =
      Replay({Milestone("a", "call_received", kCall), Milestone("a", "arrived", kCall + minutes(10)),
              Milestone("b", "call_received", kCall + minutes(11))},
             kCall + minutes(5));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->as_of, kCall + minutes(5));
  EXPECT_EQ(report->events.received, 1);
  EXPECT_EQ(report->events.rejected.size(), 0U);
}

TEST_F(ReplayerTest, WithoutAsOfItIsTheGreatestRecordedTimeOfWhatIsAccepted) {
  auto report =
      Replay({Milestone("a", "call_received", kCall), Milestone("b", "call_received", kCall + days(400))},
             std::nullopt);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->as_of, kCall);
  EXPECT_EQ(report->events.received, 2);
  EXPECT_EQ(report->events.rejected, (std::map<std::string, int64_t>{{"from_the_future", 1}}));
}

TEST_F(ReplayerTest, AStreamWithoutIndicatorsIsAccountedFor) {
  domain::Event event = Milestone("a", "contact_made", kCall);
  event.stream = "wait";
  auto report = Replay({event, event}, kCall);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events.accepted, 2);
  EXPECT_EQ(report->events.without_effect, 1);
}

TEST_F(ReplayerTest, ARatioIsGivenForAStreamThatHadNoEvent) {
  auto report = Replay({Milestone("a", "call_received", kCall)}, kCall);
  ASSERT_TRUE(report.ok()) << report.status();
  const auto& ratios = report->regions.at(configuration_->regions.front().code).ratios;
  ASSERT_FALSE(ratios.empty());
  for (const domain::RatioRow& row : ratios) EXPECT_EQ(row.numerator, 0);
}

TEST_F(ReplayerTest, SaysWhichSourceSentWhatAndWhatItsCasesAreLike) {
  domain::Event late = Milestone("b", "call_received", kCall + days(400));
  domain::Event arrived = Milestone("a", "arrived", kCall - minutes(1));
  arrived.recorded_at = kCall;
  arrived.attributes = {{"unit", "SE-none"}};
  auto report = Replay({Milestone("a", "call_received", kCall), arrived, arrived, late}, std::nullopt);
  ASSERT_TRUE(report.ok()) << report.status();
  const wire::RegionReport& region = report->regions.begin()->second;
  ASSERT_EQ(region.sources.size(), 1U);
  const domain::SourceRow& source = region.sources.front();
  EXPECT_EQ(source.source, "zenit");
  EXPECT_EQ(source.accepted, 3);
  EXPECT_EQ(source.without_effect, 1);
  EXPECT_EQ(source.rejected, (std::map<std::string, int64_t>{{"from_the_future", 1}}));
  EXPECT_EQ(source.last_recorded, kCall);
  EXPECT_DOUBLE_EQ(source.events_per_minute, 3.0 / 60);
  EXPECT_EQ(source.findings.of(domain::Finding::kStopBeforeStart), 1);
  ASSERT_EQ(region.units.size(), 1U);
  EXPECT_EQ(region.units.front().unit, "SE-none");
  EXPECT_EQ(region.units.front().findings.of(domain::Finding::kUnknownUnit), 1);
}

TEST_F(ReplayerTest, NothingAcceptedIsNothingJudged) {
  EXPECT_EQ(Replay({Milestone("", "call_received", kCall)}, kCall).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace vardvakt::cli
