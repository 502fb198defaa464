#include "lib/engine/task.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/hash.h"
#include "lib/base/personal_number.h"
#include "lib/base/strings.h"
#include "lib/engine/judge_case.h"

namespace vardvakt::engine {
namespace {

using domain::Waiting;

// The layout of the store's rows; a store of a newer one is refused, of an older one rebuilt.
constexpr uint64_t kStoreFormat = 3;
constexpr size_t kTimersAtOnce = 4096;
constexpr size_t kCasesAtOnce = 20'000;
constexpr uint64_t kBeingJudged = 0;  // a digest of no definitions

bool IsAtRisk(Waiting waiting) { return waiting == Waiting::kAtRisk || waiting == Waiting::kOverdue; }

std::string SourceRow(std::string_view source) { return rows::Begin(rows::kSource).append(source); }

Waiting WaitingOf(const CountedCase& counted, size_t indicator) {
  return indicator < counted.by_indicator.size() ? counted.by_indicator[indicator].waiting : Waiting::kNone;
}

std::string LastMilestone(const domain::CaseState& state, Instant now) {
  const domain::Register* last = nullptr;
  for (const domain::Register& r : state.registers) {
    if (r.kind != domain::RegisterKind::kMilestone || !r.set || r.at > now) continue;
    if (last == nullptr || r.at >= last->at) last = &r;
  }
  return last == nullptr ? "" : last->name;
}

}  // namespace

Task::Task(TaskSetting setting, TaskOptions options, Store& store, Decode decode)
    : setting_(std::move(setting)),
      store_(store),
      decode_(std::move(decode)),
      cases_(&store, options.max_cached_case_bytes),
      series_(*setting_.definition, *setting_.zone),
      timers_(&store, options.timer_chunk),
      rules_(*setting_.rules, *setting_.definition, *setting_.geography, *setting_.zone, series_, store),
      digest_(setting_.digest) {
  const auto schema = setting_.intake->streams.find(setting_.definition->stream);
  case_scope_stream_ = schema != setting_.intake->streams.end() && schema->second.case_scope_stream;
}

absl::StatusOr<std::unique_ptr<Task>> Task::Open(TaskSetting setting, TaskOptions options, Store& store,
                                                 Decode decode) {
  std::unique_ptr<Task> task(new Task(std::move(setting), options, store, std::move(decode)));
  if (absl::Status status = task->Load(); !status.ok()) return status;
  return task;
}

uint64_t Task::AnchorOf(const Record& record) {
  return StableHash()
      .Add(static_cast<uint64_t>(record.offset))
      .Add(static_cast<uint64_t>(MillisOf(record.append_time)))
      .Add(record.key)
      .Add(record.value)
      .value();
}

absl::Status Task::Load() {
  auto meta = store_.Get(rows::Begin(rows::kMeta));
  if (!meta.ok()) return meta.status();
  if (!*meta) return timers_.LoadMore();  // a new store
  if (absl::Status status = ReadMeta(**meta); !status.ok()) return status;
  absl::Status damage;
  absl::Status scanned = store_.Scan(rows::Begin(rows::kSource), rows::End(rows::kSource),
                                     [&](std::string_view key, std::string_view value) {
                                       SourceQuality source;
                                       if (!DecodeSource(value, source))
                                         damage =
                                             absl::DataLossError("a source row of the store can't be read");
                                       sources_[std::string(key.substr(1))] = source;
                                       return damage.ok();
                                     });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  if (digest_ != setting_.digest) return Rejudge();
  if (absl::Status status = series_.Load(store_); !status.ok()) return status;
  if (absl::Status status = rules_.Load(); !status.ok()) return status;
  if (absl::Status status = LoadWaiting(); !status.ok()) return status;
  return timers_.LoadMore();
}

absl::Status Task::LoadWaiting() {
  absl::Status damage;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (value.size() != setting_.definition->indicators.size()) {
      damage = absl::DataLossError(
          "a row of waiting cases can't be read; set the store aside, it is rebuilt from the log");
    }
    waiting_[std::string(key.substr(1))] = value;
    return damage.ok();
  };
  const absl::Status scanned = store_.Scan(rows::Begin(rows::kWaiting), rows::End(rows::kWaiting), visit);
  return scanned.ok() ? damage : scanned;
}

