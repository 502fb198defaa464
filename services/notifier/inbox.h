#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "lib/engine/log.h"
#include "services/notifier/sink_worker.h"

namespace vardvakt::notifier {

// What the readers and sinks hand to the thread that decides. Thread-safe. Readers wait while it is full.
class Inbox {
 public:
  struct Read {
    int32_t partition = 0;
    std::vector<engine::Record> records;
  };
  struct Content {
    std::vector<Read> read;
    std::vector<SinkWorker::Done> done;
    size_t caught_up = 0;  // partitions that have been read to the end they had at the start
    absl::Status failure;
    bool stopping = false;
  };

  void PutRead(Read read);
  void PutDone(SinkWorker::Done done);
  void PutCaughtUp(int32_t partition);
  void PutFailure(absl::Status failure);
  void Stop();
  bool stopping() const;
  // Returns at once when stopping.
  void WaitOrStop(Duration wait);

  // Everything that has come, waiting at most `wait` for something.
  Content Take(Duration wait);

 private:
  static constexpr size_t kMaxWaiting = 64;  // batches of records

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Content content_;
  std::set<int32_t> caught_up_;
  bool caught_up_changed_ = false;
  bool stop_changed_ = false;
};

}  // namespace vardvakt::notifier
