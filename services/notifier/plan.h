#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "lib/adapters/alertmanager/sink.h"
#include "lib/base/time.h"
#include "lib/domain/episode.h"

// What to tell whom of an episode, and when: pure functions.
namespace vardvakt::notifier {

using alertmanager::News;

enum class SinkKind : uint8_t { kAlertmanager, kWebhook };

struct PlanOptions {
  Duration resend = minutes(1);                // Alertmanager forgets what is not said again
  Duration resend_resolved_for = minutes(15);  // as Prometheus does
  Duration first_retry = milliseconds(500);
  Duration longest_retry = seconds(30);
};

// What one sink knows of an episode.
struct Delivery {
  std::optional<News> told;     // the newest that it has taken
  std::optional<News> refused;  // refused for good; tried again after a restart only
  Instant first_told_at;        // when it first took what is in `told`
  Instant last_told_at;

  bool operator==(const Delivery&) const = default;
};

// What is to be told next, and from when on.
struct Due {
  News news;
  Instant at;
  bool is_new = true;  // false: the same again, to a sink that would forget
  bool operator==(const Due&) const = default;
};

// What is to be told of an episode to a sink of a kind, that knows what `delivery` says; nullopt: nothing,
// now or later, unless the episode changes. `superseded`: a later episode of the same fingerprint is firing,
// and to Alertmanager both are one alert. A pending episode is told nowhere; one that is over before the sink
// could be told is told as past, to webhooks only, so that nobody is paged for what is over. (Where a firing
// reached Alertmanager and its answer did not reach us, it ends there by its endsAt.)
std::optional<Due> NextNews(const domain::Episode& episode, const Delivery& delivery, SinkKind kind,
                            bool superseded, const PlanOptions& options);

// How long to wait after so many failures in a row (from 1 on): doubling, half of it by chance. 0 <= chance
// < 1.
Duration RetryAfter(int failures, double chance, const PlanOptions& options);

}  // namespace vardvakt::notifier
