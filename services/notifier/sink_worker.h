#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "lib/adapters/alertmanager/sink.h"
#include "lib/base/clock.h"
#include "services/notifier/outbox.h"

namespace vardvakt::notifier {

// A thread that delivers to one sink, one plan at a time, so that a sink that hangs holds up nobody else.
class SinkWorker {
 public:
  struct Done {
    size_t sink = 0;
    SinkPlan plan;
    std::vector<alertmanager::Result> results;  // one for each notice
    Duration took{0};
  };

  SinkWorker(size_t sink, alertmanager::Sink& to, const Clock& clock, std::function<void(Done)> done);
  // Waits for the delivery that is under way.
  ~SinkWorker();

  // Only when none is under way.
  void Start(SinkPlan plan);

 private:
  void Serve();

  const size_t sink_;
  alertmanager::Sink& to_;
  const Clock& clock_;
  const std::function<void(Done)> done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<SinkPlan> plan_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vardvakt::notifier
