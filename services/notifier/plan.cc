#include "services/notifier/plan.h"

#include <algorithm>

namespace vardvakt::notifier {
namespace {

using domain::EpisodeState;

Due AtOnce(News news) { return {news, kBeginningOfTime}; }

std::optional<Due> UnlessRefused(const Delivery& delivery, Due due) {
  if (delivery.refused == due.news) return std::nullopt;
  return due;
}

std::optional<Due> NextForAlertmanager(const domain::Episode& episode, const Delivery& delivery,
                                       const PlanOptions& options) {
  const Instant again = delivery.last_told_at + options.resend;
  if (episode.state == EpisodeState::kFiring) {
    if (delivery.told != News::kFiring) return UnlessRefused(delivery, AtOnce(News::kFiring));
    return Due{News::kFiring, again, false};
  }
  if (delivery.told == News::kResolved) {
    if (again > delivery.first_told_at + options.resend_resolved_for) return std::nullopt;
    return Due{News::kResolved, again, false};
  }
  if (delivery.told != News::kFiring) return std::nullopt;
  return UnlessRefused(delivery, AtOnce(News::kResolved));
}

std::optional<Due> NextForWebhook(const domain::Episode& episode, const Delivery& delivery) {
  if (episode.state == EpisodeState::kFiring) {
    if (delivery.told == News::kFiring) return std::nullopt;
    return UnlessRefused(delivery, AtOnce(News::kFiring));
  }
  if (delivery.told == News::kFiring) return UnlessRefused(delivery, AtOnce(News::kResolved));
  if (!delivery.told) return UnlessRefused(delivery, AtOnce(News::kPast));
  return std::nullopt;
}

}  // namespace

std::optional<Due> NextNews(const domain::Episode& episode, const Delivery& delivery, SinkKind kind,
                            bool superseded, const PlanOptions& options) {
  const bool never_fired = episode.state == EpisodeState::kPending || !episode.firing_at;
  if (never_fired) return std::nullopt;
  if (kind == SinkKind::kWebhook) return NextForWebhook(episode, delivery);
  if (superseded) return std::nullopt;
  return NextForAlertmanager(episode, delivery, options);
}

Duration RetryAfter(int failures, double chance, const PlanOptions& options) {
  const int doublings = std::clamp(failures - 1, 0, 20);
  const Duration full = std::min(options.longest_retry, options.first_retry * (int64_t{1} << doublings));
  return full / 2 + Duration(static_cast<int64_t>(static_cast<double>((full / 2).count()) * chance));
}

}  // namespace vardvakt::notifier
