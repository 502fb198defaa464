#include "lib/engine/host.h"

#include <algorithm>

namespace vardvakt::engine {

Host::Host(std::vector<std::unique_ptr<Worker>> workers, std::unique_ptr<Membership> membership, bool follow)
    : workers_(std::move(workers)),
      running_(workers_.size()),
      membership_(std::move(membership)),
      follow_(follow) {}

Host::~Host() { Stop(); }

absl::Status Host::Start() {
  if (follow_) {
    for (size_t i = 0; i < workers_.size(); ++i) {
      workers_[i]->Start();
      running_[i] = true;
    }
  }
  return membership_->Start([this](std::vector<Partition> owned) { OnOwned(owned); });
}

void Host::OnOwned(const std::vector<Partition>& owned) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = *workers_[i];
    const bool ours = std::find(owned.begin(), owned.end(), worker.partition()) != owned.end();
    worker.SetOwned(ours);
    if (follow_ || ours == running_[i]) continue;
    ours ? worker.Start() : worker.Stop();
    running_[i] = ours;
  }
  shared_out_.store(true);
}

void Host::Stop() {
  membership_->Stop();
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (running_[i]) workers_[i]->Stop();
    running_[i] = false;
  }
}

std::vector<Worker*> Host::Find(std::string_view region, std::string_view stream) const {
  std::vector<Worker*> found;
  for (const auto& worker : workers_) {
    if (!region.empty() && worker->region() != region) continue;
    if (!stream.empty() && worker->stream() != stream) continue;
    found.push_back(worker.get());
  }
  return found;
}

}  // namespace vardvakt::engine
