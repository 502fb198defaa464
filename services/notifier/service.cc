#include "services/notifier/service.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"

namespace vardvakt::notifier {
namespace {

struct Target {
  SinkKind kind;
  std::string option;
  std::string url;
};

// The sink's name in logs and metrics: no path, for a webhook's may be a secret.
std::string NameOf(SinkKind kind, const http::Url& url, const std::vector<NotifierSink>& others) {
  const std::string base =
      Cat(kind == SinkKind::kAlertmanager ? "alertmanager:" : "webhook:", url.Authority());
  std::string name = base;
  for (int n = 2; std::ranges::any_of(others, [&](const NotifierSink& s) { return s.name.name == name; });
       ++n) {
    name = Cat(base, "#", n);
  }
  return name;
}

alertmanager::Post PostTo(std::shared_ptr<http::Client> client, http::Url url) {
  return [client = std::move(client),
          url = std::move(url)](const alertmanager::Posted& posted) -> absl::StatusOr<int> {
    const auto answer =
        client->Send({.method = "POST", .url = url, .headers = posted.headers, .body = posted.body});
    if (!answer.ok()) return answer.status();
    return answer->status;
  };
}

absl::StatusOr<std::string> ReadSecret(const std::string& file) {
  if (file.empty()) return std::string();
  std::ifstream in(file, std::ios::binary);
  std::string secret(std::istreambuf_iterator<char>(in), {});
  absl::StripTrailingAsciiWhitespace(&secret);
  if (!in.is_open() || secret.size() < 16) {
    return absl::InvalidArgumentError(
        Cat("--webhook-secret-file ", file, " must be a readable file of at least 16 characters"));
  }
  return secret;
}

}  // namespace

void Declare(runtime::Options& options, ServiceOptions* service) {
  options
      .List("alertmanager", &service->alertmanagers,
            "Base URL of an Alertmanager; name every one of a cluster.")
      .List("webhook", &service->webhooks, "URL that gets each alert as a signed JSON document.")
      .Text("webhook-secret-file", &service->webhook_secret_file,
            "File with the key that webhooks are signed with.")
      .Text("alert-ca-file", &service->ca_file,
            "Certificates (PEM) that https receivers are checked against; the system's "
            "when empty.")
      .Time("alert-timeout", &service->timeout, "How long a receiver may take to answer.",
            {.least = milliseconds(100), .most = minutes(1)})
      .Time("alert-resend", &service->notifier.plan.resend,
            "How often Alertmanager is told again of what fires.", {.least = seconds(1), .most = hours(1)})
      .Time("alert-resend-resolved-for", &service->notifier.plan.resend_resolved_for,
            "How long Alertmanager is told again of what is over.", {.least = seconds(0), .most = hours(24)})
      .Time("alert-longest-retry", &service->notifier.plan.longest_retry,
            "The longest wait between attempts at a receiver that fails.",
            {.least = seconds(1), .most = hours(1)});
}

absl::StatusOr<std::unique_ptr<Notifier>> MakeNotifier(const ServiceOptions& options, Surroundings with,
                                                       int32_t partitions,
                                                       std::function<void(absl::Status)> failed) {
  const absl::StatusOr<std::string> secret = ReadSecret(options.webhook_secret_file);
  if (!secret.ok()) return secret.status();
  std::vector<Target> targets;
  for (const std::string& url : options.alertmanagers)
    targets.push_back({SinkKind::kAlertmanager, "alertmanager", url});
  for (const std::string& url : options.webhooks) targets.push_back({SinkKind::kWebhook, "webhook", url});
  std::vector<NotifierSink> sinks;
  for (const Target& target : targets) {
    absl::StatusOr<http::Url> url = http::ParseUrl(target.url);
    if (!url.ok())
      return absl::InvalidArgumentError(Cat("--", target.option, ": ", ToStd(url.status().message())));
    const std::string name = NameOf(target.kind, *url, sinks);
    auto client = std::make_shared<http::Client>(http::ClientOptions{
        .connect_timeout = options.timeout, .timeout = options.timeout, .ca_file = options.ca_file});
    const auto cancel = [client] { client->Cancel(); };
    if (target.kind == SinkKind::kAlertmanager) {
      if (url->target.back() == '/') url->target.pop_back();
      url->target += "/api/v2/alerts";
      sinks.push_back({{name, target.kind},
                       alertmanager::MakeAlertmanagerSink(PostTo(client, *url), options.notifier.plan.resend),
                       cancel});
    } else {
      sinks.push_back(
          {{name, target.kind}, alertmanager::MakeWebhookSink(PostTo(client, *url), *secret), cancel});
    }
  }
  return std::make_unique<Notifier>(options.notifier, std::move(with), partitions, std::move(sinks),
                                    std::move(failed));
}

}  // namespace vardvakt::notifier
