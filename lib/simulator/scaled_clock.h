#pragma once

#include <atomic>
#include <cstdint>

#include "lib/base/clock.h"

namespace vardvakt::simulator {

// A clock for the demo: stands at an instant until it is told to run, then runs `speed` times as fast as the
// real one. Whoever is handed it (log, tasks, services) lives in the simulated county's time, so deadlines
// and rules fire as they would, only sooner. Never goes back. Thread-safe; `real` must outlive it.
class ScaledClock final : public Clock {
 public:
  ScaledClock(const Clock& real, Instant start) : real_(real), start_(start), greatest_(MillisOf(start)) {}

  // From now on it runs; call once.
  void Run(int64_t speed);

  Instant Now() const override;

  // How long, by the real clock, until Now() reaches an instant: zero when it has, a second while it stands.
  Duration RealUntil(Instant instant) const;

 private:
  const Clock& real_;
  const Instant start_;
  std::atomic<int64_t> speed_ = 0;       // 0: it stands
  std::atomic<int64_t> real_begin_ = 0;  // milliseconds since the epoch, set before speed_
  mutable std::atomic<int64_t> greatest_;
};

}  // namespace vardvakt::simulator
