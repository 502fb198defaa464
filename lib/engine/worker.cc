#include "lib/engine/worker.h"

#include <algorithm>
#include <iterator>

#include "lib/base/strings.h"
#include "lib/engine/figures.h"

namespace vardvakt::engine {
namespace {

constexpr Duration kFirstBackOff = milliseconds(200);
constexpr Duration kLongestBackOff = seconds(10);
constexpr int kMostSetAside = 3;  // a disk that damages whatever is written needs a person
constexpr size_t kEpisodesKept = 100'000;
constexpr size_t kFormerKept = 8;

// The store is rebuilt from the log, so its damage is mended beside it; the log's own is a person's to
// decide.
absl::Status OfLog(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  return absl::FailedPreconditionError(Cat("the log is damaged: ", status.message()));
}

}  // namespace

std::string StoreName(const Partition& partition) { return Cat(partition.topic, "-", partition.partition); }

std::string_view WorkerStateName(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting:
      return "starting";
    case WorkerState::kCatchingUp:
      return "catching_up";
    case WorkerState::kReady:
      return "ready";
    case WorkerState::kRetrying:
      return "retrying";
    case WorkerState::kStopped:
      return "stopped";
  }
  return "stopped";
}

Worker::Worker(TaskSetting setting, WorkerOptions options, Task::Decode decode, Log& log, const Clock& clock,
               StoreProvider& stores, std::unique_ptr<Publisher> publisher, Logger& logger)
    : region_(setting.region),
      stream_(setting.definition->stream),
      partition_(setting.partition),
      options_(std::move(options)),
      decode_(std::move(decode)),
      log_(log),
      clock_(clock),
      stores_(stores),
      publisher_(std::move(publisher)),
      logger_(logger),
      store_name_(StoreName(partition_)),
      shown_(setting),
      setting_(std::move(setting)) {}

Worker::~Worker() { Stop(); }

void Worker::Start() {
  stopping_.store(false);
  thread_ = std::thread([this] { Run(); });
}

void Worker::Stop() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_.store(true);
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Worker::Look(const std::function<void(Task&)>& look) {
  const std::lock_guard lock(task_mutex_);
  if (task_ == nullptr) return false;
  look(*task_);
  return true;
}

WorkerStatus Worker::status() const {
  const std::lock_guard lock(status_mutex_);
  WorkerStatus status = status_;
  status.owned = owned_.load();
  return status;
}

TaskSetting Worker::setting() const {
  const std::lock_guard lock(status_mutex_);
  return shown_;
}

void Worker::Redefine(TaskSetting setting) {
  const std::lock_guard lock(status_mutex_);
  wanted_ = std::move(setting);
}

void Worker::SetState(WorkerState state, std::string detail) {
  const std::lock_guard lock(status_mutex_);
  status_.state = state;
  status_.detail = std::move(detail);
}

