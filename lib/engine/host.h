#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/engine/log.h"
#include "lib/engine/worker.h"

namespace vardvakt::engine {

// All tasks of a process: one worker for each region and stream that it may come to own. Every one of them
// runs (owns or follows): those that are not owned answer queries and are ready to take over at once. With
// `follow` off, a worker runs only while its partition is owned. Thread-safe.
class Host {
 public:
  Host(std::vector<std::unique_ptr<Worker>> workers, std::unique_ptr<Membership> membership, bool follow);
  ~Host();

  absl::Status Start();
  void Stop();

  bool follows() const { return follow_; }
  // Whether this process has been told its share for the first time.
  bool shared_out() const { return shared_out_.load(); }
  // The workers of a region and stream; empty means every one.
  std::vector<Worker*> Find(std::string_view region, std::string_view stream) const;

 private:
  void OnOwned(const std::vector<Partition>& owned);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<bool> running_;
  std::unique_ptr<Membership> membership_;
  const bool follow_;
  std::atomic<bool> shared_out_{false};
  std::mutex mutex_;
};

}  // namespace vardvakt::engine
