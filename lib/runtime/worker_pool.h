#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vardvakt::runtime {

// A fixed number of threads for work that must not run on a server's I/O thread. What waits is bounded at the
// door, so that a crowd is turned away instead of piling up. Thread-safe. The destructor runs what is
// waiting.
class WorkerPool {
 public:
  using Work = std::function<void()>;

  WorkerPool(int threads, size_t max_waiting);
  ~WorkerPool();

  // False, and nothing done, when `max_waiting` are waiting already.
  [[nodiscard]] bool TryRun(Work work);
  // The next step of something that was let in before: never turned away.
  void Continue(Work work);

 private:
  void Serve();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vardvakt::runtime
