#include "lib/domain/data_quality.h"

#include "lib/domain/measures.h"

namespace vardvakt::domain {
namespace {

double Quotient(int64_t dividend, int64_t divisor) {
  return static_cast<double>(dividend) / static_cast<double>(divisor);
}

}  // namespace

void FindingCounts::Add(const CaseFindings& findings, int sign) {
  for (size_t i = 0; i < kFindings; ++i) {
    if (findings.Has(static_cast<Finding>(i))) by_finding[i] += sign;
  }
}

void FindingCounts::Add(const FindingCounts& other) {
  for (size_t i = 0; i < kFindings; ++i) by_finding[i] += other.by_finding[i];
}

int64_t FindingCounts::cases() const {
  return of(Finding::kJudged) + of(Finding::kNotJudgeable) + of(Finding::kNotApplicable);
}

std::optional<double> FindingCounts::share_judged() const {
  const int64_t applicable = of(Finding::kJudged) + of(Finding::kNotJudgeable);
  return applicable == 0 ? std::nullopt : std::optional(Quotient(of(Finding::kJudged), applicable));
}

PvvCoding ComparePvv(const PvvMix& unit, const PvvMix& region) {
  PvvCoding coding;
  double expected = 0;
  bool comparable = true;
  for (const auto& [indicator, counts] : unit) {
    const PvvCounts& whole = region.at(indicator);
    const PvvCounts others{whole.n - counts.n, whole.pvv - counts.pvv};
    coding.unit += counts;
    coding.others += others;
    comparable = comparable && (others.n > 0 || counts.n == 0);
    if (others.n > 0) expected += static_cast<double>(counts.n) * Quotient(others.pvv, others.n);
  }
  const PvvCounts& own = coding.unit;
  if (own.n == 0) return coding;
  const Interval interval = Wilson(own.pvv, own.n);
  coding.share = Quotient(own.pvv, own.n);
  coding.wilson_low = interval.low;
  coding.wilson_high = interval.high;
  if (!comparable) return coding;
  const double others_share = expected / static_cast<double>(own.n);
  coding.others_share = others_share;
  coding.stands_out = own.n >= kPvvLeastCases && own.pvv >= kPvvLeastCoded && interval.low > others_share &&
                      *coding.share >= 2 * others_share &&
                      *coding.share >= others_share + kPvvLeastDifference;
  return coding;
}

}  // namespace vardvakt::domain
