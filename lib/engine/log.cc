#include "lib/engine/log.h"

#include <condition_variable>
#include <mutex>

namespace vardvakt::engine {
namespace {

// Outlives the caller that gave up waiting.
struct Answer {
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<absl::StatusOr<Offset>> value;
};

}  // namespace

absl::StatusOr<Offset> Log::AppendAndWait(Outgoing record, Duration wait) {
  auto answer = std::make_shared<Answer>();
  const std::string topic = record.to.topic;
  absl::Status taken = appender()->Append(std::move(record), [answer](absl::StatusOr<Offset> offset) {
    std::lock_guard lock(answer->mutex);
    answer->value = std::move(offset);
    answer->arrived.notify_all();
  });
  if (!taken.ok()) return taken;
  std::unique_lock lock(answer->mutex);
  if (!answer->arrived.wait_for(lock, wait, [&] { return answer->value.has_value(); })) {
    return absl::DeadlineExceededError("topic " + topic + ": no acknowledgement within " +
                                       std::to_string(wait.count()) +
                                       " ms; the record may be in the log all the same");
  }
  return *answer->value;
}

}  // namespace vardvakt::engine
