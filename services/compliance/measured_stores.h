#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lib/engine/metrics.h"
#include "lib/engine/worker.h"

namespace vardvakt::compliance {

// Stores of tasks, with how long their commits take in the metrics. Thread-safe where `stores` is.
class MeasuredStores final : public engine::StoreProvider {
 public:
  struct Labels {
    std::string region;
    std::string stream;
  };
  // `labels`: by the name of the store. `stores` and `metrics` must outlive it and what it opens.
  MeasuredStores(engine::StoreProvider& stores, engine::Metrics& metrics,
                 std::map<std::string, Labels> labels)
      : stores_(stores), metrics_(metrics), labels_(std::move(labels)) {}

  absl::StatusOr<std::unique_ptr<engine::Store>> Open(const std::string& name) override;
  absl::StatusOr<std::string> SetAside(const std::string& name) override { return stores_.SetAside(name); }
  std::optional<int64_t> SizeBytes(const std::string& name) override { return stores_.SizeBytes(name); }

 private:
  engine::StoreProvider& stores_;
  engine::Metrics& metrics_;
  const std::map<std::string, Labels> labels_;
};

}  // namespace vardvakt::compliance
