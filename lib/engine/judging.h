#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "lib/domain/case_state.h"
#include "lib/engine/counted_case.h"
#include "lib/engine/judge_case.h"
#include "lib/engine/rule_engine.h"
#include "lib/engine/series_table.h"
#include "lib/engine/task_setting.h"
#include "lib/engine/timer_queue.h"

namespace vardvakt::engine {

inline bool IsAtRisk(domain::Waiting waiting) {
  return waiting == domain::Waiting::kAtRisk || waiting == domain::Waiting::kOverdue;
}

// An open case at risk or overdue by an indicator, or (waiting in time, or none) that it no longer is.
struct CaseStatus {
  int indicator = 0;
  std::string case_key;
  domain::Waiting waiting = domain::Waiting::kNone;
  std::optional<Instant> start;
  std::optional<Instant> warn_at;
  std::optional<Instant> deadline;
  std::string unit;
  std::string municipality;
  std::string last_milestone;
};

// Everything that follows from the cases by one set of definitions: series, timers, who waits, rules. A task
// has one that is shown and, while definitions change, one that is coming (architecture §5). Its rows in the
// store are told apart by its generation, and so is how it counted each case. One thread.
class Judging {
 public:
  Judging(TaskSetting setting, uint32_t generation, Store& store, size_t timer_chunk);

  // Reads what Flush wrote. `shown`: the episodes too.
  absl::Status Load(bool shown);
  void Flush(Instant now, WriteBatch& batch);

  // Judges a case as of `now` and counts it so from now on; returns how it was counted before. Of every
  // indicator by which it is or was at risk or overdue, its status is added to `statuses` (null: nobody
  // asks).
  CountedCase Judge(const std::string& key, const domain::CaseState& state, CountedBy& counted, Instant now,
                    std::vector<CaseStatus>* statuses);
  CaseStatus StatusOf(const std::string& key, int indicator, const domain::CaseState& state,
                      Instant now) const;

  // Other goals or rules, by which cases are judged as before. The rules are to be told of every waiting
  // case.
  void Retell(TaskSetting setting);

  // All cases have been judged.
  bool complete() const { return !cursor_.has_value(); }
  // The key of the last case of those judged one after the other; "" before the first.
  const std::optional<std::string>& cursor() const { return cursor_; }
  void set_cursor(std::optional<std::string> cursor) { cursor_ = std::move(cursor); }

  const TaskSetting& setting() const { return setting_; }
  uint32_t generation() const { return generation_; }
  SeriesTable& series() { return series_; }
  const SeriesTable& series() const { return series_; }
  TimerQueue& timers() { return timers_; }
  const TimerQueue& timers() const { return timers_; }
  RuleEngine& rules() { return *rules_; }
  const RuleEngine& rules() const { return *rules_; }
  // Cases at risk or overdue: a byte for each indicator.
  const absl::btree_map<std::string, std::string>& waiting() const { return waiting_; }

  int64_t judged = 0;                           // of those one after the other
  Instant prefetched_until = kBeginningOfTime;  // the task's note of which timers' cases are at hand

 private:
  std::unique_ptr<RuleEngine> MakeRules();
  absl::Status LoadWaiting();
  CaseStatus MakeStatus(const std::string& key, int indicator, const domain::CaseState& state,
                        const domain::Judgement& judgement, Instant now) const;
  void NoteWaiting(const std::string& key, const domain::CaseState& state, const CountedCase& before,
                   const JudgedCase& judged, Instant now, std::vector<CaseStatus>* statuses);

  TaskSetting setting_;
  const uint32_t generation_;
  Store& store_;
  SeriesTable series_;
  TimerQueue timers_;
  std::unique_ptr<RuleEngine> rules_;
  absl::btree_map<std::string, std::string> waiting_;
  absl::flat_hash_set<std::string> unwritten_waiting_;
  std::optional<std::string> cursor_;
};

// What the rules are told of a case that changed.
RuleEngine::CaseChange ChangeOf(const CaseStatus& status);

}  // namespace vardvakt::engine
