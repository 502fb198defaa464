#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/clock.h"
#include "lib/simulator/generator.h"

namespace vardvakt::simulator {

// Traffic for benchmarks and load tests: about `missions` missions (five events each) called in during the 30
// days before `end`, with 3 % duplicates, 10 % out of order and 2 % corrections. All of it lies in the past
// at `end`, so it can be sent at any rate from then on.
GeneratorOptions LoadTraffic(Instant end, int64_t missions, uint64_t seed);

// Hands over a source's deliveries at a fixed rate by the clock, whatever their own times. Not
// thread-safe.
class FixedRate {
 public:
  FixedRate(DeliverySource& source, const Clock& clock, int64_t events_per_second)
      : source_(source), clock_(clock), events_per_second_(events_per_second), begin_(clock.Now()) {}

  // Appends what is due by now, at most `max`; false when the source has no more.
  bool TakeDue(size_t max, std::vector<Delivery>& out);

  // How long until the next one is due.
  Duration UntilNext() const;

 private:
  DeliverySource& source_;
  const Clock& clock_;
  const int64_t events_per_second_;
  const Instant begin_;
  int64_t given_ = 0;
};

}  // namespace vardvakt::simulator
