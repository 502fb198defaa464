#pragma once

#include <vector>

#include "lib/engine/log.h"

namespace vardvakt::engine {

// Owns a fixed set of partitions from Start to Stop: one process on the embedded log, or a process that was
// told its regions. Nobody checks that no other process was told the same.
class StaticMembership final : public Membership {
 public:
  explicit StaticMembership(std::vector<Partition> owned) : owned_(std::move(owned)) {}

  absl::Status Start(Changed changed) override;
  void Stop() override {}

 private:
  std::vector<Partition> owned_;
};

}  // namespace vardvakt::engine
