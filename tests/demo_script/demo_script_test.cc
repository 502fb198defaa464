// The demo's afternoon through a real task with the shipped configuration: one page, soon, that resolves.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "lib/config/configuration.h"
#include "lib/engine/task.h"
#include "lib/simulator/demo.h"
#include "lib/testkit/memory_store.h"
#include "lib/wire/event_codec.h"

namespace vardvakt {
namespace {

using domain::Episode;
using domain::Severity;

class DemoScriptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const config::LoadResult loaded = config::Load("config");
    ASSERT_TRUE(loaded.configuration) << config::FormatProblems(loaded.problems);
    configuration_ = loaded.configuration;
    county_ = simulator::CountyOf(Region().geography, Region().zone);
  }

  const config::RegionConfiguration& Region() const { return configuration_->regions.front(); }

  // Every state that an episode was told in, from the start to `for_so_long` after it.
  std::vector<Episode> Play(const simulator::DemoPlan& plan, Duration for_so_long) {
    store_ = std::make_unique<testkit::MemoryStore>();
    handle_ = store_->OpenHandle();
    absl::StatusOr<std::unique_ptr<engine::Task>> task = engine::Task::Open(
        {.region = Region().code,
         .partition = {"vardvakt.ambulance.v1", 0},
         .definition = Region().FindStream("ambulance"),
         .geography = &Region().geography,
         .zone = &Region().zone,
         .intake = &configuration_->intake,
         .rules = &Region().rules},
        {}, *handle_,
        [](std::string_view value, domain::Event& event) { return wire::DecodeEvent(value, event); });
    EXPECT_TRUE(task.ok()) << task.status();
    simulator::Generator generator(county_, plan.traffic);
    const Instant end = plan.start + for_so_long;
    for (engine::Offset offset = 0; generator.NextAt().value() < end; ++offset) {
      const simulator::Delivery next = generator.Next().value();
      // The clock stands at the start while the history goes in.
      const Instant append_time = std::max(next.deliver_at, plan.start);
      EXPECT_TRUE(
          (*task)
              ->Apply(
                  {{.offset = offset, .append_time = append_time, .value = wire::EncodeEvent(next.event)}})
              .ok());
    }
    EXPECT_TRUE((*task)->AdvanceTo(end).ok());
    EXPECT_EQ((*task)->rejected(), 0);
    return (*task)->TakeEpisodes();
  }

  std::shared_ptr<const config::Configuration> configuration_;
  simulator::County county_;
  std::unique_ptr<testkit::MemoryStore> store_;
  std::unique_ptr<engine::Store> handle_;
};

TEST_F(DemoScriptTest, PagesOnceAndResolvesWithinAMinute) {
  for (const char* shown :
       {"2026-01-14T20:00:00+01:00", "2026-04-04T12:00:00+02:00", "2026-10-25T18:00:00+01:00"}) {
    const simulator::DemoPlan plan = simulator::PlanDemo(county_, ParseRfc3339(shown).value(), std::nullopt);
    // By its key, fingerprint and start, in the state that it was told in last.
    std::map<std::pair<std::string, Instant>, Episode> pages;
    int warnings = 0;
    for (const Episode& episode : Play(plan, seconds(60) * simulator::kDemoSpeed)) {
      if (episode.severity != Severity::kPage) {
        ++warnings;
      } else if (episode.firing_at) {
        pages[{episode.fingerprint, episode.started_at}] = episode;
      }
    }
    ASSERT_EQ(pages.size(), 1u) << shown;
    const Episode& page = pages.begin()->second;
    EXPECT_EQ(page.rule, "ambulance_prio1_region_1h");
    EXPECT_LE(*page.firing_at - plan.start, seconds(20) * simulator::kDemoSpeed) << shown;
    ASSERT_TRUE(page.resolved_at) << shown;
    EXPECT_GT(warnings, 3) << shown;
    std::printf(
        "%s: %s\n  firing after %lld s, resolved after %lld s, %d warnings\n", shown, page.summary_en.c_str(),
        static_cast<long long>((*page.firing_at - plan.start) / seconds(simulator::kDemoSpeed)),
        static_cast<long long>((*page.resolved_at - plan.start) / seconds(simulator::kDemoSpeed)), warnings);
  }
}

}  // namespace
}  // namespace vardvakt
