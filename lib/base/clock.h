#pragma once

#include "lib/base/time.h"

namespace vardvakt {

// The wall clock as a port: received, never asked for by name. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

}  // namespace vardvakt
