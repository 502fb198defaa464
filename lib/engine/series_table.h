#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/domain/definition.h"
#include "lib/domain/panes.h"
#include "lib/domain/series.h"
#include "lib/domain/windows.h"
#include "lib/engine/counted_case.h"
#include "lib/engine/quality_table.h"
#include "lib/engine/rows.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// One series and its facts: panes of three spans, who waits, and who was left out and why.
struct Series {
  domain::SeriesKey key;
  int indicator = 0;  // index into StreamDefinition::indicators
  uint32_t id = 0;    // names its panes in the store

  std::array<absl::btree_map<domain::PaneIndex, domain::Pane>, 3> panes;  // by Span
  int64_t open = 0;
  int64_t at_risk = 0;
  int64_t overdue = 0;
  absl::btree_map<LocalDay, int64_t> open_since;  // by the local day of the start, of indicators in days
  std::map<std::string, int64_t> excluded;        // of the whole only (sex and age "all")
  std::map<std::string, int64_t> closed;
  std::map<std::string, int64_t> invalid;

  // Bookkeeping of what is not yet written, published or looked at by the rules.
  std::vector<std::pair<domain::Span, domain::PaneIndex>> unwritten_panes;
  bool unwritten = false;
  bool unpublished = false;
  bool unjudged = false;

  bool AnyLeftOut() const { return !excluded.empty() || !closed.empty() || !invalid.empty(); }
  domain::Pane Sum(const domain::PaneRange& range) const;
  domain::Counts SumDecided(const domain::PaneRange& range) const;
};

// Every series of one task, and its data quality. Moves panes by new - old contributions, so the numbers
// follow from the cases alone. Panes older than are kept (spec §4) are neither filled nor read. One thread.
class SeriesTable {
 public:
  // `generation` names its rows in the store; 0: nothing is remembered for Flush, the rules or publishing.
  SeriesTable(const domain::StreamDefinition& definition, const TimeZone& zone, uint32_t generation);

  // Goals and the like are other ones from now on; indicators, levels and roll-ups are the same.
  void Rebind(const domain::StreamDefinition& definition, const TimeZone& zone) {
    definition_ = &definition;
    zone_ = &zone;
  }

  // Reads what Flush wrote; empty for an empty store.
  absl::Status Load(Store& store);

  // Takes a case's old contributions away and adds its new ones, both as of `now`.
  void Move(const CountedCase& before, const CountedCase& after, Instant now);
  // The same for a case that is counted for the first time.
  void Add(const CountedCase& after, Instant now) { Move(CountedCase(), after, now); }

  // Writes what changed since the last Flush, and deletes panes that are kept no longer as of `now`.
  void Flush(Instant now, WriteBatch& batch);

  void ForEach(absl::FunctionRef<void(Series&)> visit);
  void ForEach(absl::FunctionRef<void(const Series&)> visit) const;
  const Series* Find(const domain::SeriesKey& key) const;
  size_t size() const { return series_.size(); }
  const QualityTable& quality() const { return quality_; }
  // To be published, although no case has changed.
  void Republish(Series& series);
  // Series that changed since they were last taken, in no particular order.
  std::vector<Series*>& unpublished() { return unpublished_; }
  std::vector<Series*>& unjudged() { return unjudged_; }

 private:
  struct Slot;  // the series of one indicator and roll-up
  Series& Get(int indicator, int roll_up, std::string_view key, domain::Sex sex, domain::Age age);
  Series& Create(domain::SeriesKey key, int indicator);
  // What a contribution adds to one pane of every series that it counts in.
  struct PaneDelta {
    domain::Span span;
    domain::PaneIndex index;
    domain::Counts completed;
    domain::Counts decided;
    bool timed = false;  // the duration too
  };
  void Apply(int indicator, const CountedCase& counted, int sign, Instant now);
  void ApplyTo(Series& series, const Contribution& contribution, bool whole, int sign);
  void PlanDeltas(const Contribution& contribution, int sign, Instant now);
  void Plan(const std::optional<domain::Count>& count, bool decided, bool before, int sign, Instant now);
  void Touch(Series& series);
  void DropOldPanes(Instant now, WriteBatch& batch);
  absl::Status LoadSeries(Store& store);
  absl::Status LoadPanes(Store& store);

  const domain::StreamDefinition* definition_;
  const TimeZone* zone_;
  std::deque<Series> series_;
  std::vector<std::vector<absl::flat_hash_map<std::string, Series*>>>
      index_;  // [indicator][roll-up × sex × age]
  QualityTable quality_;
  const uint32_t generation_;
  std::vector<PaneDelta> deltas_;  // of the contribution at hand
  std::vector<Series*> unwritten_;
  std::vector<Series*> unpublished_;
  std::vector<Series*> unjudged_;
  Instant dropped_up_to_ = kBeginningOfTime;
};

}  // namespace vardvakt::engine
