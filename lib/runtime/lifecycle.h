#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/base/logger.h"
#include "lib/base/time.h"

namespace vardvakt::runtime {

// What has to be undone at the end, in reverse order of registration; register each cleanup right after what
// it undoes has been acquired. If all of them together take longer than `limit`, the process ends at once
// with kExitStopTimeout and the name of the one that hung: nothing here needs an orderly end to be right. One
// thread.
class Lifecycle {
 public:
  Lifecycle(Logger& logger, Duration limit) : logger_(logger), limit_(limit) {}
  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;
  ~Lifecycle() { Stop(); }

  void OnStop(std::string name, std::function<void()> cleanup);
  void Stop();

 private:
  struct Cleanup {
    std::string name;
    std::function<void()> run;
  };
  Logger& logger_;
  const Duration limit_;
  std::vector<Cleanup> cleanups_;
};

}  // namespace vardvakt::runtime
