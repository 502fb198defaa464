#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "lib/base/time.h"
#include "lib/domain/case_findings.h"

namespace vardvakt::domain {

// How many cases have each finding.
struct FindingCounts {
  std::array<int64_t, kFindings> by_finding{};

  void Add(const CaseFindings& findings, int sign);
  void Add(const FindingCounts& other);
  int64_t of(Finding finding) const { return by_finding[static_cast<size_t>(finding)]; }
  int64_t cases() const;  // judged, not judgeable, not applicable
  // Of the cases that some indicator is for, those that could be judged; nullopt where there are none.
  std::optional<double> share_judged() const;
  bool operator==(const FindingCounts&) const = default;
};

// Cases that PvV would exclude from something, and those of them that it does.
struct PvvCounts {
  int64_t n = 0;
  int64_t pvv = 0;
  PvvCounts& operator+=(const PvvCounts& o) {
    n += o.n;
    pvv += o.pvv;
    return *this;
  }
  bool operator==(const PvvCounts&) const = default;
};

// By the indicator (its index) that such a case is first for: a planned check-up is seldom put off by choice,
// an operation often, so only like is compared with like.
using PvvMix = std::map<int, PvvCounts>;

// The cases that count: those that began in the month of now or the two before it.
inline constexpr int kPvvMonths = 3;

// A unit that codes PvV for lack of capacity stands out from the others (spec §7): its 95 % Wilson interval
// lies above what the others' shares give for its mix of cases, and its share is at least twice that and five
// points more, of at least kPvvLeastCases cases and kPvvLeastCoded that are coded so.
inline constexpr int64_t kPvvLeastCases = 20;
inline constexpr int64_t kPvvLeastCoded = 5;
inline constexpr double kPvvLeastDifference = 0.05;
struct PvvCoding {
  PvvCounts unit;
  PvvCounts others;  // the region's other units, of the indicators that the unit has
  std::optional<double> share;
  std::optional<double> wilson_low;
  std::optional<double> wilson_high;
  std::optional<double>
      others_share;  // what the others' shares by indicator give for the unit's mix of cases
  bool stands_out = false;
};
PvvCoding ComparePvv(const PvvMix& unit, const PvvMix& region);

// What one source sent for one stream; depends on no order of arrival.
struct SourceRow {
  std::string stream;
  std::string source;
  int64_t accepted = 0;
  int64_t without_effect = 0;               // of the accepted
  std::map<std::string, int64_t> rejected;  // by reason
  std::optional<Instant> last_recorded;
  double events_per_minute = 0;  // recorded in the hour up to now
  FindingCounts findings;
};

struct UnitRow {
  std::string stream;
  std::string source;
  std::string unit;
  FindingCounts findings;
  PvvCoding pvv;
};

}  // namespace vardvakt::domain