// Other definitions than the store was judged by: every case is judged again into new panes, and the rules
// look anew at the next grid point, so closed periods get no new episodes (architecture §5).
absl::Status Task::Rejudge() {
  WriteBatch batch;
  const auto remove = [&](std::string_view key, std::string_view) {
    batch.Delete(std::string(key));
    return true;
  };
  for (const char kind : {rows::kSeries, rows::kPane, rows::kQuality, rows::kTimer, rows::kWaiting}) {
    if (absl::Status s = store_.Scan(rows::Begin(kind), rows::End(kind), remove); !s.ok()) return s;
  }
  if (absl::Status status = rules_.Load(); !status.ok()) return status;
  rules_.StartAnew();
  ++revision_;
  timers_.set_armed(0);
  // The old rows go before the new ones come. After a crash between, this store is judged by no definitions,
  // not by the old ones either, should they come back.
  digest_ = kBeingJudged;
  batch.Put(rows::Begin(rows::kMeta), MetaValue());
  if (absl::Status status = store_.Write(batch, false); !status.ok()) return status;
  digest_ = setting_.digest;
  if (absl::Status status = timers_.LoadMore(); !status.ok()) return status;
  std::vector<std::string> keys;
  const absl::Status scanned = cases_.ForEach([&](std::string_view key, CaseRecord&) {
    keys.emplace_back(key);
    return true;
  });
  if (!scanned.ok()) return scanned;
  for (const std::string& key : keys) {
    auto opened = cases_.Open(key);
    if (!opened.ok()) return opened.status();
    (*opened)->record.counted = CountedCase();
    (*opened)->record.next = kNever;
    Judge(key, **opened);
    if (cases_.working() < kCasesAtOnce) continue;
    // Not yet with the new digest: a crash here starts all over.
    WriteBatch part;
    cases_.Flush(part);
    timers_.Flush(part);
    series_.Flush(log_time_, part);
    if (absl::Status status = store_.Write(part, false); !status.ok()) return status;
  }
  return Commit(true);
}

