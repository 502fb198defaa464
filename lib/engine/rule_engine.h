#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "lib/domain/definition.h"
#include "lib/domain/episode.h"
#include "lib/domain/geography.h"
#include "lib/domain/judgement.h"
#include "lib/domain/rules.h"
#include "lib/engine/series_table.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// The rules of one task, evaluated on a grid of log time, so that episodes are a function of the log
// (architecture §4). A grid point of which nothing changed, and at which no pane leaves a window and no `for`
// ends, is skipped. Open episodes are in memory, all of them in the store. One thread.
class RuleEngine {
 public:
  RuleEngine(const domain::AlertRules& rules, const domain::StreamDefinition& definition,
             const domain::Geography& geography, const TimeZone& zone, SeriesTable& series, Store& store,
             uint32_t generation);

  // Reads what the store keeps: the episodes, and what cases of this generation have yet to be looked at.
  absl::Status Load();
  // The latter alone, of rules that have no turn yet.
  absl::Status LoadCaseChanges();
  // Goes on with the episodes of other rules, which end here. At the next grid point every rule is looked at
  // anew, and an episode that is open stays so where its rule still holds, else it ends there: nothing is
  // told of the past.
  void TakeOver(RuleEngine& former);
  // The same with the episodes at hand.
  void StartAnew();
  bool anew() const { return anew_; }
  void set_anew(bool anew) { anew_ = anew; }

  // What an open (or no longer open) case is by one indicator, when that changed.
  struct CaseChange {
    domain::Waiting waiting = domain::Waiting::kNone;
    Instant warn_at = kNever;
    Instant deadline = kNever;
    std::string municipality;
    std::string unit;
  };
  void OnCaseChanged(const std::string& case_key, int indicator, CaseChange change);
  // Whether any rule asks for cases of that indicator.
  bool AsksForCases(int indicator) const;

  // The next grid point that must be evaluated, after what was merged and judged at `log_time`; kNever when
  // none.
  Instant NextDue(Instant log_time) const;
  // Evaluates the grid point `x`: everything with an instant <= x is merged and judged at x.
  absl::Status Evaluate(Instant x);

  // The first grid point at or after an instant.
  Instant GridPoint(Instant at) const;

  // Episodes that changed since they were last taken, in the order in which they did.
  std::vector<domain::Episode> TakeChanged();
  // Every episode that the store keeps, newest first, at most `limit`.
  absl::StatusOr<std::vector<domain::Episode>> Kept(size_t limit) const;

  void Flush(WriteBatch& batch);
  // Those pending or firing now.
  std::vector<domain::Episode> OpenEpisodes() const;

 private:
  // A rule on a series or on a case; the index is of threshold_rules or case_rules.
  using Fingerprint = std::string;
  struct Watch {
    size_t rule;
    Series* series;
    auto operator<=>(const Watch&) const = default;
  };

  absl::Status LoadEpisodes();
  void LookAtEverySeries();
  absl::Status EvaluateCases(Instant x, std::set<Fingerprint>& unconfirmed);
  absl::Status EvaluateSeries(const Watch& watch, Instant x);
  void Schedule(const Watch& watch, const domain::PaneRange& range, Instant x);
  absl::Status Open(domain::Episode episode);
  void Change(domain::Episode& episode);
  void Resolve(const Fingerprint& fingerprint, Instant x);
  absl::StatusOr<Instant> LastResolved(const Fingerprint& fingerprint) const;
  domain::Episode NewThresholdEpisode(const Watch& watch, Instant x) const;
  domain::Episode NewCaseEpisode(size_t rule, const std::string& case_key, const CaseChange& change,
                                 Instant x) const;
  void Fire(const domain::ThresholdRule& rule, const domain::Counts& counts, Instant x,
            domain::Episode& episode);
  std::string Carriers(const domain::ThresholdRule& rule, Instant x);

  const domain::AlertRules& rules_;
  const domain::StreamDefinition& definition_;
  const domain::Geography& geography_;
  const TimeZone& zone_;
  SeriesTable& series_;
  Store& store_;
  const uint32_t generation_;

  // By (indicator, case); not yet looked at. Kept in the store between a commit and the next grid point.
  std::map<std::pair<int, std::string>, CaseChange> case_changes_;
  std::set<std::pair<int, std::string>> unwritten_changes_;  // since the last Flush
  std::set<std::pair<int, std::string>> written_changes_;    // in the store
  std::set<std::pair<Instant, Watch>> scheduled_;
  std::map<Watch, Instant> schedule_of_;
  absl::flat_hash_map<Fingerprint, domain::Episode> open_;
  std::vector<domain::Episode> changed_;
  std::vector<domain::Episode> unwritten_;
  // Pending ones that never fired, in the order in which they ended. They are kept for a day, so that a
  // process that takes over can tell their end to who has heard of their beginning.
  std::deque<domain::Episode> abandoned_;
  std::vector<std::string> expired_;  // their rows
  bool anew_ = false;                 // no grid point since TakeOver or StartAnew
  Instant last_evaluated_ = kBeginningOfTime;
};

std::string EncodeEpisode(const domain::Episode& episode);
bool DecodeEpisode(std::string_view bytes, domain::Episode& episode);

}  // namespace vardvakt::engine
