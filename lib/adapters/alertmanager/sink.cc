#include "lib/adapters/alertmanager/sink.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "lib/adapters/alertmanager/json.h"
#include "lib/base/strings.h"

namespace vardvakt::alertmanager {
namespace {

Result ResultOf(const absl::StatusOr<int>& status) {
  if (!status.ok()) {
    return {absl::IsUnavailable(status.status()) ? Outcome::kNotSent : Outcome::kUncertain,
            std::string(status.status().message())};
  }
  if (*status >= 200 && *status < 300) return {Outcome::kDelivered};
  std::string reason = Cat("answered with HTTP status ", *status);
  const bool again = *status >= 500 || *status == 429 || *status == 408;
  return {again ? Outcome::kUncertain : Outcome::kRefused, std::move(reason)};
}

class AlertmanagerSink final : public Sink {
 public:
  AlertmanagerSink(Post post, Duration resend) : post_(std::move(post)), resend_(resend) {}

  std::vector<Result> Deliver(const std::vector<Notice>& notices, Instant now) override {
    const Result all = Send(notices, now);
    if (all.outcome != Outcome::kRefused || notices.size() < 2) return {notices.size(), all};
    // One that can't be taken must not cost the others: which one it is shows when each comes alone.
    std::vector<Result> results;
    for (const Notice& notice : notices) results.push_back(Send({notice}, now));
    return results;
  }

 private:
  Result Send(const std::vector<Notice>& notices, Instant now) {
    return ResultOf(post_(
        {.headers = {{"Content-Type", "application/json"}}, .body = AlertsJson(notices, now, resend_)}));
  }

  const Post post_;
  const Duration resend_;
};

class WebhookSink final : public Sink {
 public:
  WebhookSink(Post post, std::string secret) : post_(std::move(post)), secret_(std::move(secret)) {}

  std::vector<Result> Deliver(const std::vector<Notice>& notices, Instant now) override {
    std::vector<Result> results;
    for (const Notice& notice : notices) {
      results.push_back(Send(notice, now));
      const Outcome outcome = results.back().outcome;
      if (outcome == Outcome::kDelivered || outcome == Outcome::kRefused) continue;
      results.resize(notices.size(), {Outcome::kNotSent, "waits for the one before it"});
      break;
    }
    return results;
  }

 private:
  Result Send(const Notice& notice, Instant now) {
    Posted posted{.headers = {{"Content-Type", "application/json"}}, .body = WebhookJson(notice, now)};
    if (!secret_.empty()) {
      const std::string timestamp = Cat(MillisOf(now) / 1000);
      posted.headers.emplace_back("X-Vardvakt-Timestamp", timestamp);
      posted.headers.emplace_back("X-Vardvakt-Signature", Signature(secret_, timestamp, posted.body));
    }
    return ResultOf(post_(posted));
  }

  const Post post_;
  const std::string secret_;
};

}  // namespace

std::string_view NewsName(News news) {
  switch (news) {
    case News::kFiring:
      return "firing";
    case News::kResolved:
      return "resolved";
    case News::kPast:
      return "past";
  }
  return "";
}

std::string Signature(std::string_view secret, std::string_view timestamp, std::string_view body) {
  const std::string text = Cat(timestamp, ".", body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return Cat("sha256=",
             absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size)));
}

std::unique_ptr<Sink> MakeAlertmanagerSink(Post post, Duration resend) {
  return std::make_unique<AlertmanagerSink>(std::move(post), resend);
}
std::unique_ptr<Sink> MakeWebhookSink(Post post, std::string secret) {
  return std::make_unique<WebhookSink>(std::move(post), std::move(secret));
}

}  // namespace vardvakt::alertmanager
