#include "lib/adapters/prometheus/registry.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/prometheus/every_metric_test_util.h"
#include "lib/base/strings.h"

namespace vardvakt::prometheus_metrics {
namespace {

using engine::Metric;
using engine::MetricKind;
using engine::MetricSpec;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricTableTest, FollowsTheEnumerationWithoutGapOrDouble) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < engine::MetricTable().size(); ++i) {
    const MetricSpec& spec = engine::MetricTable()[i];
    EXPECT_EQ(static_cast<size_t>(spec.metric), i) << spec.name;
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
  }
  EXPECT_EQ(engine::MetricTable().back().metric, Metric::kSeriesDropped);
}

TEST(RegistryTest, CountsSetsObservesAndRemoves) {
  Registry registry;
  registry.Count(Metric::kPublishedRecords, {"t"}, 0);
  EXPECT_THAT(registry.Text(), HasSubstr("vardvakt_published_records_total{topic=\"t\"} 0\n"));
  registry.Count(Metric::kPublishedRecords, {"t"}, 3);
  registry.Set(Metric::kTaskCaughtUp, {"06", "ambulance"}, 1);
  registry.Observe(Metric::kNotifierDeliverySeconds, {"s"}, 0.02);
  EXPECT_THAT(
      registry.Text(),
      AllOf(HasSubstr("# TYPE vardvakt_published_records_total counter\n"),
            HasSubstr("vardvakt_published_records_total{topic=\"t\"} 3\n"),
            HasSubstr("vardvakt_task_caught_up{region=\"06\",stream=\"ambulance\"} 1\n"),
            HasSubstr("vardvakt_notifier_delivery_duration_seconds_bucket{sink=\"s\",le=\"0.025\"} 1\n")));
  registry.Remove(Metric::kTaskCaughtUp, {"06", "ambulance"});
  registry.Remove(Metric::kTaskCaughtUp, {"07", "ambulance"});
  EXPECT_THAT(registry.Text(), Not(HasSubstr("vardvakt_task_caught_up")));
}

TEST(RegistryTest, SourcesAreBoundedAndPlain) {
  Registry registry;
  registry.Count(Metric::kIngestEventsAccepted, {"ambulance", "a\"\n\xff"});
  EXPECT_THAT(registry.Text(), HasSubstr("source=\"a\\\"__\""));
  for (int i = 0; i < 60; ++i) registry.Count(Metric::kIngestEventsAccepted, {"ambulance", Cat("s", i)});
  EXPECT_THAT(registry.Text(),
              AllOf(HasSubstr("source=\"s48\",stream=\"ambulance\"} 1\n"), Not(HasSubstr("source=\"s49\"")),
                    HasSubstr("source=\"other\",stream=\"ambulance\"} 11\n")));
}

TEST(RegistryTest, SeriesAreBounded) {
  Registry registry(10);
  for (int i = 0; i < 20; ++i) registry.Set(Metric::kStoreSizeBytes, {Cat("s", i)}, 1);
  EXPECT_THAT(registry.Text(), AllOf(HasSubstr("store=\"s9\""), Not(HasSubstr("store=\"s10\"")),
                                     HasSubstr("vardvakt_series_dropped_total 10\n")));
  EXPECT_EQ(registry.series(), 11u);
}

TEST(RegistryTest, EverySeriesIsCounted) {
  Registry registry;
  FillAll(registry);
  size_t lines = 0;
  std::istringstream text(registry.Text());
  for (std::string line; std::getline(text, line);) lines += line.starts_with('#') ? 0 : 1;
  EXPECT_EQ(registry.series(), lines);
}

TEST(RegistryTest, IsThreadSafe) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&registry] {
      for (int j = 0; j < 1000; ++j) {
        registry.Count(Metric::kPublishedRecords, {"t"});
        registry.Set(Metric::kTaskCaughtUp, {"06", "ambulance"}, 1);
        if (j % 100 == 0) registry.Text();
        registry.Remove(Metric::kTaskCaughtUp, {"06", "ambulance"});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(registry.Text(), HasSubstr("vardvakt_published_records_total{topic=\"t\"} 4000\n"));
}

std::string MetricsPage() {
  std::string page =
      "# Metrics\n\nMade from `lib/engine/metrics.cc`; `UPDATE_DOCS=1 "
      "build/release/bin/tests/prometheus_test` writes it "
      "anew.\n\n| metric | type | labels | service | what it says |\n|---|---|---|---|---|\n";
  for (const MetricSpec& spec : engine::MetricTable()) {
    std::string labels;
    for (const std::string_view label : spec.labels)
      CatTo(labels, labels.empty() ? "" : ", ", "`", label, "`");
    CatTo(page, "| `", spec.name, "` | ", engine::MetricKindName(spec.kind), " | ", labels, " | ",
          spec.service, " | ", spec.help, " |\n");
  }
  return page;
}

TEST(MetricsPageTest, IsWhatTheTableSays) {
  if (std::getenv("UPDATE_DOCS") != nullptr) std::ofstream("docs/metrics.md") << MetricsPage();
  std::ifstream file("docs/metrics.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), MetricsPage());
}

}  // namespace
}  // namespace vardvakt::prometheus_metrics
