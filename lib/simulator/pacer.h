#pragma once

#include <optional>
#include <vector>

#include "lib/simulator/scaled_clock.h"
#include "lib/simulator/source.h"

namespace vardvakt::simulator {

// Hands over a source's deliveries when the demo's clock has reached them. Not thread-safe.
class Pacer {
 public:
  Pacer(DeliverySource& source, const ScaledClock& clock) : source_(source), clock_(clock) {}

  // Appends the deliveries that are due by now, at most `max`. While the clock stands: all before its
  // instant, which is how a history gets in at once.
  void TakeDue(size_t max, std::vector<Delivery>& out);

  // How long to wait, by the real clock, until the next one is due; nullopt when there is no next one.
  std::optional<Duration> RealUntilNext();

 private:
  DeliverySource& source_;
  const ScaledClock& clock_;
};

}  // namespace vardvakt::simulator
