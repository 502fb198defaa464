#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/domain/case_state.h"
#include "lib/domain/intake.h"
#include "lib/engine/case_table.h"
#include "lib/engine/judging.h"
#include "lib/engine/log.h"
#include "lib/engine/snapshots.h"
#include "lib/engine/source_quality.h"
#include "lib/engine/store.h"
#include "lib/engine/task_setting.h"

namespace vardvakt::engine {

struct TaskOptions {
  size_t max_cached_case_bytes = size_t{256} << 20;
  size_t timer_chunk = 100'000;
  // What `id` was for the task that `setting` is for now, where that is still known: asked for by Open when
  // its store was judged by other definitions.
  std::function<std::optional<TaskSetting>(const TaskSetting& setting, const DefinitionsId& id)> former;
};

// Orders what a task says: readers keep the greatest (architecture §4).
struct TaskVersion {
  uint32_t revision = 0;
  Offset offset = 0;
  Instant log_time = kBeginningOfTime;
  auto operator<=>(const TaskVersion&) const = default;
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
  // definitions, Redefine follows; where those are no longer known (options.former), nothing is complete()
  // before every case has been judged anew. kDataLoss: the store can't be trusted.
  static absl::StatusOr<std::unique_ptr<Task>> Open(TaskSetting setting, TaskOptions options, Store& store,
                                                    Decode decode);

  // Other definitions. Where cases are judged otherwise by them, the old ones are shown until JudgeMore is
  // through; then these take their place in one commit, under their revision. kFailedPrecondition, and
  // nothing changed, where their revision does not allow it (docs/decisions/0008-revisions.md).
  absl::Status Redefine(TaskSetting setting);
  // Judges so many cases by the coming definitions, or tidies away as many rows of former ones.
  absl::Status JudgeMore(size_t most);
  // False when JudgeMore has nothing to do.
  bool has_more_to_judge() const { return coming_ != nullptr || !complete() || !dead_.empty(); }
  // What it shows is of all cases.
  bool complete() const { return shown_->complete(); }
  struct Progress {
    uint32_t revision = 0;  // that is being judged by
    int64_t judged = 0;
    int64_t cases = 0;
  };
  std::optional<Progress> progress() const;

  // Merges records in their order, after everything that is due before each one's append time.
  absl::Status Apply(const std::vector<Record>& records);
  // Everything due up to and with `log_time`, when every record with append time <= log_time has been
  // applied.
  absl::Status AdvanceTo(Instant log_time);
  // Writes state, timers, episodes, offset and log time together.
  absl::Status Commit(bool durable = false);

  // What changed since it was last taken. Series come from series().unpublished().
  std::vector<CaseStatus> TakeCaseStatuses();
  std::vector<domain::Episode> TakeEpisodes() { return rules().TakeChanged(); }
  std::vector<RejectedRecord> TakeRejected();

  TaskVersion version() const { return {setting().id.revision, offset_, log_time_}; }
  // What is shown, as is all that follows.
  const TaskSetting& setting() const { return shown_->setting(); }
  SeriesTable& series() { return shown_->series(); }
  const SeriesTable& series() const { return std::as_const(*shown_).series(); }
  RuleEngine& rules() { return shown_->rules(); }
  const RuleEngine& rules() const { return shown_->rules(); }
  const TimerQueue& timers() const { return shown_->timers(); }
  // How often what is shown has been replaced; what was taken from series() before is gone then.
  int64_t replaced() const { return replaced_; }
  CaseTable& cases() { return cases_; }
  int64_t known_cases() const { return known_cases_; }
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
  // Who waited at the local midnights at which these days began, as then known.
  absl::StatusOr<std::vector<Snapshot>> Snapshots(const domain::SeriesKey& series, LocalDay first,
                                                  LocalDay last);
  // A digest of the record before offset(): a reader checks by it that the log is still the same one.
  const std::optional<uint64_t>& anchor() const { return anchor_; }
  static uint64_t AnchorOf(const Record& record);

