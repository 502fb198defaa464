#include "services/notifier/inbox.h"

#include <utility>

namespace vardvakt::notifier {

void Inbox::PutRead(Read read) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return content_.read.size() < kMaxWaiting || content_.stopping; });
  content_.read.push_back(std::move(read));
  changed_.notify_all();
}

void Inbox::PutDone(SinkWorker::Done done) {
  std::lock_guard lock(mutex_);
  content_.done.push_back(std::move(done));
  changed_.notify_all();
}

void Inbox::PutCaughtUp(int32_t partition) {
  std::lock_guard lock(mutex_);
  if (!caught_up_.insert(partition).second) return;
  caught_up_changed_ = true;
  changed_.notify_all();
}

void Inbox::PutFailure(absl::Status failure) {
  std::lock_guard lock(mutex_);
  content_.failure.Update(failure);
  changed_.notify_all();
}

void Inbox::Stop() {
  std::lock_guard lock(mutex_);
  content_.stopping = stop_changed_ = true;
  changed_.notify_all();
}

bool Inbox::stopping() const {
  std::lock_guard lock(mutex_);
  return content_.stopping;
}

void Inbox::WaitOrStop(Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] { return content_.stopping; });
}

Inbox::Content Inbox::Take(Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] {
    return !content_.read.empty() || !content_.done.empty() || caught_up_changed_ || stop_changed_ ||
           !content_.failure.ok();
  });
  caught_up_changed_ = stop_changed_ = false;
  Content taken = std::exchange(content_, {.failure = content_.failure, .stopping = content_.stopping});
  taken.caught_up = caught_up_.size();
  changed_.notify_all();
  return taken;
}

}  // namespace vardvakt::notifier
