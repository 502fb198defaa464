#pragma once

#include <functional>
#include <memory>
#include <random>

namespace vardvakt::notifier {

// Numbers in [0, 1) for the waits between attempts, different in every process. Not thread-safe, for the
// notifier asks from one thread.
inline std::function<double()> SystemChance() {
  auto engine = std::make_shared<std::minstd_rand>(std::random_device()());
  return [engine] { return std::uniform_real_distribution<double>(0, 1)(*engine); };
}

}  // namespace vardvakt::notifier
