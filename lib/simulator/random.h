#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace vardvakt::simulator {

// xoshiro256** seeded by splitmix64, and samples from it in integers only, so that a seed gives the same
// numbers on every machine and compiler. Two different (seed, stream) pairs are independent for all that is
// done here. Not for secrets. Not thread-safe.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream);

  uint64_t Next();
  // Uniform in [0, n); n >= 1 and below 2^32.
  int64_t Below(int64_t n);
  // Uniform in [low, high], both included.
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  // True `per_mille` (0 to 1000) times in a thousand.
  bool Chance(int64_t per_mille) { return Below(1000) < per_mille; }
  // The gap to the next event of a Poisson process with this mean gap; mean below 2^37.
  int64_t Exponential(int64_t mean);

 private:
  uint64_t state_[4];
};

// A distribution given by its quantiles, at most ten: linear between them.
class Quantiles {
 public:
  struct Point {
    int per_mille;  // of the probability; ascending, the first 0 and the last 1000
    int64_t value;  // not descending
  };
  constexpr Quantiles(std::initializer_list<Point> points) {
    std::copy(points.begin(), points.end(), points_.begin());
  }

  int64_t Sample(Random& random) const;

 private:
  std::array<Point, 10> points_{};
};

}  // namespace vardvakt::simulator
