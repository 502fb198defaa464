#include "services/notifier/sink_worker.h"

#include <utility>

namespace vardvakt::notifier {

SinkWorker::SinkWorker(size_t sink, alertmanager::Sink& to, const Clock& clock,
                       std::function<void(Done)> done)
    : sink_(sink), to_(to), clock_(clock), done_(std::move(done)), thread_([this] { Serve(); }) {}

SinkWorker::~SinkWorker() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void SinkWorker::Start(SinkPlan plan) {
  std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
  changed_.notify_all();
}

void SinkWorker::Serve() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || plan_; });
    if (stopping_) return;
    Done done{.sink = sink_, .plan = *std::exchange(plan_, std::nullopt)};
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    done.results = to_.Deliver(done.plan.notices, clock_.Now());
    done.took = std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - begin);
    done_(std::move(done));
  }
}

}  // namespace vardvakt::notifier
