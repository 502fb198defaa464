#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/domain/episode.h"

// Episodes to Alertmanager and to webhooks, over a function that posts.
namespace vardvakt::alertmanager {

// What is told of an episode: that it fires; that it, told of before, is over; or, told of for the first
// time, that it was.
enum class News : uint8_t { kFiring, kResolved, kPast };
std::string_view NewsName(News news);

struct Notice {
  News news = News::kFiring;
  domain::Episode episode;
};

enum class Outcome : uint8_t {
  kDelivered,
  kRefused,    // for good: the same again would be refused again
  kUncertain,  // it may have arrived; to be sent again
  kNotSent,    // it did not arrive; to be sent again
};
struct Result {
  Outcome outcome = Outcome::kNotSent;
  std::string reason = {};  // of anything but kDelivered; names no case and nothing of the episode
};

// A JSON body to the one URL that the sink was made for. The HTTP status, or: kUnavailable when nothing was
// sent, any other error when it may have arrived.
struct Posted {
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};
using Post = std::function<absl::StatusOr<int>(const Posted& posted)>;

// One receiver of alerts. One thread at a time; blocks as long as its Post does.
class Sink {
 public:
  virtual ~Sink() = default;
  // Tells it the notices in their order, as of `now`; a result for each.
  virtual std::vector<Result> Deliver(const std::vector<Notice>& notices, Instant now) = 0;
};

// POST /api/v2/alerts, all notices at once (never kPast). What fires ends by itself four `resend` intervals
// later, so it must be sent again each `resend`.
std::unique_ptr<Sink> MakeAlertmanagerSink(Post post, Duration resend);

// One POST for each notice, {"id", "status": "firing|resolved|past", "sent_at", "episode": {…}}, signed: the
// header X-Vardvakt-Signature is "sha256=" and the hexadecimal HMAC-SHA-256 under `secret` of
// X-Vardvakt-Timestamp (seconds since 1970), a dot, and the body. An empty secret signs nothing.
std::unique_ptr<Sink> MakeWebhookSink(Post post, std::string secret);

// As in X-Vardvakt-Signature.
std::string Signature(std::string_view secret, std::string_view timestamp, std::string_view body);

}  // namespace vardvakt::alertmanager
