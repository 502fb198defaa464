#pragma once

#include "lib/base/clock.h"

namespace vardvakt::runtime {

// The machine's clock, which may jump. Stateless.
class SystemClock final : public Clock {
 public:
  Instant Now() const override { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }
};

}  // namespace vardvakt::runtime
