#include "lib/domain/funnel.h"

#include <algorithm>
#include <vector>

namespace vardvakt::domain {
namespace {

constexpr double kNegligible = 1e-30;  // of the mode's probability

// P(R <= r) of a binomial over the counts that matter, by ratios from the mode outwards.
class Cumulative {
 public:
  Cumulative(int64_t n, double p) {
    const double odds = p / (1 - p);
    const auto ratio = [&](int64_t k) {  // P(k + 1) / P(k)
      return static_cast<double>(n - k) / static_cast<double>(k + 1) * odds;
    };
    const auto mode = std::min(n, static_cast<int64_t>(static_cast<double>(n + 1) * p));
    double weight = 1;
    for (int64_t k = mode; k >= 0 && weight > kNegligible; --k) {
      sums_.push_back(weight);
      if (k > 0) weight /= ratio(k - 1);
    }
    first_ = mode - static_cast<int64_t>(sums_.size()) + 1;
    std::reverse(sums_.begin(), sums_.end());
    weight = 1;
    for (int64_t k = mode; k < n; ++k) {
      weight *= ratio(k);
      if (weight <= kNegligible) break;
      sums_.push_back(weight);
    }
    double sum = 0;
    for (double& each : sums_) each = sum += each;
  }

  // The count at which the cumulative probability is `probability`, interpolated linearly.
  double CountAt(double probability) const {
    const double wanted = probability * sums_.back();
    const auto at = std::lower_bound(sums_.begin(), sums_.end(), wanted);
    const double before = at == sums_.begin() ? 0 : *(at - 1);
    return static_cast<double>(first_ + (at - sums_.begin())) - (*at - wanted) / (*at - before);
  }

 private:
  int64_t first_ = 0;
  std::vector<double> sums_;
};

}  // namespace

FunnelLimits BinomialLimits(int64_t n, double p, double confidence) {
  if (p <= 0) return {0, 0};
  if (p >= 1) return {1, 1};
  const Cumulative cumulative(n, p);
  const double tail = (1 - confidence) / 2;
  const double count = static_cast<double>(n);
  return {std::clamp(cumulative.CountAt(tail) / count, 0.0, 1.0),
          std::clamp(cumulative.CountAt(1 - tail) / count, 0.0, 1.0)};
}

}  // namespace vardvakt::domain