bool Worker::Wait(Duration time) {
  std::unique_lock lock(wake_mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void Worker::Run() {
  while (!stopping_.load()) {
    const absl::Status status = RunOnce();
    if (status.ok()) break;  // told to stop
    {
      const std::lock_guard lock(task_mutex_);
      task_.reset();
      store_.reset();
    }
    if (!Recover(status)) return;
  }
  const std::lock_guard lock(task_mutex_);
  if (task_ != nullptr) {
    if (const absl::Status status = task_->Commit(true); !status.ok()) {
      logger_.Error("final_commit_failed", {{"task", store_name_}, {"error", ToStd(status.message())}});
    }
  }
  publisher_->Drain(seconds(5));
  task_.reset();
  store_.reset();
  SetState(WorkerState::kStopped, "stopped on request");
}

// What to do about an error: rebuild beside a damaged store, stop where only a person can decide, else try
// again.
bool Worker::Recover(const absl::Status& why) {
  const std::string message(ToStd(why.message()));
  if (why.code() == absl::StatusCode::kDataLoss && ++times_set_aside_ <= kMostSetAside) {
    const auto moved = stores_.SetAside(store_name_);
    if (!moved.ok()) {
      SetState(WorkerState::kStopped,
               Cat(message, "; and it could not be set aside: ", moved.status().message()));
      logger_.Error("task_stopped", {{"task", store_name_}, {"error", message}});
      return false;
    }
    logger_.Error("store_set_aside", {{"task", store_name_}, {"error", message}, {"moved_to", *moved}});
    const std::lock_guard lock(status_mutex_);
    status_.set_aside = *moved;
    return true;
  }
  const bool hopeless = why.code() == absl::StatusCode::kFailedPrecondition ||
                        why.code() == absl::StatusCode::kOutOfRange ||
                        why.code() == absl::StatusCode::kDataLoss;
  if (hopeless) {
    SetState(WorkerState::kStopped, message);
    logger_.Error("task_stopped", {{"task", store_name_}, {"error", message}});
    return false;
  }
  SetState(WorkerState::kRetrying, message);
  logger_.Warning("task_retries",
                  {{"task", store_name_}, {"error", message}, {"back_off_ms", back_off_.count()}});
  const bool go_on = Wait(back_off_);
  back_off_ = std::min(kLongestBackOff, back_off_ * 2);
  return go_on;
}

absl::Status Worker::OpenTask() {
  auto store = stores_.Open(store_name_);
  if (!store.ok()) return store.status();
  const std::lock_guard lock(task_mutex_);
  store_ = *std::move(store);
  TaskOptions options = options_.task;
  options.former = [this](const TaskSetting& setting, const DefinitionsId& id) {
    return Former(setting, id);
  };
  auto task = Task::Open(setting_, options, *store_, decode_);
  if (!task.ok()) return task.status();
  task_ = *std::move(task);
  replaced_ = task_->replaced();
  const std::lock_guard status_lock(status_mutex_);
  shown_ = task_->setting();
  return absl::OkStatus();
}

std::optional<TaskSetting> Worker::Former(const TaskSetting& setting, const DefinitionsId& id) const {
  for (const TaskSetting& former : formerly_) {
    if (former.id == id) return former;
  }
  return options_.task.former ? options_.task.former(setting, id) : std::nullopt;
}

// Those that are refused leave everything as it is.
absl::Status Worker::TakeDefinitions() {
  std::optional<TaskSetting> wanted;
  {
    const std::lock_guard lock(status_mutex_);
    wanted = std::exchange(wanted_, std::nullopt);
    if (!wanted) return absl::OkStatus();
    status_.refused.clear();
  }
  const std::lock_guard lock(task_mutex_);
  const absl::Status status = task_->Redefine(*wanted);
  if (absl::IsFailedPrecondition(status)) {
    logger_.Error("definitions_refused", {{"task", store_name_}, {"error", ToStd(status.message())}});
    const std::lock_guard status_lock(status_mutex_);
    status_.refused = ToStd(status.message());
    return absl::OkStatus();
  }
  formerly_.push_back(std::exchange(setting_, *std::move(wanted)));
  if (formerly_.size() > kFormerKept) formerly_.erase(formerly_.begin());
  tenths_judged_ = 0;
  NoteReplaced();
  if (!status.ok()) return status;  // opened again, by these
  logger_.Info("definitions_taken", {{"task", store_name_}, {"revision", setting_.id.revision}});
  return absl::OkStatus();
}

// The record before the stored offset must be the one that was read then: else the topic was made anew or
// cut.
absl::Status Worker::CheckAnchor(Reader& reader) {
  const Offset offset = task_->version().offset;
  auto end = reader.End();
  if (!end.ok()) return end.status();
  const auto replaced = [&](std::string_view what) {
    return absl::FailedPreconditionError(Cat("topic ", partition_.topic, "/", partition_.partition, " ", what,
                                             ": it was created again or shortened. Restore the topic, or "
                                             "move this task's store away to rebuild it "
                                             "from what the topic has now"));
  };
  if (*end < offset) return replaced(Cat("ends at offset ", *end, ", before the stored offset ", offset));
  if (offset == 0 || !task_->anchor()) return absl::OkStatus();
  auto beginning = reader.Beginning();
  if (!beginning.ok()) return beginning.status();
  if (*beginning >= offset) return absl::OkStatus();  // retention took it: Poll tells if something is missing
  auto before = log_.OpenReader(partition_, offset - 1);
  if (!before.ok()) return before.status();
  std::vector<Record> records;
  for (int tries = 0; records.empty() && tries < 50; ++tries) {
    if (absl::Status status = (*before)->Poll(1, milliseconds(200), records); !status.ok()) return status;
    if (stopping_.load()) return absl::OkStatus();
  }
  if (records.empty())
    return absl::UnavailableError("the log does not give the record before the stored offset");
  if (Task::AnchorOf(records.front()) != *task_->anchor())
    return replaced("has another record than was read before");
  return absl::OkStatus();
}

absl::Status Worker::RunOnce() {
  SetState(WorkerState::kStarting, "opening the store");
  caught_up_ = false;
  say_all_ = true;
  to_say_.clear();
  episodes_to_say_.clear();
  say_cases_after_.reset();
  unmarked_.reset();
  if (absl::Status status = OpenTask(); !status.ok()) return status;
  auto reader = log_.OpenReader(partition_, task_->version().offset);
  if (!reader.ok()) return OfLog(reader.status());
  if (absl::Status status = CheckAnchor(**reader); !status.ok()) return OfLog(status);
  SetState(WorkerState::kCatchingUp, "reading the log");
  back_off_ = kFirstBackOff;
  logger_.Info("task_started", {{"task", store_name_}, {"offset", task_->version().offset}});
  while (!stopping_.load()) {
    if (absl::Status status = Step(**reader); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Nothing is lost by waiting for a log that can't be reached: the task stays as it is, and log time with it.
bool Worker::LogIsAway(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kUnavailable) return false;
  SetState(WorkerState::kRetrying, Cat("the log can't be reached: ", status.message()));
  log_away_ = true;
  Wait(kFirstBackOff);
  return true;
}

absl::Status Worker::Step(Reader& reader) {
  if (absl::Status status = TakeDefinitions(); !status.ok()) return status;
  records_.clear();
  log_away_ = false;
  const Duration wait = task_->has_more_to_judge() ? Duration::zero() : options_.poll_wait;
  absl::Status polled = reader.Poll(options_.max_batch, wait, records_);
  if (!polled.ok() && !LogIsAway(polled)) return OfLog(polled);
  // Where the end that the log's owner names has been read, log time is the clock as read before asking for
  // that end, less the log's margin and 1 ms (architecture §4).
  const Instant asked_at = clock_.Now();
  bool at_end = false;
  if (polled.ok() && records_.size() < options_.max_batch) {
    auto end = reader.End();
    if (!end.ok() && !LogIsAway(end.status())) return OfLog(end.status());
    at_end = end.ok() && reader.position() >= *end;
    const std::lock_guard lock(status_mutex_);
    if (end.ok()) status_.end = *end;
  }
  {
    const std::lock_guard lock(task_mutex_);
    if (absl::Status status = Work(at_end, asked_at); !status.ok()) return status;
  }
  Publish();
  return absl::OkStatus();
}

// One batch, as one commit.
absl::Status Worker::Work(bool at_end, Instant asked_at) {
  const TaskVersion before = task_->version();
  if (absl::Status status = task_->Apply(records_); !status.ok()) return status;
  const Instant log_time = asked_at - log_.clock_margin() - milliseconds(1);
  if (at_end && log_time + log_.clock_margin() + options_.max_clock_step_back < task_->version().log_time) {
    SetState(WorkerState::kRetrying,
             "clock_skew: this machine's clock is behind the log's append times; deadlines wait until it is "
             "right");
    caught_up_ = false;
  } else if (at_end) {
    if (absl::Status status = task_->AdvanceTo(log_time); !status.ok()) return status;
    caught_up_ = task_->complete();
    SetState(
        caught_up_ ? WorkerState::kReady : WorkerState::kCatchingUp,
        caught_up_ ? "" : "all cases are being judged anew, by definitions that this store does not know");
  } else if (!log_away_ && asked_at - task_->version().log_time > options_.behind_after) {
    if (caught_up_) SetState(WorkerState::kCatchingUp, "behind: records of the log are unread");
    caught_up_ = false;
  }
  bool judged = false;
  if (absl::Status status = JudgeMore(judged); !status.ok()) return status;
  if (judged || task_->version() != before) {
    const bool sync = task_->version().log_time - synced_at_ >= options_.sync_every;
    if (sync) synced_at_ = task_->version().log_time;
    if (absl::Status status = task_->Commit(sync); !status.ok()) return status;
  }
  const std::lock_guard lock(status_mutex_);
  status_.version = task_->version();
  status_.judging = task_->progress();
  return absl::OkStatus();
}

// By the coming definitions, between two batches.
absl::Status Worker::JudgeMore(bool& judged) {
  judged = task_->has_more_to_judge();
  if (!judged) return absl::OkStatus();
  if (absl::Status status = task_->JudgeMore(options_.judged_at_once); !status.ok()) return status;
  NoteReplaced();
  const auto progress = task_->progress();
  if (!progress || progress->cases == 0) return absl::OkStatus();
  const int64_t tenths = 10 * progress->judged / progress->cases;
  if (std::exchange(tenths_judged_, tenths) == tenths) return absl::OkStatus();
  logger_.Info("judging_anew", {{"task", store_name_},
                                {"revision", progress->revision},
                                {"judged", progress->judged},
                                {"cases", progress->cases}});
  return absl::OkStatus();
}

// What was taken from the task to be said is gone; everything is said anew.
void Worker::NoteReplaced() {
  const bool replaced = std::exchange(replaced_, task_->replaced()) != replaced_;
  const std::lock_guard lock(status_mutex_);
  const bool retold = shown_.id != task_->setting().id;
  shown_ = task_->setting();
  if (!replaced && !retold) return;
  to_say_.clear();
  episodes_to_say_.clear();
  say_cases_after_.reset();
  unmarked_.reset();
  say_all_ = true;
  logger_.Info("definitions_in_force", {{"task", store_name_}, {"revision", shown_.id.revision}});
}

void Worker::Publish() {
  const bool owned = owned_.load();
  const std::lock_guard lock(task_mutex_);
  Publication out{.setting = &task_->setting(), .version = task_->version()};
  out.cases = task_->TakeCaseStatuses();
  out.episodes = task_->TakeEpisodes();
  out.rejected = task_->TakeRejected();
  if (!owned) out.rejected.clear();
  if (!owned || !caught_up_) {
    // The rest is said in full once this process owns the partition and is not behind.
    out.cases.clear();
    out.episodes.clear();
    say_all_ = true;
  } else {
    SayRows(out);
  }
  if (out.shares.empty() && out.waiting.empty() && out.ratios.empty() && out.left_out.empty() &&
      out.cases.empty() && out.episodes.empty() && out.rejected.empty() && !out.complete_since) {
    return;
  }
  publisher_->Publish(std::move(out));
}

// What changed once a second, everything current once a minute, and after a start or a failed delivery; then,
// when all of it was delivered, the mark that says so. Rows and cases go out a slice at a time: in between
// the task goes on.
void Worker::SayRows(Publication& out) {
  const Instant now = clock_.Now();
  bool begun = false;
  if (publisher_->TakeFailure()) say_all_ = true;
  if (say_all_ || (!unmarked_ && now - said_all_at_ >= options_.publish_all_every)) {
    if (!SayAllBegin(out)) return;
    said_all_at_ = said_rows_at_ = now;
    begun = true;
  } else if (to_say_.empty() && now - said_rows_at_ >= options_.publish_every) {
    said_rows_at_ = now;
    to_say_.swap(task_->series().unpublished());
    for (Series* series : to_say_) series->unpublished = false;
    begun = !to_say_.empty();
  }
  const size_t slice = std::min(options_.series_at_once, to_say_.size());
  const Figures figures(*task_->setting().definition, *task_->setting().zone, task_->version().log_time);
  SayEpisodes(out, begun);
  if (begun) SayRatios(figures, out);
  for (size_t i = 0; i < slice; ++i) {
    AddSeries(figures, *to_say_.back(), out);
    to_say_.pop_back();
  }
  if (!unmarked_ || !publisher_->Drain(Duration::zero())) return;
  if (say_cases_after_) {
    SayMoreCases(out);
  } else if (slice == 0 && episodes_to_say_.empty()) {
    out.complete_since = unmarked_;
    unmarked_.reset();
  }
}

// Open ones first. What has changed since they were read has been said as it is now.
void Worker::SayEpisodes(Publication& out, bool begun) {
  if (!episodes_to_say_.empty()) {
    for (const domain::Episode& e : out.episodes) episodes_changed_.emplace(e.fingerprint, e.started_at);
  }
  if (!begun && !publisher_->Drain(Duration::zero())) return;
  for (size_t i = 0; i < options_.episodes_at_once && !episodes_to_say_.empty(); ++i) {
    domain::Episode& e = episodes_to_say_.back();
    if (!episodes_changed_.contains({e.fingerprint, e.started_at})) out.episodes.push_back(std::move(e));
    episodes_to_say_.pop_back();
  }
}

// The next cases of the round, once those before are delivered: so that a million of them fill no queue.
void Worker::SayMoreCases(Publication& out) {
  auto cases = task_->CurrentCasesAfter(*say_cases_after_, options_.cases_at_once);
  if (!cases.ok()) return;  // the next step meets the read error too, and opens the store again
  out.cases.insert(out.cases.end(), cases->begin(), cases->end());
  if (say_cases_after_->empty()) say_cases_after_.reset();
}

bool Worker::SayAllBegin(Publication& out) {
  // After a start every episode that the store keeps, later those that are open.
  auto episodes = say_all_ ? task_->rules().Kept(kEpisodesKept)
                           : absl::StatusOr<std::vector<domain::Episode>>(task_->rules().OpenEpisodes());
  if (!episodes.ok()) return false;  // the next step meets the read error too, and opens the store again
  // What has changed on the way here is among them as it is now: one that began and ended meanwhile is past.
  if (say_all_) out.episodes.clear();
  episodes_to_say_ = *std::move(episodes);
  std::ranges::reverse(episodes_to_say_);
  std::ranges::stable_partition(episodes_to_say_,
                                [](const domain::Episode& e) { return e.resolved_at.has_value(); });
  episodes_changed_.clear();
  to_say_.clear();
  task_->series().ForEach([&](Series& series) {
    series.unpublished = false;
    to_say_.push_back(&series);
  });
  task_->series().unpublished().clear();
  say_cases_after_ = "";
  unmarked_ = out.version;
  say_all_ = false;
  return true;
}

// A ratio has rows where nobody has come yet, so they are no series' own; there are few.
void Worker::SayRatios(const Figures& figures, Publication& out) {
  for (int i = 0; i < static_cast<int>(task_->setting().definition->indicators.size()); ++i) {
    std::ranges::move(figures.Ratios(task_->series(), i), std::back_inserter(out.ratios));
  }
}

// Empty rows too: a window that has emptied by the clock alone must be seen to be empty.
void Worker::AddSeries(const Figures& figures, const Series& series, Publication& out) {
  figures.ForEachShare(series, true, [&](domain::ShareRow row) { out.shares.push_back(std::move(row)); });
  out.waiting.push_back(figures.Waiting(series));
  if (series.key.sex == domain::Sex::kAll && series.key.age == domain::Age::kAll) {
    out.left_out.push_back(Figures::LeftOut(series));
  }
}

}  // namespace vardvakt::engine
