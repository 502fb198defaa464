#pragma once

#include <optional>
#include <string_view>

#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"

namespace vardvakt::domain {

// What a definition's limit comes to for one case (spec §3).
struct CaseLimit {
  // False where the case's pathway, variant or form has no limit: the definition is not for this case.
  bool applies = true;
  std::optional<Instant> deadline;  // the first instant at which the case can no longer be within
  std::optional<Instant> warn_at;
  // Why a completed case can't be judged, and whether an open one can't either; empty when it can.
  std::string_view missing;
  bool missing_when_open = false;

  // For explanations: why it does not apply, and what of the table of pathways was gone by.
  std::string_view why_not;
  const PathwayVersion* pathway = nullptr;
  const PathwayVariant* variant = nullptr;
  const FormLimit* form = nullptr;
};

CaseLimit LimitOf(const IndicatorVersion& version, const CaseState& state, Instant start,
                  const TimeZone& zone);

}  // namespace vardvakt::domain