absl::Status Task::Apply(const std::vector<Record>& records) {
  std::vector<std::string> keys;
  keys.reserve(records.size());
  domain::Event event;
  for (const Record& record : records) {
    if (decode_(record.value, event)) continue;
    keys.push_back(CaseKeyOf(event, case_scope_stream_));
  }
  if (absl::Status status = cases_.Prefetch(std::move(keys)); !status.ok()) return status;

  for (const Record& record : records) {
    if (record.append_time > log_time_) {
      if (absl::Status status = FireDue(record.append_time, false); !status.ok()) return status;
      log_time_ = record.append_time;
    }
    const std::optional<domain::Rejection> unreadable = decode_(record.value, event_);
    if (unreadable) {
      Reject(record, *unreadable, "");
    } else if (auto rejection = domain::CheckEvent(event_, *setting_.intake, log_time_)) {
      Reject(record, *std::move(rejection), event_.source);
    } else if (event_.stream != setting_.definition->stream ||
               (!event_.region.empty() && event_.region != setting_.region)) {
      Reject(record,
             {domain::Reject::kWrongPartition,
              "the record belongs to another stream or region than its partition; send it through ingest"},
             event_.source);
    } else if (absl::Status status = ApplyOne(record, event_); !status.ok()) {
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
  const int64_t before = domain::StandingEvents(state);
  const bool changed = domain::Merge(event, state);
  ++accepted_;
  standing_ += domain::StandingEvents(state) - before;
  CountEvent(event, record.append_time, changed, sources_[event.source]);
  if (!changed) return absl::OkStatus();
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
    if (name == "unit" && !value.empty() && setting_.geography->FindUnit(value) == nullptr)
      ++source.unknown_unit;
    if (name == "municipality" && !value.empty() && setting_.geography->FindMunicipality(value) == nullptr) {
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

// An instant x, a timer's or a grid point's, has its turn once every record with append time <= x is merged,
// and is judged at x; timers before rules. What lies between two grid points is seen by nobody, so cases that
// were merged there are judged together at the next one.
absl::Status Task::FireDue(Instant limit, bool inclusive) {
  const auto passed = [&](Instant x) { return inclusive ? x > limit : x >= limit; };
  const Instant timer = std::min(timers_.NextInstant(), timers_.loaded_until());
  if (!inclusive && log_time_ != kBeginningOfTime && passed(rules_.GridPoint(log_time_)) && passed(timer)) {
    return absl::OkStatus();
  }
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  while (true) {
    if (timers_.NextInstant() == kNever && timers_.loaded_until() != kNever &&
        !passed(timers_.loaded_until())) {
      if (absl::Status status = Commit(); !status.ok()) return status;
      if (absl::Status status = timers_.LoadMore(); !status.ok()) return status;
    }
    if (absl::Status status = PrefetchTimers(limit); !status.ok()) return status;
    const Instant timer = timers_.NextInstant();
    const Instant grid = rules_.NextDue(log_time_);
    const Instant x = std::min(timer, grid);
    if (x == kNever || passed(x)) return absl::OkStatus();
    log_time_ = std::max(log_time_, x);
    if (timer == x) {
      if (absl::Status status = FireTimers(x); !status.ok()) return status;
    } else if (absl::Status status = rules_.Evaluate(x); !status.ok()) {
      return status;
    }
  }
}

// The cases of many timers are read in one go, before the first of them has its turn.
absl::Status Task::PrefetchTimers(Instant limit) {
  const Instant next = timers_.NextInstant();
  if (next > limit || next <= prefetched_until_) return absl::OkStatus();
  const auto due = timers_.Due(limit, kTimersAtOnce);
  std::vector<std::string> keys;
  keys.reserve(due.size());
  for (const auto& [at, key] : due) keys.push_back(key);
  prefetched_until_ = due.back().first;
  return cases_.Prefetch(std::move(keys));
}

absl::Status Task::FireTimers(Instant x) {
  for (const auto& [at, key] : timers_.Due(x, kTimersAtOnce)) {
    auto opened = cases_.Open(key);
    if (!opened.ok()) return opened.status();
    Judge(key, **opened);
  }
  return absl::OkStatus();
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
  CaseRecord& record = open.record;
  JudgedCase judged = JudgeCase(record.state, setting_, log_time_);
  series_.Move(record.counted, judged.counted, log_time_);
  NoteWaiting(key, record.state, record.counted, judged);
  NoteUndone(record.counted, judged.counted);
  timers_.Set(key, record.next, judged.next);
  record.next = judged.next;
  record.counted = std::move(judged.counted);
  open.changed = true;
}

void Task::NoteWaiting(const std::string& key, const domain::CaseState& state, const CountedCase& before,
                       const JudgedCase& judged) {
  const auto& [after, judgements, next] = judged;
  bool any = false;
  for (size_t i = 0; i < judgements.size(); ++i) {
    const Waiting was = WaitingOf(before, i);
    const Waiting is = WaitingOf(after, i);
    any = any || IsAtRisk(is);
    // The same standing may have another deadline or place by now, and the rules go by what they heard last.
    if (!IsAtRisk(was) && !IsAtRisk(is)) continue;
    case_statuses_.push_back(StatusOf(key, static_cast<int>(i), state, judgements[i]));
    rules_.OnCaseChanged(key, static_cast<int>(i),
                         {.waiting = is,
                          .warn_at = judgements[i].warn_at.value_or(kNever),
                          .deadline = judgements[i].deadline.value_or(kNever),
                          .municipality = std::string(state.Attribute("municipality")),
                          .unit = std::string(state.Attribute("unit"))});
  }
  if (!any && !waiting_.contains(key)) return;
  unwritten_waiting_.insert(key);
  if (!any) {
    waiting_.erase(key);
    return;
  }
  std::string& row = waiting_[key];
  row.clear();
  for (size_t i = 0; i < judgements.size(); ++i) row.push_back(static_cast<char>(WaitingOf(after, i)));
}

CaseStatus Task::StatusOf(const std::string& key, int indicator, const domain::CaseState& state,
                          const domain::Judgement& j) const {
  return {.indicator = indicator,
          .case_key = key,
          .waiting = j.waiting,
          .start = j.start,
          .warn_at = j.warn_at,
          .deadline = j.deadline,
          .unit = std::string(state.Attribute("unit")),
          .municipality = std::string(state.Attribute("municipality")),
          .last_milestone = LastMilestone(state, log_time_)};
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
        domain::BoundsOf(domain::WindowPanes(domain::Window::kMonth, log_time_, *setting_.zone),
                         *setting_.zone)
            .from;
    if (was->at < month) {
      ++quality.closed_period_corrections;
      ++unit.closed_period_corrections;
    }
  }
}

absl::Status Task::Commit(bool durable) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  WriteBatch batch;
  for (const std::string& key : unwritten_waiting_) {
    const auto it = waiting_.find(key);
    std::string row = rows::Begin(rows::kWaiting) + key;
    it == waiting_.end() ? batch.Delete(std::move(row)) : batch.Put(std::move(row), it->second);
  }
  unwritten_waiting_.clear();
  for (const std::string& source : unwritten_sources_)
    batch.Put(SourceRow(source), EncodeSource(sources_[source]));
  unwritten_sources_.clear();
  cases_.Flush(batch);
  timers_.Flush(batch);
  series_.Flush(log_time_, batch);
  rules_.Flush(batch);
  batch.Put(rows::Begin(rows::kMeta), MetaValue());
  return store_.Write(batch, durable);
}

std::string Task::MetaValue() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.Unsigned(kStoreFormat);
  out.String(setting_.region);
  out.String(setting_.partition.topic);
  out.Unsigned(static_cast<uint64_t>(setting_.partition.partition));
  out.Unsigned(revision_);
  out.Fixed64(digest_);
  out.Signed(offset_);
  out.Fixed64(static_cast<uint64_t>(MillisOf(log_time_)));
  out.Byte(anchor_ ? 1 : 0);
  out.Fixed64(anchor_.value_or(0));
  for (int64_t counter : {accepted_, standing_, rejected_count_, timers_.armed()}) out.Signed(counter);
  return bytes;
}

absl::Status Task::ReadMeta(std::string_view bytes) {
  ByteReader in(bytes);
  const uint64_t format = in.Unsigned();
  if (in.ok() && format > kStoreFormat) {
    return absl::FailedPreconditionError(
        Cat("the store has format ", format, ", this program reads up to ", kStoreFormat,
            ": run the newer program, or move the store away to rebuild it"));
  }
  if (in.ok() && format < kStoreFormat) {
    return absl::DataLossError(Cat("the store has format ", format, ", this program writes ", kStoreFormat,
                                   ": it is rebuilt from the log"));
  }
  const std::string region(in.String());
  const std::string topic(in.String());
  const auto partition = static_cast<int32_t>(in.Unsigned());
  revision_ = static_cast<uint32_t>(in.Unsigned());
  digest_ = in.Fixed64();
  offset_ = in.Signed();
  log_time_ = InstantFromMillis(static_cast<int64_t>(in.Fixed64()));
  const bool anchored = in.Byte() != 0;
  const uint64_t anchor = in.Fixed64();
  if (anchored) anchor_ = anchor;
  accepted_ = in.Signed();
  standing_ = in.Signed();
  rejected_count_ = in.Signed();
  timers_.set_armed(in.Signed());
  if (!in.Done()) {
    return absl::DataLossError(
        "the store's meta row can't be read; set the store aside, it is rebuilt from the log");
  }
  if (region != setting_.region || topic != setting_.partition.topic ||
      partition != setting_.partition.partition) {
    return absl::FailedPreconditionError(
        Cat("the store is of region ", region, ", ", topic, "/", partition, ", not of region ",
            setting_.region, ", ", setting_.partition.topic, "/", setting_.partition.partition,
            ": regions.yaml or the data directory was changed; put it back, or move the store away"));
  }
  return absl::OkStatus();
}

std::vector<CaseStatus> Task::TakeCaseStatuses() { return std::exchange(case_statuses_, {}); }
std::vector<RejectedRecord> Task::TakeRejected() { return std::exchange(rejected_records_, {}); }

absl::StatusOr<std::vector<CaseStatus>> Task::CurrentCases(std::optional<int> indicator,
                                                           std::optional<Waiting> waiting, size_t limit,
                                                           int64_t* total) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  std::vector<std::pair<std::string, int>> wanted;
  int64_t found = 0;
  for (const auto& [key, row] : waiting_) {
    for (int i = 0; i < static_cast<int>(row.size()); ++i) {
      const auto is = static_cast<Waiting>(row[i]);
      if (!IsAtRisk(is) || (indicator && *indicator != i) || (waiting && *waiting != is)) continue;
      ++found;
      if (wanted.size() < limit) wanted.emplace_back(key, i);
    }
  }
  if (total != nullptr) *total = found;
  return StatusesOf(wanted);
}

absl::StatusOr<std::vector<CaseStatus>> Task::CurrentCasesAfter(std::string& after, size_t most) {
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  std::vector<std::pair<std::string, int>> wanted;
  auto it = waiting_.upper_bound(after);
  for (; it != waiting_.end() && most > 0; ++it, --most) {
    for (int i = 0; i < static_cast<int>(it->second.size()); ++i) {
      if (IsAtRisk(static_cast<Waiting>(it->second[i]))) wanted.emplace_back(it->first, i);
    }
  }
  after = it == waiting_.end() ? "" : std::prev(it)->first;
  return StatusesOf(wanted);
}

absl::StatusOr<std::vector<CaseStatus>> Task::StatusesOf(
    const std::vector<std::pair<std::string, int>>& wanted) {
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
    const domain::CaseState& state = (*record)->state;
    found.push_back(StatusOf(
        key, i, state, domain::Judge(state, setting_.definition->indicators[i], log_time_, *setting_.zone)));
  }
  return found;
}

}  // namespace vardvakt::engine
