#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "lib/base/time_zone.h"
#include "lib/domain/data_quality.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// The findings of every case of a task, summed by source and unit. Like the series it moves by new - old, so
// it follows from the cases alone. One thread.
class QualityTable {
 public:
  // `generation` names its rows in the store; 0: nothing is remembered for Flush.
  explicit QualityTable(uint32_t generation) : generation_(generation) {}

  absl::Status Load(Store& store);
  void Move(const domain::CaseFindings& before, const domain::CaseFindings& after);
  void Flush(WriteBatch& batch);

  // By source and unit, as of an instant; `stream` is left empty.
  std::vector<domain::UnitRow> Units(Instant now, const TimeZone& zone) const;
  // A source's, over all its units.
  domain::FindingCounts OfSource(const std::string& source) const;

 private:
  struct Cell {
    domain::FindingCounts findings;
    // By the month of the first start, and by whose indicator's (its index) that is.
    absl::btree_map<std::pair<domain::MonthIndex, int>, domain::PvvCounts> pvv;

    bool Empty() const { return findings == domain::FindingCounts() && pvv.empty(); }
  };
  void Add(const domain::CaseFindings& findings, int sign);
  static std::string Encode(const Cell& cell);
  static bool Decode(std::string_view bytes, Cell& cell);

  const uint32_t generation_;
  absl::btree_map<std::string, Cell> cells_;  // by source, NUL, unit
  absl::btree_set<std::string> unwritten_;
  std::string key_;  // used again
};

}  // namespace vardvakt::engine
