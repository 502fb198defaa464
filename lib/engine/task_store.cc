// What a task is opened on: its store's meta row, and judging by other definitions than the store was judged
// by.
#include <algorithm>
#include <iterator>

#include "lib/base/bytes.h"
#include "lib/base/strings.h"
#include "lib/engine/task.h"

namespace vardvakt::engine {
namespace {

// The layout of the store's rows; a store of a newer one is refused, of an older one rebuilt.
constexpr uint64_t kStoreFormat = 5;

absl::Status DamagedMeta() {
  return absl::DataLossError(
      "the store's meta row can't be read; set the store aside, it is rebuilt from the log");
}

// What has been published under a revision stays what it is.
absl::Status CheckRevision(const DefinitionsId& from, const DefinitionsId& to) {
  if (to.revision < from.revision) {
    return absl::FailedPreconditionError(
        Cat("this task's numbers are of revision ", from.revision, ", the configuration says ", to.revision,
            ": put the newer configuration back, or set `revision` in revision.yaml to ", from.revision + 1));
  }
  const bool same = from.judging == to.judging && from.telling == to.telling;
  if (to.revision > from.revision || same) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat("the definitions have changed, and `revision` in revision.yaml is still ", to.revision,
          ": set it to ", to.revision + 1));
}

bool NamesCasesById(const TaskSetting& setting) {
  const auto schema = setting.intake->streams.find(setting.definition->stream);
  return schema != setting.intake->streams.end() && schema->second.case_scope_stream;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Task>> Task::Open(TaskSetting setting, TaskOptions options, Store& store,
                                                 Decode decode) {
  std::unique_ptr<Task> task(new Task(std::move(options), store, std::move(decode)));
  if (absl::Status status = task->Load(std::move(setting)); !status.ok()) return status;
  return task;
}

absl::Status Task::Load(TaskSetting setting) {
  case_scope_stream_ = NamesCasesById(setting);
  auto meta = store_.Get(rows::Begin(rows::kMeta));
  if (!meta.ok()) return meta.status();
  if (!*meta) {
    shown_ = MakeJudging(std::move(setting), ++last_generation_);
    return shown_->timers().LoadMore();
  }
  const auto stored = ReadMeta(**meta, setting);
  if (!stored.ok()) return stored.status();
  if (absl::Status status = LoadSources(); !status.ok()) return status;
  return LoadJudgings(std::move(setting), *stored);
}

absl::Status Task::LoadSources() {
  absl::Status damage;
  const absl::Status scanned =
      store_.Scan(rows::Begin(rows::kSource), rows::End(rows::kSource),
                  [&](std::string_view key, std::string_view value) {
                    SourceQuality source;
                    if (!DecodeSource(value, source))
                      damage = absl::DataLossError("a source row of the store can't be read");
                    sources_[std::string(key.substr(1))] = source;
                    return damage.ok();
                  });
  return scanned.ok() ? damage : scanned;
}

std::unique_ptr<Judging> Task::MakeJudging(TaskSetting setting, uint32_t generation) {
  return std::make_unique<Judging>(std::move(setting), generation, store_, options_.timer_chunk);
}

absl::StatusOr<std::unique_ptr<Judging>> Task::BeginJudging(TaskSetting setting, bool shown) {
  std::unique_ptr<Judging> judging = MakeJudging(std::move(setting), ++last_generation_);
  if (absl::Status status = judging->Load(shown); !status.ok()) return status;
  judging->set_cursor("");
  return judging;
}

void Task::Abandon(std::unique_ptr<Judging>& judging) {
  if (judging != nullptr) dead_.push_back(judging->generation());
  judging.reset();
}

// `stored`: what was shown, and what was coming, if anything.
absl::Status Task::LoadJudgings(TaskSetting setting, const std::vector<StoredJudging>& stored) {
  const StoredJudging& was_shown = stored.front();
  const StoredJudging* was_coming = stored.size() > 1 ? &stored[1] : nullptr;
  if (was_coming != nullptr && !was_coming->id.JudgesAs(setting.id)) {
    dead_.push_back(was_coming->generation);
    was_coming = nullptr;
  }
  // Of what is not complete nothing has been published.
  if (!was_shown.cursor) {
    if (absl::Status status = CheckRevision(was_shown.id, setting.id); !status.ok()) return status;
  }
  if (was_shown.id.JudgesAs(setting.id)) {
    if (was_coming != nullptr) dead_.push_back(was_coming->generation);
    shown_ = MakeJudging(setting, was_shown.generation);
    return Restore(*shown_, was_shown, true);
  }
  std::optional<TaskSetting> former;
  if (options_.former && !was_shown.cursor) former = options_.former(setting, was_shown.id);
  if (former && former->id == was_shown.id) {
    shown_ = MakeJudging(*std::move(former), was_shown.generation);
    if (absl::Status status = Restore(*shown_, was_shown, true); !status.ok()) return status;
    if (was_coming == nullptr) return Redefine(std::move(setting));
    coming_ = MakeJudging(std::move(setting), was_coming->generation);
    return Restore(*coming_, *was_coming, false);
  }
  dead_.push_back(was_shown.generation);
  if (was_coming != nullptr) {
    shown_ = MakeJudging(std::move(setting), was_coming->generation);
    return Restore(*shown_, *was_coming, true);
  }
  auto begun = BeginJudging(std::move(setting), true);
  if (!begun.ok()) return begun.status();
  shown_ = *std::move(begun);
  return Commit(true);
}

absl::Status Task::Restore(Judging& judging, const StoredJudging& stored, bool shown) {
  if (absl::Status status = judging.Load(shown); !status.ok()) return status;
  judging.timers().set_armed(stored.armed);
  judging.rules().set_anew(stored.anew);
  judging.judged = stored.judged;
  judging.set_cursor(stored.cursor);
  if (stored.id.telling == judging.setting().id.telling) return absl::OkStatus();
  judging.rules().StartAnew();
  return TellRules(judging);
}

// Of every case that waits.
absl::Status Task::TellRules(Judging& judging) {
  std::vector<std::pair<std::string, int>> wanted;
  for (const auto& [key, row] : judging.waiting()) {
    for (int i = 0; i < static_cast<int>(row.size()); ++i) {
      if (IsAtRisk(static_cast<domain::Waiting>(row[i])) && judging.rules().AsksForCases(i))
        wanted.emplace_back(key, i);
    }
  }
  const auto statuses = StatusesOf(judging, wanted);
  if (!statuses.ok()) return statuses.status();
  for (const CaseStatus& status : *statuses)
    judging.rules().OnCaseChanged(status.case_key, status.indicator, ChangeOf(status));
  return absl::OkStatus();
}

absl::Status Task::Redefine(TaskSetting setting) {
  if (complete()) {
    if (absl::Status status = CheckRevision(this->setting().id, setting.id); !status.ok()) return status;
  }
  if (NamesCasesById(setting) != case_scope_stream_) {
    return absl::FailedPreconditionError(
        "case_scope of the stream has changed, and with it what a case is: put it back, or move this task's "
        "store "
        "away to rebuild it from the log");
  }
  // From here on the store has every case: those that come later are judged by both at once.
  if (absl::Status status = Commit(); !status.ok()) return status;
  for (Judging* judging : judgings()) {
    if (!judging->setting().id.JudgesAs(setting.id)) continue;
    if (judging == shown_.get()) Abandon(coming_);
    judging->Retell(std::move(setting));
    if (absl::Status status = TellRules(*judging); !status.ok()) return status;
    return Commit(true);
  }
  Abandon(coming_);
  auto begun = BeginJudging(std::move(setting), !complete());
  if (!begun.ok()) return begun.status();
  if (complete()) {
    coming_ = *std::move(begun);
  } else {
    Abandon(shown_);
    shown_ = *std::move(begun);
    ++replaced_;
  }
  return Commit(true);
}

Judging* Task::unfinished() {
  if (coming_ != nullptr) return coming_.get();
  return complete() ? nullptr : shown_.get();
}

std::optional<Task::Progress> Task::progress() const {
  const Judging* by = coming_ != nullptr ? coming_.get() : shown_.get();
  if (by->complete()) return std::nullopt;
  return Progress{.revision = by->setting().id.revision,
                  .judged = std::min(by->judged, known_cases_),
                  .cases = known_cases_};
}

absl::Status Task::JudgeMore(size_t most) {
  Judging* by = unfinished();
  if (by == nullptr) return RemoveDead(most);
  if (absl::Status status = JudgePending(); !status.ok()) return status;
  const auto keys = cases_.KeysAfter(*by->cursor(), most);
  if (!keys.ok()) return keys.status();
  for (const std::string& key : *keys) {
    auto opened = cases_.Open(key);
    if (!opened.ok()) return opened.status();
    if ((*opened)->record.FindCounted(by->generation()) == nullptr) JudgeBy(*by, key, **opened);
  }
  by->judged += std::ssize(*keys);
  if (keys->size() < most) return FinishJudging(*by);
  by->set_cursor(keys->back());
  return absl::OkStatus();
}

absl::Status Task::FinishJudging(Judging& judging) {
  judging.set_cursor(std::nullopt);
  if (&judging == shown_.get()) {
    judging.rules().StartAnew();
  } else {
    judging.rules().TakeOver(shown_->rules());
    Abandon(shown_);
    shown_ = std::move(coming_);
  }
  case_statuses_.clear();  // by other indicators; all of them are to be said anyway
  ++replaced_;
  return Commit(true);
}

// Row after row behind the last one that was removed, for a seek to the start of a drained range is slow.
absl::Status Task::RemoveDead(size_t most) {
  if (dead_.empty()) return absl::OkStatus();
  const char kind = rows::kOfJudging[dead_kind_];
  const std::string from = dead_after_.empty() ? rows::Begin(kind, dead_.front()) : dead_after_ + '\0';
  size_t found = 0;
  const absl::Status scanned =
      store_.Scan(from, rows::End(kind, dead_.front()), [&](std::string_view key, std::string_view) {
        dead_after_ = key;
        rows_to_remove_.push_back(dead_after_);
        return ++found < most;
      });
  if (!scanned.ok() || found == most) return scanned;
  dead_after_.clear();
  if (++dead_kind_ < std::size(rows::kOfJudging)) return absl::OkStatus();
  dead_kind_ = 0;
  dead_.erase(dead_.begin());
  return absl::OkStatus();
}

void Task::EncodeJudging(Judging& judging, ByteWriter& out) {
  const DefinitionsId& id = judging.setting().id;
  out.Unsigned(judging.generation());
  out.Unsigned(id.revision);
  for (const uint64_t digest : {id.judging, id.telling, id.machine}) out.Fixed64(digest);
  out.Signed(judging.timers().armed());
  out.Byte(judging.rules().anew() ? 1 : 0);
  out.Signed(judging.judged);
  out.Byte(judging.complete() ? 1 : 0);
  out.String(judging.cursor().value_or(""));
}

Task::StoredJudging Task::DecodeJudging(ByteReader& in) {
  StoredJudging stored;
  stored.generation = static_cast<uint32_t>(in.Unsigned());
  stored.id.revision = static_cast<uint32_t>(in.Unsigned());
  for (uint64_t* digest : {&stored.id.judging, &stored.id.telling, &stored.id.machine})
    *digest = in.Fixed64();
  stored.armed = in.Signed();
  stored.anew = in.Byte() != 0;
  stored.judged = in.Signed();
  const bool complete = in.Byte() != 0;
  std::string cursor(in.String());
  if (!complete) stored.cursor = std::move(cursor);
  return stored;
}

std::string Task::MetaValue() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.Unsigned(kStoreFormat);
  out.String(setting().region);
  out.String(setting().partition.topic);
  out.Unsigned(static_cast<uint64_t>(setting().partition.partition));
  out.Signed(offset_);
  out.Fixed64(static_cast<uint64_t>(MillisOf(log_time_)));
  out.Fixed64(static_cast<uint64_t>(MillisOf(midnight_)));
  out.Byte(anchor_ ? 1 : 0);
  out.Fixed64(anchor_.value_or(0));
  for (int64_t counter : {accepted_, standing_, rejected_count_, known_cases_}) out.Signed(counter);
  out.Unsigned(last_generation_);
  out.Unsigned(dead_.size());
  for (const uint32_t generation : dead_) out.Unsigned(generation);
  out.Unsigned(coming_ == nullptr ? 1 : 2);
  EncodeJudging(*shown_, out);
  if (coming_ != nullptr) EncodeJudging(*coming_, out);
  return bytes;
}

absl::StatusOr<std::vector<Task::StoredJudging>> Task::ReadMeta(std::string_view bytes,
                                                                const TaskSetting& setting) {
  ByteReader in(bytes);
  const uint64_t format = in.Unsigned();
  if (in.ok() && format > kStoreFormat) {
    return absl::FailedPreconditionError(
        Cat("the store has format ", format, ", this program reads up to ", kStoreFormat,
            ": run the newer program, or move the store away to rebuild it"));
  }
  if (in.ok() && format < kStoreFormat) {
    return absl::DataLossError(
        Cat("the store has the older format ", format, "; it is set aside and rebuilt from the log"));
  }
  const std::string region(in.String());
  const std::string topic(in.String());
  const auto partition = static_cast<int32_t>(in.Unsigned());
  offset_ = in.Signed();
  log_time_ = InstantFromMillis(static_cast<int64_t>(in.Fixed64()));
  midnight_ = InstantFromMillis(static_cast<int64_t>(in.Fixed64()));
  const bool anchored = in.Byte() != 0;
  const uint64_t anchor = in.Fixed64();
  if (anchored) anchor_ = anchor;
  for (int64_t* counter : {&accepted_, &standing_, &rejected_count_, &known_cases_}) *counter = in.Signed();
  last_generation_ = static_cast<uint32_t>(in.Unsigned());
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left)
    dead_.push_back(static_cast<uint32_t>(in.Unsigned()));
  std::vector<StoredJudging> judgings;
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left) judgings.push_back(DecodeJudging(in));
  if (!in.Done() || judgings.empty()) return DamagedMeta();
  if (region != setting.region || topic != setting.partition.topic ||
      partition != setting.partition.partition) {
    return absl::FailedPreconditionError(
        Cat("the store is of region ", region, ", ", topic, "/", partition, ", not of region ",
            setting.region, ", ", setting.partition.topic, "/", setting.partition.partition,
            ": regions.yaml or the data directory was changed; put it back, or move the store away"));
  }
  return judgings;
}

}  // namespace vardvakt::engine
