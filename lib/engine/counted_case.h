#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/case_findings.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/judgement.h"
#include "lib/domain/series.h"

namespace vardvakt::engine {

enum class LeftOut : uint8_t { kNone, kExcluded, kClosed, kInvalid };

// How one case counts for one indicator. Not applicable is a value like others: everything empty.
struct Contribution {
  std::optional<domain::Count> completed;
  std::optional<domain::Count> decided;
  std::optional<domain::Count> completed_before;
  std::optional<domain::Count> decided_before;
  Duration duration{};  // of completed and completed_before
  domain::Waiting waiting = domain::Waiting::kNone;
  LeftOut left_out = LeftOut::kNone;
  std::string reason;
  domain::Age age = domain::Age::kUnknown;
  std::optional<LocalDay> waiting_since;  // as Judgement has it

  bool Empty() const {
    return !completed && !decided && !completed_before && !decided_before &&
           waiting == domain::Waiting::kNone && left_out == LeftOut::kNone;
  }
  bool operator==(const Contribution&) const = default;
};
Contribution ContributionOf(const domain::Judgement& judgement, const domain::CaseState& state,
                            const TimeZone& zone);

// How a case was last counted: kept with the case, so that a change takes away just what was added
// (architecture §5: a case is re-judged, not patched).
struct CountedCase {
  std::vector<std::string> keys;  // one for each level of the stream; empty before it was first counted
  domain::Sex sex = domain::Sex::kU;
  std::vector<Contribution> by_indicator;  // one for each indicator of the stream
  domain::CaseFindings findings;

  bool operator==(const CountedCase&) const = default;
};

// How a case was last counted by one judging (judging.h).
struct CountedBy {
  uint32_t generation = 0;  // of the judging; 0: none
  Instant next = kNever;    // when its timer there is set for
  CountedCase how;

  bool operator==(const CountedBy&) const = default;
  void Clear();
};

// All that is stored of a case.
struct CaseRecord {
  domain::CaseState state;
  std::array<CountedBy, 2> counted;  // by what is shown and by what is coming, in no particular order

  bool operator==(const CaseRecord&) const = default;
  // As new, except that memory is kept for the next case.
  void Clear();
  // Null where that judging has not counted it yet.
  const CountedBy* FindCounted(uint32_t generation) const;
  // The same, made where there is none. Beside it only `other` is kept.
  CountedBy& By(uint32_t generation, uint32_t other);
};
void EncodeCase(const CaseRecord& record, std::string& bytes);  // replaces what is in `bytes`
// When the earliest of a case's standing reports was recorded, read off its bytes; kNever when they hold
// none.
Instant FirstRecordedAt(std::string_view bytes);
// Replaces what is in `record`. False when the bytes are none that EncodeCase wrote.
bool DecodeCase(std::string_view bytes, CaseRecord& record);

}  // namespace vardvakt::engine
