#include "services/vardvakt/feeder.h"

#include <algorithm>
#include <future>
#include <utility>

#include "lib/wire/ndjson.h"

namespace vardvakt::cli {
namespace {

constexpr size_t kBatch = 2000;
constexpr Duration kAfterRefusal = milliseconds(500);
constexpr Duration kLongestWait = milliseconds(200);

}  // namespace

Feeder::Feeder(simulator::DeliverySource& source, const simulator::ScaledClock& clock,
               ingest::Publisher& publisher, Logger& logger)
    : pacer_(source, clock), publisher_(publisher), logger_(logger) {}

Feeder::~Feeder() { Stop(); }

void Feeder::FeedHistory(runtime::Signals& signals) {
  while (!signals.stop_requested() && FeedOnce() > 0) continue;
}

void Feeder::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Feeder::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Feeder::Run() {
  while (true) {
    const bool idle = FeedOnce() == 0;
    const Duration until_next = pacer_.RealUntilNext().value_or(kLongestWait);
    if (!Wait(idle ? std::clamp(until_next, milliseconds(1), kLongestWait) : Duration(0))) return;
  }
}

size_t Feeder::FeedOnce() {
  if (due_.size() < kBatch) pacer_.TakeDue(kBatch - due_.size(), due_);
  if (due_.empty()) return 0;
  std::vector<ingest::Incoming> records;
  for (const simulator::Delivery& delivery : due_) {
    records.push_back({static_cast<int>(records.size()), delivery.event, wire::EventToJson(delivery.event)});
  }
  std::promise<ingest::Publisher::Response> promise;
  publisher_.Publish("simulator", std::move(records),
                     [&](ingest::Publisher::Response response) { promise.set_value(std::move(response)); });
  const ingest::Publisher::Response response = promise.get_future().get();
  std::vector<simulator::Delivery> left;
  for (int i = 0; i < response.results_size(); ++i) {
    const auto& result = response.results(i);
    if (!result.accepted() && result.reason() == "unavailable")
      left.push_back(std::move(due_[static_cast<size_t>(i)]));
  }
  const size_t handed_over = due_.size();
  due_ = std::move(left);
  if (!due_.empty()) {
    logger_.Warning("log_refused_events", {{"events", due_.size()}});
    Wait(kAfterRefusal);
  }
  return handed_over;
}

bool Feeder::Wait(Duration time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace vardvakt::cli
