#include "lib/runtime/lifecycle.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "lib/runtime/exit_code.h"

namespace vardvakt::runtime {
namespace {

// Ends the process when it has not been told in time that all is done.
class Watchdog {
 public:
  Watchdog(Logger& logger, Duration limit)
      : deadline_(std::chrono::steady_clock::now() + limit), thread_([this, &logger] { Watch(logger); }) {}
  ~Watchdog() {
    Say("", true);
    thread_.join();
  }
  void NowStopping(const std::string& name) { Say(name, false); }

 private:
  void Say(const std::string& name, bool done) {
    std::lock_guard lock(mutex_);
    stopping_ = name;
    done_ = done;
    changed_.notify_all();
  }
  void Watch(Logger& logger) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, deadline_, [this] { return done_; })) return;
    logger.Error("stop_timed_out",
                 {{"hanging", stopping_}, {"remedy", "none needed: what it holds is rebuilt at start"}});
    std::_Exit(static_cast<int>(ExitCode::kStopTimeout));
  }

  const std::chrono::steady_clock::time_point deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string stopping_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace

void Lifecycle::OnStop(std::string name, std::function<void()> cleanup) {
  cleanups_.push_back({std::move(name), std::move(cleanup)});
}

void Lifecycle::Stop() {
  if (cleanups_.empty()) return;
  Watchdog watchdog(logger_, limit_);
  while (!cleanups_.empty()) {
    const Cleanup cleanup = std::move(cleanups_.back());
    cleanups_.pop_back();
    watchdog.NowStopping(cleanup.name);
    cleanup.run();
  }
}

}  // namespace vardvakt::runtime
