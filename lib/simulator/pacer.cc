#include "lib/simulator/pacer.h"

namespace vardvakt::simulator {

void Pacer::TakeDue(size_t max, std::vector<Delivery>& out) {
  const Instant now = clock_.Now();
  for (size_t taken = 0; taken < max; ++taken) {
    const std::optional<Instant> at = source_.NextAt();
    if (!at || *at > now) return;
    out.push_back(*source_.Next());
  }
}

std::optional<Duration> Pacer::RealUntilNext() {
  const std::optional<Instant> at = source_.NextAt();
  if (!at) return std::nullopt;
  return clock_.RealUntil(*at);
}

}  // namespace vardvakt::simulator