 private:
  Task(TaskOptions options, Store& store, Decode decode)
      : options_(std::move(options)),
        store_(store),
        decode_(std::move(decode)),
        cases_(&store, options_.max_cached_case_bytes) {}
  absl::Status Load(TaskSetting setting);
  absl::Status LoadSources();
  std::unique_ptr<Judging> MakeJudging(TaskSetting setting, uint32_t generation);
  // With nothing judged yet.
  absl::StatusOr<std::unique_ptr<Judging>> BeginJudging(TaskSetting setting, bool shown);
  void Abandon(std::unique_ptr<Judging>& judging);

  // What the store says of a judging.
  struct StoredJudging {
    uint32_t generation = 0;
    DefinitionsId id;
    int64_t armed = 0;
    bool anew = false;
    int64_t judged = 0;
    std::optional<std::string> cursor;
  };
  absl::Status LoadJudgings(TaskSetting setting, const std::vector<StoredJudging>& stored);
  absl::Status Restore(Judging& judging, const StoredJudging& stored, bool shown);
  absl::Status TellRules(Judging& judging);
  absl::Status FinishJudging(Judging& judging);
  absl::Status RemoveDead(size_t most);
  Judging* unfinished();
  std::string MetaValue() const;
  static void EncodeJudging(Judging& judging, ByteWriter& out);
  static StoredJudging DecodeJudging(ByteReader& in);
  absl::StatusOr<std::vector<StoredJudging>> ReadMeta(std::string_view bytes, const TaskSetting& setting);

  absl::Status ApplySome(std::span<const Record> records);
  absl::Status ApplyOne(const Record& record, const domain::Event& event);
  void Reject(const Record& record, domain::Rejection rejection, std::string_view source);
  void CountEvent(const domain::Event& event, Instant append_time, bool changed, SourceQuality& source);
  // Everything due before `limit`, or with it where `inclusive`.
  absl::Status FireDue(Instant limit, bool inclusive);
  absl::Status LoadTimers(Instant limit, bool inclusive);
  absl::Status FireTimers(Judging& judging, Instant x);
  absl::Status PrefetchTimers(Judging& judging, Instant limit);
  std::vector<Judging*> judgings();
  void TakeSnapshots();
  absl::Status JudgePending();
  // By what is shown, and by what is coming.
  void Judge(const std::string& key, OpenCase& open);
  void JudgeBy(Judging& judging, const std::string& key, OpenCase& open);
  // Of cases that are at risk or overdue by these indicators.
  absl::StatusOr<std::vector<CaseStatus>> StatusesOf(const Judging& judging,
                                                     const std::vector<std::pair<std::string, int>>& wanted);
  void NoteUndone(const CountedCase& before, const CountedCase& after);

  TaskOptions options_;
  Store& store_;
  Decode decode_;
  bool case_scope_stream_ = false;
  CaseTable cases_;
  std::unique_ptr<Judging> shown_;
  std::unique_ptr<Judging> coming_;
  uint32_t last_generation_ = 0;
  std::vector<uint32_t> dead_;  // generations of which rows may be left in the store
  size_t dead_kind_ = 0;        // of the front one: which kind of row is being removed
  std::string dead_after_;      // and the last that was
  std::vector<std::string> rows_to_remove_;
  int64_t replaced_ = 0;

  Offset offset_ = 0;
  Instant log_time_ = kBeginningOfTime;
  std::optional<uint64_t> anchor_;
  int64_t accepted_ = 0;
  int64_t standing_ = 0;
  int64_t rejected_count_ = 0;
  int64_t known_cases_ = 0;

  struct Decoded {
    domain::Event event;
    std::optional<domain::Rejection> unreadable;
  };
  std::vector<Decoded> decoded_;      // used again
  std::vector<std::string> pending_;  // merged, not yet judged
  Instant midnight_ = kNever;         // the next one of which a snapshot is taken
  WriteBatch snapshots_;              // unwritten
  std::vector<CaseStatus> case_statuses_;
  std::vector<RejectedRecord> rejected_records_;
  std::map<std::string, SourceQuality> sources_;
  std::set<std::string> unwritten_sources_;
};

}  // namespace vardvakt::engine
