#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/judgement.h"

namespace vardvakt::domain {

// What one case says about the quality of its data (spec §7). The first three are a partition: every case is
// one of them.
enum class Finding : uint8_t {
  kJudged,         // some indicator is for it, and none found it invalid
  kNotJudgeable,   // some indicator found it invalid
  kNotApplicable,  // no indicator is for it
  kStopBeforeStart,
  kNoTargetDate,
  kNoTreatmentForm,
  kMissingStop,  // open without its stop, though a milestone that comes after the stop is there
  kMissingUnit,
  kUnknownUnit,
  kMissingMunicipality,
  kUnknownMunicipality,
  kLateReport,  // a standing milestone was recorded more than kLateAfter after it occurred
};
inline constexpr size_t kFindings = 12;
std::string_view FindingName(Finding finding);  // "judged", "missing_stop", …

inline constexpr Duration kLateAfter = hours(24);

// A calendar month: year * 12 + month - 1.
using MonthIndex = int32_t;
MonthIndex MonthOf(LocalDay day);

// A case's findings, and where they are counted. They follow from its registers, the definitions and now, so
// the order of arrival does not matter.
struct CaseFindings {
  std::string source;  // of several, the one of its earliest standing report
  std::string unit;    // its key at level unit
  uint16_t bits = 0;   // by Finding; 0: withdrawn by its source, counts nowhere
  // Of a case that PvV would exclude from something: the month of its first start, and by which indicator
  // that is (its index); and whether it is coded so.
  std::optional<MonthIndex> excludable_since;
  int excludable_by = 0;
  bool pvv = false;

  bool Has(Finding finding) const { return (bits >> static_cast<int>(finding) & 1) != 0; }
  bool operator==(const CaseFindings&) const = default;
};

// `judgements`: one for each indicator of the definition, in their order.
CaseFindings FindingsOf(const CaseState& state, const std::vector<Judgement>& judgements,
                        const StreamDefinition& definition, const Geography& geography, const TimeZone& zone);

}  // namespace vardvakt::domain
