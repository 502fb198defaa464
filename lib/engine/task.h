#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"
#include "lib/domain/geography.h"
#include "lib/domain/intake.h"
#include "lib/domain/rules.h"
#include "lib/engine/case_table.h"
#include "lib/engine/judge_case.h"
#include "lib/engine/log.h"
#include "lib/engine/rule_engine.h"
#include "lib/engine/series_table.h"
#include "lib/engine/source_quality.h"
#include "lib/engine/store.h"
#include "lib/engine/timer_queue.h"

namespace vardvakt::engine {

// What a task judges by; owned by the configuration, which outlives the task.
struct TaskSetting {
  std::string region;
  Partition partition;
  const domain::StreamDefinition* definition = nullptr;
  const domain::Geography* geography = nullptr;
  const TimeZone* zone = nullptr;
  const domain::IntakeRules* intake = nullptr;
  const domain::AlertRules* rules = nullptr;
  uint64_t digest = 0;  // of all of it
};

struct TaskOptions {
  size_t max_cached_case_bytes = size_t{256} << 20;
  size_t timer_chunk = 100'000;
};

// Orders what a task says: readers keep the greatest (architecture §4).
struct TaskVersion {
  uint32_t revision = 0;
  Offset offset = 0;
  Instant log_time = kBeginningOfTime;
  auto operator<=>(const TaskVersion&) const = default;
};

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

struct RejectedRecord {
  Offset offset;
  std::string value;
  domain::Rejection rejection;
};

// A task: one partition of one stream, a state machine fed by its log (architecture §4). Deterministic: what
// it holds after Commit at (offset, log time T) is what follows from the records up to that offset, judged at
// T. One thread; shares nothing. After an error it must be dropped and opened again: its store tells the
// outcome.
class Task {
 public:
  // Reads the event in a record's value, or says why it can't be read.
  using Decode =
      std::function<std::optional<domain::Rejection>(std::string_view value, domain::Event& event)>;

  // Opens on what the store holds: nothing, or a state that Commit wrote. When the store was judged by other
  // definitions, every case is judged again first. kDataLoss: the store can't be trusted.
  static absl::StatusOr<std::unique_ptr<Task>> Open(TaskSetting setting, TaskOptions options, Store& store,
                                                    Decode decode);

  // Merges records in their order, after everything that is due before each one's append time.
  absl::Status Apply(const std::vector<Record>& records);
  // Everything due up to and with `log_time`, when every record with append time <= log_time has been
  // applied.
  absl::Status AdvanceTo(Instant log_time);
  // Writes state, timers, episodes, offset and log time together.
  absl::Status Commit(bool durable = false);

  // What changed since it was last taken. Series come from series().unpublished().
  std::vector<CaseStatus> TakeCaseStatuses();
  std::vector<domain::Episode> TakeEpisodes() { return rules_.TakeChanged(); }
  std::vector<RejectedRecord> TakeRejected();

  TaskVersion version() const { return {revision_, offset_, log_time_}; }
  const TaskSetting& setting() const { return setting_; }
  SeriesTable& series() { return series_; }
  const SeriesTable& series() const { return series_; }
  const RuleEngine& rules() const { return rules_; }
  CaseTable& cases() { return cases_; }
  const TimerQueue& timers() const { return timers_; }
  const std::map<std::string, SourceQuality>& sources() const { return sources_; }
  // Events accepted, and those of them of which a value stands in some register.
  int64_t accepted() const { return accepted_; }
  int64_t standing() const { return standing_; }
  int64_t rejected() const { return rejected_count_; }

  // Every case that is at risk or overdue now, by indicator; the whole record is read from the cases.
  absl::StatusOr<std::vector<CaseStatus>> CurrentCases(std::optional<int> indicator,
                                                       std::optional<domain::Waiting> waiting, size_t limit,
                                                       int64_t* total = nullptr);
  // The same of the next `most` cases in the order of their keys behind `after`, which becomes the last one's
  // key; empty at the end.
  absl::StatusOr<std::vector<CaseStatus>> CurrentCasesAfter(std::string& after, size_t most);
  // A digest of the record before offset(): a reader checks by it that the log is still the same one.
  const std::optional<uint64_t>& anchor() const { return anchor_; }
  static uint64_t AnchorOf(const Record& record);

 private:
  Task(TaskSetting setting, TaskOptions options, Store& store, Decode decode);
  absl::Status Load();
  absl::Status LoadWaiting();
  absl::Status Rejudge();

  absl::Status ApplyOne(const Record& record, const domain::Event& event);
  void Reject(const Record& record, domain::Rejection rejection, std::string_view source);
  void CountEvent(const domain::Event& event, Instant append_time, bool changed, SourceQuality& source);
  // Everything due before `limit`, or with it where `inclusive`.
  absl::Status FireDue(Instant limit, bool inclusive);
  absl::Status FireTimers(Instant x);
  absl::Status PrefetchTimers(Instant limit);
  absl::Status JudgePending();
  void Judge(const std::string& key, OpenCase& open);
  void NoteWaiting(const std::string& key, const domain::CaseState& state, const CountedCase& before,
                   const JudgedCase& judged);
  // Of cases that are at risk or overdue by these indicators.
  absl::StatusOr<std::vector<CaseStatus>> StatusesOf(const std::vector<std::pair<std::string, int>>& wanted);
  CaseStatus StatusOf(const std::string& key, int indicator, const domain::CaseState& state,
                      const domain::Judgement& judgement) const;
  void NoteUndone(const CountedCase& before, const CountedCase& after);
  std::string MetaValue() const;
  absl::Status ReadMeta(std::string_view bytes);

  TaskSetting setting_;
  Store& store_;
  Decode decode_;
  bool case_scope_stream_ = false;
  CaseTable cases_;
  SeriesTable series_;
  TimerQueue timers_;
  RuleEngine rules_;

  uint32_t revision_ = 1;
  uint64_t digest_ = 0;
  Offset offset_ = 0;
  Instant log_time_ = kBeginningOfTime;
  std::optional<uint64_t> anchor_;
  int64_t accepted_ = 0;
  int64_t standing_ = 0;
  int64_t rejected_count_ = 0;

  std::vector<std::string> pending_;  // merged, not yet judged
  // Cases at risk or overdue: a byte for each indicator.
  absl::btree_map<std::string, std::string> waiting_;
  absl::flat_hash_set<std::string> unwritten_waiting_;
  Instant prefetched_until_ = kBeginningOfTime;
  std::vector<CaseStatus> case_statuses_;
  std::vector<RejectedRecord> rejected_records_;
  std::map<std::string, SourceQuality> sources_;
  std::set<std::string> unwritten_sources_;
  domain::Event event_;  // reused
};

}  // namespace vardvakt::engine
