#include "lib/simulator/scaled_clock.h"

#include <algorithm>

namespace vardvakt::simulator {

void ScaledClock::Run(int64_t speed) {
  real_begin_ = MillisOf(real_.Now());
  speed_ = speed;
}

Instant ScaledClock::Now() const {
  const int64_t speed = speed_;
  if (speed == 0) return start_;
  const int64_t now = MillisOf(start_) + (MillisOf(real_.Now()) - real_begin_) * speed;
  // The real clock may be set back.
  int64_t greatest = greatest_;
  while (greatest < now && !greatest_.compare_exchange_weak(greatest, now)) {
  }
  return InstantFromMillis(std::max(greatest, now));
}

Duration ScaledClock::RealUntil(Instant instant) const {
  const Instant now = Now();
  if (instant <= now) return Duration(0);
  const int64_t speed = speed_;
  if (speed == 0) return seconds(1);
  return (instant - now + milliseconds(speed - 1)) / speed;
}

}  // namespace vardvakt::simulator
