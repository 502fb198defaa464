#pragma once

#include <memory>
#include <string>

#include "lib/engine/metrics.h"

namespace vardvakt::prometheus_metrics {

// The metrics of a process in a prometheus-cpp registry, and their text form for /metrics. A histogram counts
// as many series as it has lines. A series beyond `max_series` is left out and counted in
// vardvakt_series_dropped_total: what a stranger sends can cost no more memory than that. Thread-safe.
class Registry final : public engine::Metrics {
 public:
  explicit Registry(size_t max_series = 5000);
  ~Registry() override;

  void Count(engine::Metric counter, Labels labels, double by = 1) override;
  void Set(engine::Metric gauge, Labels labels, double value) override;
  void Observe(engine::Metric histogram, Labels labels, double value) override;
  void Remove(engine::Metric metric, Labels labels) override;

  // The text format, version 0.0.4.
  std::string Text() const;
  size_t series() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace vardvakt::prometheus_metrics
