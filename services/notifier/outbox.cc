#include "services/notifier/outbox.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vardvakt::notifier {

using alertmanager::Notice;
using alertmanager::Outcome;
using domain::EpisodeState;

Outbox::Outbox(std::vector<SinkName> sinks, PlanOptions options)
    : sinks_(std::move(sinks)), options_(options) {}

void Outbox::Restore(KnownEpisode known, Instant now) {
  const EpisodeKey key = KeyOf(known.episode);
  known.changed_at = now;
  if (!known.finished && !known.replaced) open_.insert(key);
  known_.insert_or_assign(key, std::move(known));
}

bool Outbox::Take(const Version& version, const domain::Episode& episode, Instant now) {
  const EpisodeKey key = KeyOf(episode);
  const auto [it, is_new] = known_.try_emplace(key);
  KnownEpisode& known = it->second;
  if (!is_new && version <= known.version) return false;
  if (is_new || known.episode.state != episode.state) {
    known.changed_at = now;
    known.finished = false;
    for (auto& [sink, delivery] : known.deliveries) delivery.refused.reset();
  }
  known.version = version;
  known.episode = episode;
  if (known.deliveries.empty() && episode.state != EpisodeState::kPending) Replace(known);
  if (!known.replaced && !known.finished) open_.insert(key);
  changed_.insert(key);
  CheckFinished(key, known);
  return true;
}

bool Outbox::Superseded(const EpisodeKey& key) const {
  for (auto later = known_.upper_bound(key); later != known_.end(); ++later) {
    if (later->first.fingerprint != key.fingerprint) return false;
    if (later->second.episode.state == EpisodeState::kFiring) return true;
  }
  return false;
}

// Under newer definitions the same trouble may begin at another instant: who was told of the old episode is
// taken to know of the new one.
void Outbox::Replace(KnownEpisode& younger) {
  const auto begin = known_.lower_bound({younger.episode.fingerprint, kBeginningOfTime});
  for (auto it = begin; it != known_.end() && it->first.fingerprint == younger.episode.fingerprint; ++it) {
    KnownEpisode& other = it->second;
    const Instant end = other.episode.resolved_at.value_or(kNever);
    const bool overlaps = end > younger.episode.started_at &&
                          other.episode.started_at < younger.episode.resolved_at.value_or(kNever);
    if (other.version.revision >= younger.version.revision || other.replaced || !overlaps) continue;
    if (other.deliveries.empty()) continue;
    younger.deliveries = other.deliveries;
    other.replaced = true;
    open_.erase(it->first);
    changed_.insert(it->first);
  }
}

SinkPlan Outbox::Plan(size_t sink, Instant now, size_t limit) const {
  const SinkName& to = sinks_[sink];
  struct Candidate {
    bool again;
    EpisodeKey key;
    News news;
  };
  std::vector<Candidate> due;
  SinkPlan plan;
  for (const EpisodeKey& key : open_) {
    const KnownEpisode& known = known_.find(key)->second;
    const auto delivery = known.deliveries.find(to.name);
    const std::optional<Due> next =
        NextNews(known.episode, delivery == known.deliveries.end() ? Delivery() : delivery->second, to.kind,
                 Superseded(key), options_);
    if (!next) continue;
    if (next->is_new) {
      ++plan.waiting;
      plan.oldest = std::min(plan.oldest, known.changed_at);
    }
    if (next->at <= now) {
      due.push_back({!next->is_new, key, next->news});
    } else {
      plan.next = std::min(plan.next, next->at);
    }
  }
  std::ranges::sort(due, {}, [](const Candidate& c) {
    return std::tuple(c.again, c.key.started_at, std::string_view(c.key.fingerprint));
  });
  if (due.size() > limit) {
    due.erase(due.begin() + static_cast<std::ptrdiff_t>(limit), due.end());
    plan.next = now;
  }
  for (Candidate& candidate : due) {
    plan.notices.push_back({candidate.news, known_.find(candidate.key)->second.episode});
    plan.keys.push_back(std::move(candidate.key));
  }
  return plan;
}

void Outbox::End(size_t sink, const EpisodeKey& key, News news, Outcome outcome, Instant now) {
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  KnownEpisode& known = found->second;
  Delivery& delivery = known.deliveries[sinks_[sink].name];
  if (outcome == Outcome::kDelivered) {
    if (std::exchange(delivery.told, news) != news) delivery.first_told_at = now;
    delivery.last_told_at = now;
    delivery.refused.reset();
  } else if (outcome == Outcome::kRefused) {
    delivery.refused = news;
  }
  changed_.insert(key);
  CheckFinished(key, known);
}

void Outbox::CheckFinished(const EpisodeKey& key, KnownEpisode& known) {
  if (known.episode.state != EpisodeState::kResolved || known.replaced) return;
  for (const SinkName& sink : sinks_) {
    const auto delivery = known.deliveries.find(sink.name);
    const Delivery knows = delivery == known.deliveries.end() ? Delivery() : delivery->second;
    if (NextNews(known.episode, knows, sink.kind, false, options_)) return;
  }
  known.finished = true;
  open_.erase(key);
}

std::vector<EpisodeKey> Outbox::Prune(Instant before) {
  std::vector<EpisodeKey> pruned;
  for (auto it = known_.begin(); it != known_.end();) {
    const bool over = it->second.finished || it->second.replaced;
    if (!over || it->first.started_at >= before) {
      ++it;
      continue;
    }
    pruned.push_back(it->first);
    changed_.erase(it->first);
    it = known_.erase(it);
  }
  return pruned;
}

std::set<EpisodeKey> Outbox::TakeChanged() { return std::exchange(changed_, {}); }

const KnownEpisode* Outbox::Find(const EpisodeKey& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace vardvakt::notifier
