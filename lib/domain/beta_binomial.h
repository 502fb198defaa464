#pragma once

#include <cstdint>
#include <vector>

namespace vardvakt::domain {

// The distribution of how many of `m` further cases will be hits, after `hits` and `misses` before them: a
// beta-binomial with Jeffreys' prior, BetaBinomial(m, hits + 1/2, misses + 1/2). All of it is worked out
// once, by the ratio of neighbouring probabilities from the mode outwards, so nothing over- or underflows: m
// up to 10^6 and any numbers before. Costs O(m) at most; immutable after that.
class BetaBinomial {
 public:
  BetaBinomial(int64_t m, int64_t hits, int64_t misses);

  // The smallest k with CDF(k) >= p - 1e-9 (spec §4). 0 < p < 1.
  int64_t Quantile(double p) const;

 private:
  int64_t first_ = 0;               // what cumulative_[0] belongs to; below it lies less than 1e-20
  std::vector<double> cumulative_;  // unnormalised; the last one is the total
};

}  // namespace vardvakt::domain
