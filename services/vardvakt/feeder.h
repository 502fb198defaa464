#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "lib/base/logger.h"
#include "lib/runtime/signals.h"
#include "lib/simulator/pacer.h"
#include "services/ingest/publisher.h"

namespace vardvakt::cli {

// Hands a simulated county's events to ingest when they are due by the demo's clock, and again what the log
// has not taken, as a source would. Start and Stop from one thread; all must outlive it.
class Feeder {
 public:
  Feeder(simulator::DeliverySource& source, const simulator::ScaledClock& clock, ingest::Publisher& publisher,
         Logger& logger);
  ~Feeder();

  // Everything that lies before the standing clock; returns when the log has it, or a stop was requested.
  void FeedHistory(runtime::Signals& signals);
  // From now on, on a thread of its own, until Stop.
  void Start();
  void Stop();

 private:
  void Run();
  // Hands over what is due, at most one batch, and waits for its answer; how many that were.
  size_t FeedOnce();
  // False when it was told to stop first.
  bool Wait(Duration time);

  simulator::Pacer pacer_;
  ingest::Publisher& publisher_;
  Logger& logger_;
  std::vector<simulator::Delivery> due_;  // not yet taken by the log
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vardvakt::cli
