#pragma once

#include <string_view>
#include <vector>

#include "lib/adapters/prometheus/registry.h"

namespace vardvakt::prometheus_metrics {

// One series of every metric.
inline void FillAll(Registry& registry) {
  for (const engine::MetricSpec& spec : engine::MetricTable()) {
    std::vector<std::string_view> values(spec.labels.size(), "a");
    values.resize(5);
    const auto with = [&](auto change) {
      switch (spec.labels.size()) {
        case 0:
          return change({});
        case 1:
          return change({values[0]});
        case 2:
          return change({values[0], values[1]});
        case 3:
          return change({values[0], values[1], values[2]});
        case 4:
          return change({values[0], values[1], values[2], values[3]});
        default:
          return change({values[0], values[1], values[2], values[3], values[4]});
      }
    };
    with([&](engine::Metrics::Labels labels) {
      if (spec.kind == engine::MetricKind::kCounter) registry.Count(spec.metric, labels);
      if (spec.kind == engine::MetricKind::kGauge) registry.Set(spec.metric, labels, 0.5);
      if (spec.kind == engine::MetricKind::kHistogram) registry.Observe(spec.metric, labels, 0.5);
    });
  }
}

}  // namespace vardvakt::prometheus_metrics
