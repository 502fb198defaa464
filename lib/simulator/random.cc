#include "lib/simulator/random.h"

#include <bit>
#include <cstddef>

namespace vardvakt::simulator {
namespace {

uint64_t SplitMix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

constexpr int kFractionBits = 16;

// -log2(u / 2^64), with kFractionBits binary digits: the digits come from squaring the mantissa.
int64_t NegativeLog2(uint64_t u) {
  const int leading_zeros = std::countl_zero(u);
  uint64_t mantissa = (u << leading_zeros) >> 32;  // in [2^31, 2^32), meaning [1, 2)
  int64_t fraction = 0;
  for (int i = 0; i < kFractionBits; ++i) {
    mantissa = (mantissa * mantissa) >> 31;
    fraction <<= 1;
    if (mantissa >= (uint64_t{1} << 32)) {
      fraction |= 1;
      mantissa >>= 1;
    }
  }
  return (static_cast<int64_t>(leading_zeros + 1) << kFractionBits) - fraction;
}

}  // namespace

Random::Random(uint64_t seed, uint64_t stream) {
  uint64_t mixed = seed;
  uint64_t start = SplitMix(mixed) ^ (stream * 0xd1342543de82ef95);
  for (uint64_t& word : state_) word = SplitMix(start);
}

uint64_t Random::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

int64_t Random::Below(int64_t n) {
  return static_cast<int64_t>(((Next() >> 32) * static_cast<uint64_t>(n)) >> 32);
}

int64_t Random::Exponential(int64_t mean) {
  // ln 2 = 0.693147…; the mean is scaled first, so that the product stays within 63 bits.
  const int64_t scaled = mean / 1'000'000 * 693'147 + mean % 1'000'000 * 693'147 / 1'000'000;
  return (NegativeLog2(Next() | 1) * scaled) >> kFractionBits;
}

int64_t Quantiles::Sample(Random& random) const {
  const int64_t at = random.Below(1'000'000);
  size_t upper = 1;
  while (points_[upper].per_mille * int64_t{1000} <= at) ++upper;
  const Point& low = points_[upper - 1];
  const Point& high = points_[upper];
  const int64_t width = (high.per_mille - low.per_mille) * int64_t{1000};
  return low.value + (high.value - low.value) * (at - low.per_mille * int64_t{1000}) / width;
}

}  // namespace vardvakt::simulator
