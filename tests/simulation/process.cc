#include "tests/simulation/process.h"

#include "lib/base/strings.h"
#include "lib/engine/figures.h"
#include "tests/simulation/truth.h"

namespace vardvakt::simulation {
namespace {

constexpr size_t kCopiesKept = 8;

std::string RowName(std::string_view kind, const domain::SeriesKey& s) {
  return Cat(kind, " ", s.indicator, " ", s.level, "=", s.key, " ", domain::SexName(s.sex), " ",
             domain::AgeName(s.age));
}

std::string CaseText(const engine::CaseStatus& status) {
  if (status.waiting != domain::Waiting::kAtRisk && status.waiting != domain::Waiting::kOverdue) return "";
  return Cat(static_cast<int>(status.waiting), " ", MillisOf(*status.deadline), " ", status.unit, "/",
             status.municipality);
}

}  // namespace

Process::Process(engine::TaskSetting setting, engine::Task::Decode decode, testkit::MemoryLog& log,
                 const testkit::ManualClock& truth, simulator::Random& random)
    : setting_(std::move(setting)),
      decode_(std::move(decode)),
      log_(log),
      truth_(truth),
      random_(random),
      margin_(log.clock_margin()) {}

absl::Status Process::Start() {
  handle_ = disk_->OpenHandle();
  // Small bounds, so that cases leave memory and timers are read in several pieces.
  const engine::TaskOptions options{
      .max_cached_case_bytes = random_.Chance(500) ? size_t{500} : 1 << 20,
      .timer_chunk = random_.Chance(500) ? size_t{1} : 1000,
      .former = [this](const engine::TaskSetting&, const engine::DefinitionsId& id) {
        return former_ ? former_(id) : std::nullopt;
      }};
  auto task = engine::Task::Open(setting_, options, *handle_, decode_);
  if (!task.ok()) return task.status();
  task_ = *std::move(task);
  auto reader = log_.OpenReader(setting_.partition, task_->version().offset);
  if (!reader.ok()) return reader.status();
  reader_ = *std::move(reader);
  starting_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> Process::Step(size_t max_records) {
  std::vector<engine::Record> records;
  if (absl::Status s = reader_->Poll(max_records, Duration::zero(), records); !s.ok()) return s;
  const Instant asked_at = truth_.Now() + skew_;
  const auto end = reader_->End();
  if (!end.ok()) return end.status();
  const bool at_end = reader_->position() >= *end;
  if (absl::Status s = task_->Apply(records); !s.ok()) return s;
  if (task_->has_more_to_judge() && !at_end) {
    if (absl::Status s = task_->JudgeMore(static_cast<size_t>(random_.Between(1, 3))); !s.ok()) return s;
  }
  if (!at_end) return false;
  advanced_to_ = asked_at - margin_ - milliseconds(1);
  if (absl::Status s = task_->AdvanceTo(advanced_to_); !s.ok()) return s;
  if (!task_->has_more_to_judge()) return true;
  if (absl::Status s = task_->JudgeMore(static_cast<size_t>(random_.Between(1, 3))); !s.ok()) return s;
  return true;
}

absl::Status Process::Commit() {
  const bool durable = random_.Chance(300);
  if (absl::Status s = task_->Commit(durable); !s.ok()) return s;
  if (durable && random_.Chance(200) && copies_.size() < kCopiesKept) copies_.push_back(disk_->pairs());
  return absl::OkStatus();
}

absl::StatusOr<Saying> Process::Say(bool all) {
  all = all || starting_ || replaced_ != task_->replaced();
  starting_ = false;
  replaced_ = task_->replaced();
  Saying out{.version = task_->version()};
  const engine::TaskSetting& shown = task_->setting();
  const engine::Figures figures(*shown.definition, *shown.zone, out.version.log_time);
  const auto say_series = [&](engine::Series& series) {
    const domain::WaitingRow w = figures.Waiting(series);
    out.rows[RowName("waiting", series.key)] = Cat(w.open, " ", w.at_risk, " ", w.overdue);
    const auto row = figures.Share(series, domain::Measure::kCompleted, domain::Window::kAll, true);
    out.rows[RowName("share", series.key)] = Cat(row->n, " ", row->within.value_or(0), " ", row->n_before);
  };
  const auto say_case = [&](const engine::CaseStatus& status) {
    out.rows[Cat("case ", status.indicator, " ", status.case_key)] = CaseText(status);
  };
  const auto say_episode = [&](const domain::Episode& e) {
    if (e.firing_at) out.rows[Cat("episode ", e.fingerprint, " ", MillisOf(e.started_at))] = EpisodeText(e);
  };
  for (const engine::CaseStatus& status : task_->TakeCaseStatuses()) say_case(status);
  for (const domain::Episode& e : task_->TakeEpisodes()) say_episode(e);
  if (all) {
    task_->series().ForEach(say_series);
    std::string after;
    do {
      const auto cases = task_->CurrentCasesAfter(after, static_cast<size_t>(random_.Between(1, 3)));
      if (!cases.ok()) return cases.status();
      for (const engine::CaseStatus& status : *cases) say_case(status);
    } while (!after.empty());
    const auto episodes = task_->rules().Kept(SIZE_MAX);
    if (!episodes.ok()) return episodes.status();
    for (const domain::Episode& e : *episodes) say_episode(e);
    out.complete_since = out.version;
  }
  for (engine::Series* series : task_->series().unpublished()) {
    say_series(*series);
    series->unpublished = false;
  }
  task_->series().unpublished().clear();
  return out;
}

void Process::Kill() {
  reader_.reset();
  task_.reset();
  handle_.reset();
  disk_->Crash(static_cast<size_t>(random_.Below(static_cast<int64_t>(disk_->unsynced_batches()) + 1)));
}

void Process::LoseDisk() {
  disk_ = std::make_unique<testkit::MemoryStore>();
  copies_.clear();
}

void Process::GoBack() {
  if (copies_.empty()) return;
  disk_ = std::make_unique<testkit::MemoryStore>();
  engine::WriteBatch batch;
  const size_t which = static_cast<size_t>(random_.Below(static_cast<int64_t>(copies_.size())));
  for (const auto& [key, value] : copies_[which]) batch.Put(key, value);
  copies_.resize(which + 1);
  disk_->Write(batch, true).IgnoreError();
}

void Process::SpoilWrite(size_t nth) { disk_->FailWrite(nth, random_.Chance(500)); }
void Process::SpoilRead(size_t nth) { disk_->FailRead(nth); }
absl::Status Process::Redefine(engine::TaskSetting setting) {
  setting_ = std::move(setting);
  replaced_ = -1;
  return task_ == nullptr ? absl::OkStatus() : task_->Redefine(setting_);
}

}  // namespace vardvakt::simulation
