#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "lib/base/logger.h"
#include "lib/base/time.h"

namespace vardvakt::runtime {

// SIGTERM and SIGINT ask the program to stop, a second one ends it at once; SIGHUP calls the reload hook, on
// a thread of this class, or asks it to stop where there is no hook. Create it before any other thread, for
// those inherit the blocked signals; one per process. Everything but the constructor and destructor is
// thread-safe.
class Signals {
 public:
  explicit Signals(Logger& logger);
  ~Signals();

  void OnReload(std::function<void()> reload);

  // As SIGTERM does.
  void RequestStop();
  bool stop_requested() const { return stop_requested_; }
  void WaitForStop();
  // True when a stop was requested, at the latest after `wait`.
  bool WaitForStop(Duration wait);

 private:
  void Serve();
  void HandleStop(int signal);
  void HandleReload();

  Logger& logger_;
  int signal_fd_ = -1;
  int stop_event_ = -1;  // readable from the first request to stop on
  int end_event_ = -1;   // readable once the destructor runs
  std::atomic<bool> stop_requested_ = false;
  std::mutex mutex_;
  std::function<void()> reload_;
  std::thread thread_;
};

}  // namespace vardvakt::runtime
