#include "lib/engine/task.h"

#include <algorithm>

#include "lib/base/hash.h"
#include "lib/base/personal_number.h"
#include "lib/base/strings.h"
#include "lib/engine/figures.h"

namespace vardvakt::engine {
namespace {

using domain::Waiting;

constexpr size_t kTimersAtOnce = 4096;
constexpr size_t kRecordsAtOnce = 4096;

std::string SourceRow(std::string_view source) { return rows::Begin(rows::kSource).append(source); }

}  // namespace

uint64_t Task::AnchorOf(const Record& record) {
  return StableHash()
      .Add(static_cast<uint64_t>(record.offset))
      .Add(static_cast<uint64_t>(MillisOf(record.append_time)))
      .Add(record.key)
      .Add(record.value)
      .value();
}

std::vector<Judging*> Task::judgings() {
  std::vector<Judging*> all = {shown_.get()};
  if (coming_ != nullptr) all.push_back(coming_.get());
  return all;
}

absl::Status Task::Apply(const std::vector<Record>& records) {
  for (std::span<const Record> rest(records); !rest.empty();) {
    const size_t count = std::min(rest.size(), kRecordsAtOnce);
    if (absl::Status status = ApplySome(rest.first(count)); !status.ok()) return status;
    rest = rest.subspan(count);
  }
  return absl::OkStatus();
}

absl::Status Task::ApplySome(std::span<const Record> records) {
  std::vector<std::string> keys;
  keys.reserve(records.size());
  if (decoded_.size() < records.size()) decoded_.resize(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    decoded_[i].unreadable = decode_(records[i].value, decoded_[i].event);
    if (!decoded_[i].unreadable) keys.push_back(CaseKeyOf(decoded_[i].event, case_scope_stream_));
  }
  if (absl::Status status = cases_.Prefetch(std::move(keys)); !status.ok()) return status;

  for (size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    const auto& [event, unreadable] = decoded_[i];
    if (record.append_time > log_time_) {
      if (absl::Status status = FireDue(record.append_time, false); !status.ok()) return status;
      log_time_ = record.append_time;
    }
    if (midnight_ == kNever) midnight_ = MidnightFrom(log_time_, *setting().zone);
    if (unreadable) {
      Reject(record, *unreadable, "");
    } else if (auto rejection = domain::CheckEvent(event, *setting().intake, log_time_)) {
      Reject(record, *std::move(rejection), event.source);
    } else if (event.stream != setting().definition->stream ||
               (!event.region.empty() && event.region != setting().region)) {
      Reject(record,
             {domain::Reject::kWrongPartition,
              "the record belongs to another stream or region than its partition; send it through ingest"},
             event.source);
    } else if (absl::Status status = ApplyOne(record, event); !status.ok()) {
      return status;
    }
    offset_ = record.offset + 1;
    anchor_ = AnchorOf(record);
  }
  return absl::OkStatus();
}

absl::Status Task::ApplyOne(const Record& record, const domain::Event& event) {
  std::string key = CaseKeyOf(event, case_scope_stream_);
  auto opened = cases_.Open(key);
  if (!opened.ok()) return opened.status();
  domain::CaseState& state = (*opened)->record.state;
  const bool is_new = state.stamps.empty();
  const int64_t before = domain::StandingEvents(state);
  const bool changed = domain::Merge(event, state);
  ++accepted_;
  standing_ += domain::StandingEvents(state) - before;
  CountEvent(event, record.append_time, changed, sources_[event.source]);
  if (!changed) return absl::OkStatus();
  if (is_new) ++known_cases_;
  (*opened)->changed = true;
  pending_.push_back(std::move(key));
  return absl::OkStatus();
}

void Task::Reject(const Record& record, domain::Rejection rejection, std::string_view source) {
  ++rejected_count_;
  const std::string name(ContainsPersonalNumber(source) ? "" : source);
  ++sources_[name].rejected[std::string(domain::RejectName(rejection.reason))];
  unwritten_sources_.insert(name);
  rejected_records_.push_back({record.offset, record.value, std::move(rejection)});
}

void Task::CountEvent(const domain::Event& event, Instant append_time, bool changed, SourceQuality& source) {
  unwritten_sources_.insert(event.source);
  ++source.accepted;
  source.CountArrival(append_time);
  if (!changed) ++source.duplicates;
  if (event.occurred_at && *event.recorded_at - *event.occurred_at > domain::kLateAfter)
    ++source.late_arrivals;
  for (const auto& [name, value] : event.attributes) {
    if (name == "unit" && !value.empty() && setting().geography->FindUnit(value) == nullptr)
      ++source.unknown_unit;
    if (name == "municipality" && !value.empty() && setting().geography->FindMunicipality(value) == nullptr) {
      ++source.unknown_municipality;
    }
  }
}

absl::Status Task::AdvanceTo(Instant log_time) {
  if (log_time < log_time_) return absl::OkStatus();
  if (absl::Status status = FireDue(log_time, true); !status.ok()) return status;
  log_time_ = log_time;
  return absl::OkStatus();
}

// An instant x, a timer's, a midnight's or a grid point's, has its turn once every record with append time <=
// x is merged, and is judged at x; timers before snapshots before rules. What lies between two grid points is
// seen by nobody, so cases that were merged there are judged together at the next one.
absl::Status Task::FireDue(Instant limit, bool inclusive) {
  const auto passed = [&](Instant x) { return inclusive ? x > limit : x >= limit; };
  const auto next_timer = [&] {
    Instant next = kNever;
    for (Judging* judging : judgings()) next = std::min(next, judging->timers().NextInstant());
    return next;
  };
  Instant quiet_until = std::min(midnight_, next_timer());
  for (Judging* judging : judgings()) quiet_until = std::min(quiet_until, judging->timers().loaded_until());
  if (!inclusive && log_time_ != kBeginningOfTime && passed(rules().GridPoint(log_time_)) &&
      passed(quiet_until)) {
    return absl::OkStatus();
  }
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  while (true) {
    if (absl::Status status = LoadTimers(limit, inclusive); !status.ok()) return status;
    const Instant timer = next_timer();
    const Instant grid = complete() ? rules().NextDue(log_time_) : kNever;
    const Instant x = std::min({timer, midnight_, grid});
    if (x == kNever || passed(x)) return absl::OkStatus();
    log_time_ = std::max(log_time_, x);
    if (timer == x) {
      for (Judging* judging : judgings()) {
        if (absl::Status status = FireTimers(*judging, x); !status.ok()) return status;
      }
    } else if (midnight_ == x) {
      TakeSnapshots();
    } else if (absl::Status status = rules().Evaluate(x); !status.ok()) {
      return status;
    }
  }
}

absl::Status Task::LoadTimers(Instant limit, bool inclusive) {
  for (Judging* judging : judgings()) {
    TimerQueue& timers = judging->timers();
    const Instant unread = timers.loaded_until();
    const bool needed = unread != kNever && (inclusive ? unread <= limit : unread < limit);
    if (timers.NextInstant() == kNever && needed) {
      if (absl::Status status = Commit(); !status.ok()) return status;
      if (absl::Status status = timers.LoadMore(); !status.ok()) return status;
    }
    if (absl::Status status = PrefetchTimers(*judging, limit); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The cases of many timers are read in one go, before the first of them has its turn.
absl::Status Task::PrefetchTimers(Judging& judging, Instant limit) {
  const Instant next = judging.timers().NextInstant();
  if (next > limit || next <= judging.prefetched_until) return absl::OkStatus();
  const auto due = judging.timers().Due(limit, kTimersAtOnce);
  std::vector<std::string> keys;
  keys.reserve(due.size());
  for (const auto& [at, key] : due) keys.push_back(key);
  judging.prefetched_until = due.back().first;
  return cases_.Prefetch(std::move(keys));
}

absl::Status Task::FireTimers(Judging& judging, Instant x) {
  for (const auto& [at, key] : judging.timers().Due(x, kTimersAtOnce)) {
    auto opened = cases_.Open(key);
    if (!opened.ok()) return opened.status();
    JudgeBy(judging, key, **opened);
  }
  return absl::OkStatus();
}

// At the midnight whose turn it is. By the clock alone the ages of the waits are other ones then.
void Task::TakeSnapshots() {
  const Instant x = std::exchange(midnight_, MidnightFrom(midnight_ + milliseconds(1), *setting().zone));
  if (!complete()) return;
  const LocalDay day = setting().zone->DayOf(x);
  const Figures figures(*setting().definition, *setting().zone, x);
  PutSnapshotTaken(day, setting().id.revision, snapshots_);
  series().ForEach([&](Series& s) {
    if (s.open != 0)
      PutSnapshot({.day = day, .revision = setting().id.revision, .row = figures.Waiting(s)}, snapshots_);
    if (!s.open_since.empty()) series().Republish(s);
  });
}

absl::StatusOr<std::vector<Snapshot>> Task::Snapshots(const domain::SeriesKey& series, LocalDay first,
                                                      LocalDay last) {
  return ReadSnapshots(store_, series, first, last);
}

absl::Status Task::JudgePending() {
  for (const std::string& key : pending_) {
    auto opened = cases_.Open(key);
    if (!opened.ok()) return opened.status();
    Judge(key, **opened);
  }
  pending_.clear();
  return absl::OkStatus();
}

void Task::Judge(const std::string& key, OpenCase& open) {
  for (Judging* judging : judgings()) JudgeBy(*judging, key, open);
}

void Task::JudgeBy(Judging& judging, const std::string& key, OpenCase& open) {
  const bool is_shown = &judging == shown_.get();
  const Judging* other = is_shown ? coming_.get() : shown_.get();
  CountedBy& counted = open.record.By(judging.generation(), other == nullptr ? 0 : other->generation());
  const CountedCase before =
      judging.Judge(key, open.record.state, counted, log_time_, is_shown ? &case_statuses_ : nullptr);
  if (is_shown) NoteUndone(before, counted.how);
  open.changed = true;
}

// A decided miss that a later register takes away is legal, and counted (spec §3); so is a change of a count
// in a month that has ended.
void Task::NoteUndone(const CountedCase& before, const CountedCase& after) {
  if (before.by_indicator.empty()) return;
  const std::string& source = after.findings.source;
  for (size_t i = 0; i < after.by_indicator.size(); ++i) {
    const auto& was = before.by_indicator[i].decided;
    const auto& is = after.by_indicator[i].decided;
    if (!was || was == is) continue;
    SourceQuality& quality = sources_[source];
    unwritten_sources_.insert(source);
    UnitChanges& unit = quality.units[after.findings.unit];
    if (!was->within && !(is && !is->within)) {
      ++quality.miss_undone;
      ++unit.miss_undone;
    }
    const Instant month =
        domain::BoundsOf(domain::WindowPanes(domain::Window::kMonth, log_time_, *setting().zone),
                         *setting().zone)
            .from;
    if (was->at < month) {
      ++quality.closed_period_corrections;
      ++unit.closed_period_corrections;
    }
  }
}

absl::Status Task::Commit(bool durable) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  WriteBatch batch = std::exchange(snapshots_, WriteBatch());
  for (const std::string& source : unwritten_sources_)
    batch.Put(SourceRow(source), EncodeSource(sources_[source]));
  unwritten_sources_.clear();
  cases_.Flush(batch);
  for (Judging* judging : judgings()) judging->Flush(log_time_, batch);
  for (std::string& row : rows_to_remove_) batch.Delete(std::move(row));
  rows_to_remove_.clear();
  batch.Put(rows::Begin(rows::kMeta), MetaValue());
  return store_.Write(batch, durable);
}

std::vector<CaseStatus> Task::TakeCaseStatuses() { return std::exchange(case_statuses_, {}); }
std::vector<RejectedRecord> Task::TakeRejected() { return std::exchange(rejected_records_, {}); }

absl::StatusOr<std::vector<CaseStatus>> Task::CurrentCases(std::optional<int> indicator,
                                                           std::optional<Waiting> waiting, size_t limit,
                                                           int64_t* total) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  std::vector<std::pair<std::string, int>> wanted;
  int64_t found = 0;
  for (const auto& [key, row] : shown_->waiting()) {
    for (int i = 0; i < static_cast<int>(row.size()); ++i) {
      const auto is = static_cast<Waiting>(row[i]);
      if (!IsAtRisk(is) || (indicator && *indicator != i) || (waiting && *waiting != is)) continue;
      ++found;
      if (wanted.size() < limit) wanted.emplace_back(key, i);
    }
  }
  if (total != nullptr) *total = found;
  return StatusesOf(*shown_, wanted);
}

absl::StatusOr<std::vector<CaseStatus>> Task::CurrentCasesAfter(std::string& after, size_t most) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  std::vector<std::pair<std::string, int>> wanted;
  const auto& waiting = shown_->waiting();
  auto it = waiting.upper_bound(after);
  for (; it != waiting.end() && most > 0; ++it, --most) {
    for (int i = 0; i < static_cast<int>(it->second.size()); ++i) {
      if (IsAtRisk(static_cast<Waiting>(it->second[i]))) wanted.emplace_back(it->first, i);
    }
  }
  after = it == waiting.end() ? "" : std::prev(it)->first;
  return StatusesOf(*shown_, wanted);
}

absl::StatusOr<std::vector<CaseStatus>> Task::StatusesOf(
    const Judging& judging, const std::vector<std::pair<std::string, int>>& wanted) {
  std::vector<std::string> keys;
  keys.reserve(wanted.size());
  for (const auto& [key, i] : wanted) keys.push_back(key);
  if (absl::Status status = cases_.Prefetch(std::move(keys)); !status.ok()) return status;
  std::vector<CaseStatus> found;
  found.reserve(wanted.size());
  for (const auto& [key, i] : wanted) {
    auto record = cases_.Peek(key);
    if (!record.ok()) return record.status();
    if (*record == nullptr)
      return absl::InternalError("a waiting case has no row: a bug, or a damaged store");
    found.push_back(judging.StatusOf(key, i, (*record)->state, log_time_));
  }
  return found;
}

}  // namespace vardvakt::engine
