#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/notifier/plan.h"

namespace vardvakt::notifier {

// Orders what compliance says of an episode; of two, the greater is the newer.
struct Version {
  uint32_t revision = 0;
  int64_t offset = 0;
  Instant log_time;
  auto operator<=>(const Version&) const = default;
};

struct EpisodeKey {
  std::string fingerprint;
  Instant started_at;
  auto operator<=>(const EpisodeKey&) const = default;
};
inline EpisodeKey KeyOf(const domain::Episode& episode) { return {episode.fingerprint, episode.started_at}; }

// An episode at its greatest version, and which sink knows what of it.
struct KnownEpisode {
  Version version;
  domain::Episode episode;
  std::map<std::string, Delivery> deliveries;  // by sink; a sink that knows nothing may be missing
  bool finished = false;                       // every sink knows the end
  bool replaced = false;                       // one of newer definitions has taken its place
  Instant changed_at = kBeginningOfTime;       // when its state last changed, as seen here; not kept
};

// What is due to one sink, in the order to tell it: what is new first, the older episode before the younger.
struct SinkPlan {
  std::vector<EpisodeKey> keys;
  std::vector<alertmanager::Notice> notices;  // as many
  Instant next = kNever;                      // when something more will be due
  size_t waiting = 0;       // episodes with news that the sink has not taken, due ones included
  Instant oldest = kNever;  // since when the first of them has waited
};

// Every episode that is known and what is still to be told of it: the notifier without its threads, store and
// sockets. About 1 kB for each episode kept. One thread.
class Outbox {
 public:
  struct SinkName {
    std::string name;
    SinkKind kind = SinkKind::kWebhook;
  };
  Outbox(std::vector<SinkName> sinks, PlanOptions options);

  // Puts back what was stored; before anything else.
  void Restore(KnownEpisode known, Instant now);
  // Takes what compliance says; false, and nothing done, when as new a version is known.
  bool Take(const Version& version, const domain::Episode& episode, Instant now);

  // At most `limit` notices.
  SinkPlan Plan(size_t sink, Instant now, size_t limit) const;
  // What became of a notice.
  void End(size_t sink, const EpisodeKey& key, News news, alertmanager::Outcome outcome, Instant now);

  // Forgets episodes that are finished and started before `before`; the keys to delete from the store.
  std::vector<EpisodeKey> Prune(Instant before);

  // The keys whose state changed since they were last taken.
  std::set<EpisodeKey> TakeChanged();
  const KnownEpisode* Find(const EpisodeKey& key) const;
  size_t size() const { return known_.size(); }
  const std::vector<SinkName>& sinks() const { return sinks_; }

 private:
  bool Superseded(const EpisodeKey& key) const;
  void Replace(KnownEpisode& younger);
  void CheckFinished(const EpisodeKey& key, KnownEpisode& known);

  const std::vector<SinkName> sinks_;
  const PlanOptions options_;
  std::map<EpisodeKey, KnownEpisode> known_;
  std::set<EpisodeKey> open_;  // neither finished nor replaced
  std::set<EpisodeKey> changed_;
};

}  // namespace vardvakt::notifier
