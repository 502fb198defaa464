#include "lib/simulator/demo.h"

#include <gtest/gtest.h>

#include <map>

#include "lib/config/configuration.h"
#include "lib/simulator/county_test_util.h"

namespace vardvakt::simulator {
namespace {

struct Decided {
  int64_t minute;  // since the epoch
  bool within;
};

struct Episode {
  int64_t firing;  // minutes after the start
  int64_t resolved;
};

// The county's decided missions from a day before the start to some hours after it.
std::vector<Decided> DecidedMissions(const County& county, const DemoPlan& plan) {
  GeneratorOptions traffic = plan.traffic;
  traffic.to = plan.start + hours(4);
  Generator generator(county, traffic);
  std::vector<Decided> decided;
  generator.ObserveMissions([&](const Mission& mission) {
    if (!mission.IsDecided() || mission.call < plan.start - hours(25)) return;
    const Instant deadline = mission.call + minutes(20);
    const Instant at = mission.arrived ? std::min(*mission.arrived, deadline) : deadline;
    decided.push_back({std::chrono::floor<minutes>(at).time_since_epoch().count(), mission.IsWithin()});
  });
  while (generator.Next()) {
  }
  return decided;
}

// A threshold rule on the region, worked out minute by minute from the start on.
std::vector<Episode> EpisodesOf(const domain::ThresholdRule& rule, const std::vector<Decided>& decided,
                                Instant start) {
  const int64_t begin = std::chrono::floor<minutes>(start).time_since_epoch().count();
  const int64_t window = rule.window == domain::Window::k1h ? 60 : 1440;
  std::vector<Episode> episodes;
  int64_t below_since = INT64_MAX;
  bool firing = false;
  for (int64_t now = begin; now < begin + 180; ++now) {
    int64_t n = 0;
    int64_t within = 0;
    for (const Decided& one : decided) {
      if (one.minute <= now - window || one.minute > now) continue;
      ++n;
      if (one.within) ++within;
    }
    if (firing) {
      if (within * 1000 < rule.clear_permille * n) continue;
      firing = false;
      episodes.back().resolved = now - begin;
    } else if (n < rule.min_n || within * 1000 >= rule.floor_permille * n) {
      below_since = INT64_MAX;
    } else if (below_since == INT64_MAX) {
      below_since = now;
    } else if (minutes(now - below_since) >= rule.for_at_least) {
      firing = true;
      below_since = INT64_MAX;
      episodes.push_back({.firing = now - begin, .resolved = INT64_MAX});
    }
  }
  return episodes;
}

class DemoTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const config::LoadResult loaded = config::Load("config");
    ASSERT_TRUE(loaded.configuration) << config::FormatProblems(loaded.problems);
    const config::RegionConfiguration& region = loaded.configuration->regions.front();
    county_ = CountyOf(region.geography, region.zone);
    rules_ = region.rules;
  }

  County county_;
  domain::AlertRules rules_;
};

TEST_F(DemoTest, StartsAtTheLatestFourInTheAfternoon) {
  const DemoPlan morning = PlanDemo(county_, At("2026-03-29T09:00:00+02:00"), std::nullopt);
  EXPECT_EQ(morning.start, At("2026-03-28T16:00:00+01:00"));  // the clocks went forward that night
  const DemoPlan evening = PlanDemo(county_, At("2026-03-29T16:00:00+02:00"), std::nullopt);
  EXPECT_EQ(evening.start, At("2026-03-29T16:00:00+02:00"));
  EXPECT_EQ(evening.traffic.from, evening.start - days(60));
  EXPECT_LT(evening.care.from, evening.start - days(366));
  EXPECT_TRUE(evening.care.open_cases_first);
}

TEST_F(DemoTest, GoesOnAfterWhatTheLogHas) {
  const Instant last = At("2026-03-30T03:00:10+02:00");
  const DemoPlan plan = PlanDemo(county_, At("2026-03-29T17:00:00+02:00"), last);
  EXPECT_EQ(plan.start, At("2026-03-30T16:00:00+02:00"));
  EXPECT_EQ(plan.traffic.from, At("2026-03-30T03:01:00+02:00"));
  EXPECT_LE(plan.care.from, last);
  EXPECT_FALSE(plan.care.open_cases_first);
}

// The one true page: whenever the demo is shown, exactly one rule of severity page fires, soon, and resolves.
TEST_F(DemoTest, PagesOnceAndResolvesWheneverItIsShown) {
  for (int day = 0; day < 365; day += 5) {
    const DemoPlan plan = PlanDemo(county_, At("2026-01-01T20:00:00+01:00") + days(day), std::nullopt);
    const std::vector<Decided> decided = DecidedMissions(county_, plan);
    std::map<std::string, std::vector<Episode>> pages;
    for (const domain::ThresholdRule& rule : rules_.threshold_rules) {
      if (rule.severity != domain::Severity::kPage) continue;
      ASSERT_EQ(rule.level, "region") << "this test works out rules on the region only";
      if (auto episodes = EpisodesOf(rule, decided, plan.start); !episodes.empty()) pages[rule.id] = episodes;
    }
    ASSERT_EQ(pages.size(), 1u) << FormatSeconds(plan.start);
    ASSERT_EQ(pages.begin()->second.size(), 1u) << FormatSeconds(plan.start);
    const Episode page = pages.begin()->second.front();
    EXPECT_LE(page.firing * 60 / kDemoSpeed, 20) << FormatSeconds(plan.start);
    EXPECT_LE(page.resolved * 60 / kDemoSpeed, 55) << FormatSeconds(plan.start);
  }
}

// Cases must not page one by one: at 71 % within 20 minutes a dozen a day are late.
TEST_F(DemoTest, NoCaseRulePages) {
  for (const domain::CaseRule& rule : rules_.case_rules)
    EXPECT_NE(rule.severity, domain::Severity::kPage) << rule.id;
}

}  // namespace
}  // namespace vardvakt::simulator
