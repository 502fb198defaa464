#pragma once

#include <cstdint>

namespace vardvakt::domain {

// Between what shares a unit's share lies by chance alone, as it has `n` cases of a whole with the share `p`.
struct FunnelLimits {
  double low = 0;
  double high = 1;
};

// The exact binomial limits of a funnel plot, interpolated between neighbouring counts (Spiegelhalter 2005,
// "Funnel plots for comparing institutional performance", appendix A.1.1). `confidence`: 0.95 or 0.998. n >
// 0, 0 <= p <= 1. O(√n).
FunnelLimits BinomialLimits(int64_t n, double p, double confidence);

}  // namespace vardvakt::domain
