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

PvvCoding ComparePvv(const PvvCounts& unit, const PvvCounts& region) {
  PvvCoding coding{.unit = unit, .others = {region.n - unit.n, region.pvv - unit.pvv}};
  if (coding.others.n > 0) coding.others_share = Quotient(coding.others.pvv, coding.others.n);
  if (unit.n == 0) return coding;
  const Interval interval = Wilson(unit.pvv, unit.n);
  coding.share = Quotient(unit.pvv, unit.n);
  coding.wilson_low = interval.low;
  coding.wilson_high = interval.high;
  coding.stands_out = unit.n >= kPvvLeastCases && unit.pvv >= kPvvLeastCoded && coding.others_share &&
                      interval.low > *coding.others_share && *coding.share >= 2 * *coding.others_share;
  return coding;
}

}  // namespace vardvakt::domain
