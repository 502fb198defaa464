#include "lib/domain/beta_binomial.h"

#include <algorithm>
#include <utility>

namespace vardvakt::domain {
namespace {

// Relative to the mode: even a million such terms change no digit of a double.
constexpr double kNegligible = 1e-30;
constexpr double kTolerance = 1e-9;

int64_t Mode(int64_t m, double a, double b) {
  if (a < 1 || b < 1)
    return a < b ? 0 : m;  // falls from 0, or rises to m; by symmetry either when both are 1/2
  const auto mode = static_cast<int64_t>(static_cast<double>(m + 1) * (a - 1) / (a + b - 2));
  return std::clamp<int64_t>(mode, 0, m);
}

}  // namespace

BetaBinomial::BetaBinomial(int64_t m, int64_t hits, int64_t misses) {
  const double a = static_cast<double>(hits) + 0.5;
  const double b = static_cast<double>(misses) + 0.5;
  // P(k + 1) / P(k).
  const auto ratio = [&](int64_t k) {
    const double below = static_cast<double>(k);
    const double above = static_cast<double>(m - k);
    return above * (below + a) / ((below + 1) * (above - 1 + b));
  };
  const int64_t mode = Mode(m, a, b);

  std::vector<double> weights;  // of mode, mode - 1, …
  double weight = 1;
  for (int64_t k = mode; k >= 0 && weight > kNegligible; --k) {
    weights.push_back(weight);
    if (k > 0) weight /= ratio(k - 1);
  }
  first_ = mode - static_cast<int64_t>(weights.size()) + 1;
  std::reverse(weights.begin(), weights.end());
  weight = 1;
  for (int64_t k = mode; k < m; ++k) {
    weight *= ratio(k);
    if (weight <= kNegligible) break;
    weights.push_back(weight);
  }
  double sum = 0;
  for (double& each : weights) each = sum += each;
  cumulative_ = std::move(weights);
}

int64_t BetaBinomial::Quantile(double p) const {
  const double wanted = (p - kTolerance) * cumulative_.back();
  const auto at = std::lower_bound(cumulative_.begin(), cumulative_.end(), wanted);
  return first_ + (at - cumulative_.begin());
}

}  // namespace vardvakt::domain
