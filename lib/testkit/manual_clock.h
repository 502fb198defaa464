#pragma once

#include <atomic>

#include "lib/base/clock.h"

namespace vardvakt::testkit {

// A clock that stands still until the test moves it, backwards too. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant now = InstantFromMillis(1'776'247'200'000))  // 2026-04-15T10:00:00Z
      : now_(MillisOf(now)) {}

  Instant Now() const override { return InstantFromMillis(now_.load()); }
  void Set(Instant now) { now_.store(MillisOf(now)); }
  void Advance(Duration by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<int64_t> now_;
};

}  // namespace vardvakt::testkit
