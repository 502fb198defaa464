#include "services/notifier/notifier.h"

#include <algorithm>
#include <utility>

#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "services/notifier/outbox_codec.h"

namespace vardvakt::notifier {
namespace {

using alertmanager::Outcome;
using engine::Metric;

constexpr size_t kMaxRecords = 1000;               // in one poll
constexpr Duration kPollWait = milliseconds(200);  // bounds how long Stop waits
constexpr Duration kLogRetry = milliseconds(500);
constexpr Duration kStopGrace = seconds(1);
constexpr Duration kLongestWait =
    seconds(1);  // a clock that jumps is noticed so soon, a failed write is repeated
constexpr std::string_view kStorePart = "notifier store";

engine::Partition AlertsPartition(int32_t partition) {
  return {std::string(engine::kAlertsTopic), partition};
}

std::string HealthPart(int32_t partition) { return Cat("alerts-", partition); }

std::vector<Outbox::SinkName> NamesOf(const std::vector<NotifierSink>& sinks) {
  std::vector<Outbox::SinkName> names;
  for (const NotifierSink& sink : sinks) names.push_back(sink.name);
  return names;
}

std::string_view ResultName(Outcome outcome) {
  if (outcome == Outcome::kDelivered) return "delivered";
  return outcome == Outcome::kRefused ? "refused" : "retried";
}

}  // namespace

Notifier::Notifier(NotifierOptions options, Surroundings with, int32_t partitions,
                   std::vector<NotifierSink> sinks, std::function<void(absl::Status)> failed)
    : options_(options),
      with_(std::move(with)),
      partitions_(partitions),
      failed_(std::move(failed)),
      outbox_(NamesOf(sinks), options.plan) {
  for (NotifierSink& sink : sinks) sinks_.push_back({.sink = std::move(sink)});
}

absl::Status Notifier::Start() {
  if (absl::Status status = Restore(); !status.ok()) return status;
  for (int32_t partition = 0; partition < partitions_; ++partition) {
    const absl::StatusOr<engine::Offset> offset = StoredOffset(partition);
    if (!offset.ok()) return offset.status();
    offsets_[partition] = *offset;
  }
  for (size_t i = 0; i < sinks_.size(); ++i) {
    const std::string& name = sinks_[i].sink.name.name;
    for (const std::string_view result : {"delivered", "retried", "refused"}) {
      with_.metrics.Count(Metric::kNotifierDeliveries, {name, result}, 0);
    }
    sinks_[i].worker =
        std::make_unique<SinkWorker>(i, *sinks_[i].sink.sink, with_.clock,
                                     [this](SinkWorker::Done done) { inbox_.PutDone(std::move(done)); });
  }
  for (const auto& [partition, offset] : offsets_) {
    with_.health.SetNotReady(HealthPart(partition), "reading what is there already");
    readers_.emplace_back([this, partition, offset] { ReadPartition(partition, offset); });
  }
  decides_ = std::async(std::launch::async, [this] { Decide(); });
  return absl::OkStatus();
}

void Notifier::Stop() {
  inbox_.Stop();
  if (decides_.valid()) decides_.wait_for(kStopGrace);
  for (SinkState& state : sinks_) state.sink.cancel();
  if (decides_.valid()) decides_.get();
  for (std::thread& reader : readers_) reader.join();
  readers_.clear();
  for (SinkState& state : sinks_) state.worker.reset();
}

bool Notifier::Busy() const { return std::ranges::any_of(sinks_, &SinkState::busy); }

absl::Status Notifier::Restore() {
  absl::Status problem;
  const Instant now = with_.clock.Now();
  const absl::Status scanned =
      with_.store.Scan(kEpisodesBegin, kEpisodesEnd, [&](std::string_view, std::string_view value) {
        absl::StatusOr<KnownEpisode> known = DecodeKnown(value);
        problem = known.status();
        if (known.ok()) outbox_.Restore(*std::move(known), now);
        return problem.ok();
      });
  return scanned.ok() ? problem : scanned;
}

absl::StatusOr<engine::Offset> Notifier::StoredOffset(int32_t partition) {
  const auto stored = with_.store.Get(OffsetRow(partition));
  if (!stored.ok()) return stored.status();
  if (!*stored) return 0;
  return DecodeOffset(**stored);
}

void Notifier::ReadPartition(int32_t partition, engine::Offset from) {
  while (!inbox_.stopping()) {
    const absl::Status status = Follow(partition, from);
    if (inbox_.stopping()) return;
    if (!absl::IsUnavailable(status)) return inbox_.PutFailure(status);
    with_.health.SetNotReady(HealthPart(partition), "the log can't be reached");
    inbox_.WaitOrStop(kLogRetry);
  }
}

// Reads until it must stop or can't. kUnavailable: to be tried again from `position`.
absl::Status Notifier::Follow(int32_t partition, engine::Offset& position) {
  auto reader = with_.log.OpenReader(AlertsPartition(partition), position);
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<engine::Offset> beginning = (*reader)->Beginning();
  if (!beginning.ok()) return beginning.status();
  const absl::StatusOr<engine::Offset> end = (*reader)->End();
  if (!end.ok()) return end.status();
  if (position > *end) {
    return absl::FailedPreconditionError(Cat(engine::kAlertsTopic, "/", partition, " ends at ", *end,
                                             ", before the offset ", position,
                                             " that was read: it was re-created or shortened. Set the "
                                             "notifier's store aside and start again; what is "
                                             "firing will be told again"));
  }
  if (position < *beginning) {
    reader = with_.log.OpenReader(AlertsPartition(partition), *beginning);
    if (!reader.ok()) return reader.status();
  }
  for (bool caught_up = false; !inbox_.stopping();) {
    if (!caught_up && (*reader)->position() >= *end) {
      caught_up = true;
      with_.health.SetReady(HealthPart(partition));
      inbox_.PutCaughtUp(partition);
    }
    Inbox::Read read{.partition = partition};
    const absl::Status status = (*reader)->Poll(kMaxRecords, kPollWait, read.records);
    position = std::max(position, (*reader)->position());
    if (!read.records.empty()) inbox_.PutRead(std::move(read));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Notifier::Decide() {
  const Instant may_begin = with_.clock.Now() + options_.start_grace;
  bool began = false;
  Instant next = kNever;
  while (true) {
    Instant now = with_.clock.Now();
    const Duration wait = next <= now ? Duration::zero() : std::min(kLongestWait, next - now);
    Inbox::Content content = inbox_.Take(wait);
    now = with_.clock.Now();
    TakeRecords(content.read, now);
    TakeResults(std::move(content.done), now);
    absl::Status status = Save();
    status.Update(content.failure);
    if (status.ok()) status = Prune(now);
    if (!status.ok()) return failed_(status);
    if (content.stopping && !Busy()) return;
    const bool caught_up = content.caught_up == static_cast<size_t>(partitions_);
    began = began || caught_up || now >= may_begin;
    next = may_begin;
    if (content.stopping) {
      next = kNever;
    } else if (began) {
      next = Dispatch(now);
    }
  }
}

void Notifier::TakeRecords(const std::vector<Inbox::Read>& read, Instant now) {
  for (const Inbox::Read& batch : read) {
    for (const engine::Record& record : batch.records) {
      offsets_[batch.partition] = record.offset + 1;
      if (record.value.empty()) continue;  // a tombstone: what was told stays told
      const absl::StatusOr<AlertRecord> alert = DecodeAlertRecord(record.value);
      std::string_view result = "unreadable";
      if (alert.ok()) {
        result = outbox_.Take(alert->version, alert->episode, now) ? "taken" : "ignored";
      } else {
        with_.logger.Error("record_unreadable", {{"topic", engine::kAlertsTopic},
                                                 {"partition", batch.partition},
                                                 {"offset", record.offset},
                                                 {"reason", ToStd(alert.status().message())}});
      }
      with_.metrics.Count(Metric::kNotifierRecords, {result});
    }
    unsaved_offsets_.insert(batch.partition);
  }
}

void Notifier::TakeResults(std::vector<SinkWorker::Done> done, Instant now) {
  for (const SinkWorker::Done& one : done) {
    SinkState& state = sinks_[one.sink];
    state.busy = false;
    with_.metrics.Observe(Metric::kNotifierDeliverySeconds, {state.sink.name.name},
                          std::chrono::duration<double>(one.took).count());
    const alertmanager::Result* failure = nullptr;
    for (size_t i = 0; i < one.results.size(); ++i) {
      const Outcome outcome = one.results[i].outcome;
      const bool again = outcome == Outcome::kUncertain || outcome == Outcome::kNotSent;
      if (again && failure == nullptr) failure = &one.results[i];
      with_.metrics.Count(Metric::kNotifierDeliveries, {state.sink.name.name, ResultName(outcome)});
      TellOutcome(state, one, i);
      outbox_.End(one.sink, one.plan.keys[i], one.plan.notices[i].news, outcome, now);
    }
    NoteSinkHealth(state, failure, now);
  }
}

void Notifier::TellOutcome(const SinkState& state, const SinkWorker::Done& done, size_t i) {
  const alertmanager::Notice& notice = done.plan.notices[i];
  const Outcome outcome = done.results[i].outcome;
  const KnownEpisode* known = outbox_.Find(done.plan.keys[i]);
  const auto delivery = known->deliveries.find(state.sink.name.name);
  const bool again = delivery != known->deliveries.end() && delivery->second.told == notice.news;
  if (outcome == Outcome::kDelivered && !again) {
    with_.logger.Info("alert_told", {{"sink", state.sink.name.name},
                                     {"news", NewsName(notice.news)},
                                     {"rule", notice.episode.rule},
                                     {"region", notice.episode.region},
                                     {"episode", notice.episode.fingerprint}});
  } else if (outcome == Outcome::kRefused) {
    with_.logger.Error("alert_refused", {{"sink", state.sink.name.name},
                                         {"news", NewsName(notice.news)},
                                         {"rule", notice.episode.rule},
                                         {"region", notice.episode.region},
                                         {"episode", notice.episode.fingerprint},
                                         {"reason", done.results[i].reason},
                                         {"remedy", "correct the sink's address or its rights and restart"}});
  }
}

void Notifier::NoteSinkHealth(SinkState& state, const alertmanager::Result* failure, Instant now) {
  if (failure == nullptr) {
    if (state.failures > 0) {
      with_.logger.Info("sink_recovered", {{"sink", state.sink.name.name}, {"failures", state.failures}});
    }
    state.failures = 0;
    state.not_before = kBeginningOfTime;
    return;
  }
  if (++state.failures == 1) {
    with_.logger.Warning("sink_failing", {{"sink", state.sink.name.name}, {"reason", failure->reason}});
  }
  state.not_before = now + RetryAfter(state.failures, with_.chance(), options_.plan);
}

// Not synced: after a power cut the log is read again from where the store stands, and sinks are told again.
// So they are after a crash while the store can't be written, on a full disk for one: that holds up no page.
absl::Status Notifier::Save() {
  unsaved_.merge(outbox_.TakeChanged());
  engine::WriteBatch batch;
  for (const EpisodeKey& key : unsaved_) {
    if (const KnownEpisode* known = outbox_.Find(key)) batch.Put(EpisodeRow(key), EncodeKnown(*known));
  }
  for (const int32_t partition : unsaved_offsets_) {
    batch.Put(OffsetRow(partition), EncodeOffset(offsets_[partition]));
  }
  if (batch.empty()) return absl::OkStatus();
  const absl::Status written = with_.store.Write(batch, false);
  if (written.ok()) {
    unsaved_.clear();
    unsaved_offsets_.clear();
  }
  return NoteStoreHealth(written);
}

// Not ok when trying again is of no use.
absl::Status Notifier::NoteStoreHealth(const absl::Status& written) {
  if (absl::IsDataLoss(written) || absl::IsFailedPrecondition(written)) return written;
  if (written.ok() == store_fails_) {
    store_fails_ = !written.ok();
    if (written.ok()) {
      with_.logger.Info("notifier_store_recovered", {});
      with_.health.SetReady(kStorePart);
    } else {
      with_.logger.Warning("notifier_store_failing", {{"reason", ToStd(written.message())}});
      with_.health.SetNotReady(kStorePart, ToStd(written.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status Notifier::Prune(Instant now) {
  if (now < next_prune_) return absl::OkStatus();
  next_prune_ = now + hours(24);
  engine::WriteBatch batch;
  for (const EpisodeKey& key : outbox_.Prune(now - options_.keep)) batch.Delete(EpisodeRow(key));
  if (batch.empty()) return absl::OkStatus();
  // What can't be deleted now is pruned after the next start.
  return NoteStoreHealth(with_.store.Write(batch, false));
}

Instant Notifier::Dispatch(Instant now) {
  Instant next = kNever;
  for (size_t i = 0; i < sinks_.size(); ++i) {
    SinkState& state = sinks_[i];
    SinkPlan plan = outbox_.Plan(i, now, options_.max_notices);
    const double age = plan.waiting == 0 ? 0 : std::chrono::duration<double>(now - plan.oldest).count();
    with_.metrics.Set(Metric::kNotifierOutboxEpisodes, {state.sink.name.name},
                      static_cast<double>(plan.waiting));
    with_.metrics.Set(Metric::kNotifierOutboxAgeSeconds, {state.sink.name.name}, age);
    if (state.busy) continue;
    if (plan.notices.empty()) {
      next = std::min(next, plan.next);
    } else if (now < state.not_before) {
      next = std::min(next, state.not_before);
    } else {
      state.busy = true;
      state.worker->Start(std::move(plan));
    }
  }
  return next;
}

}  // namespace vardvakt::notifier
