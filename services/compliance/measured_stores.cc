#include "services/compliance/measured_stores.h"

#include <chrono>

namespace vardvakt::compliance {
namespace {

class MeasuredStore final : public engine::Store {
 public:
  MeasuredStore(std::unique_ptr<engine::Store> store, engine::Metrics& metrics, MeasuredStores::Labels labels)
      : store_(std::move(store)), metrics_(metrics), labels_(std::move(labels)) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override { return store_->Get(key); }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      const std::vector<std::string_view>& keys) override {
    return store_->MultiGet(keys);
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) override {
    return store_->Scan(from, to, visit);
  }
  absl::Status Write(engine::WriteBatch& batch, bool durable) override {
    const auto begun = std::chrono::steady_clock::now();
    absl::Status written = store_->Write(batch, durable);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    metrics_.Observe(engine::Metric::kTaskCommitSeconds, {labels_.region, labels_.stream}, took.count());
    return written;
  }

 private:
  const std::unique_ptr<engine::Store> store_;
  engine::Metrics& metrics_;
  const MeasuredStores::Labels labels_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<engine::Store>> MeasuredStores::Open(const std::string& name) {
  auto store = stores_.Open(name);
  const auto labels = labels_.find(name);
  if (!store.ok() || labels == labels_.end()) return store;
  return std::make_unique<MeasuredStore>(*std::move(store), metrics_, labels->second);
}

}  // namespace vardvakt::compliance
