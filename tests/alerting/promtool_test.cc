#include <cstdio>

#include "gtest/gtest.h"
#include "lib/adapters/prometheus/every_metric_test_util.h"

namespace vardvakt {
namespace {

TEST(PromtoolTest, FindsNothingToSayAboutAnyMetric) {
  prometheus_metrics::Registry registry;
  FillAll(registry);
  std::FILE* promtool = ::popen("promtool check metrics 2>&1", "w");
  ASSERT_NE(promtool, nullptr);
  const std::string text = registry.Text();
  std::fwrite(text.data(), 1, text.size(), promtool);
  EXPECT_EQ(::pclose(promtool), 0) << "promtool's words are above; it comes with Debian's package prometheus";
}

}  // namespace
}  // namespace vardvakt
