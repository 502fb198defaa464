#include "lib/adapters/alertmanager/json.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "lib/base/json_text.h"
#include "lib/base/strings.h"

namespace vardvakt::alertmanager {
namespace {

constexpr int64_t kSmallNumber = 5;  // fewer cases than this are not told beyond the roles that may see cases

// Writes one JSON object; members with empty text are left out.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  void Text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    Name(name);
    AppendJsonString(out_, value);
  }
  void Number(std::string_view name, std::string_view value) {
    Name(name);
    out_ += value;
  }
  void Time(std::string_view name, const std::optional<Instant>& value) {
    if (value) Text(name, FormatMillis(*value));
  }
  void Name(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    AppendJsonString(out_, name);
    out_ += ':';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

bool HasNumbers(const domain::Episode& episode) {
  return !episode.window.empty() && episode.n >= kSmallNumber;
}
std::string Fraction(double value) { return absl::StrFormat("%.6g", value); }
std::string ShareText(const domain::Episode& e) {
  return Fraction(static_cast<double>(e.within) / static_cast<double>(e.n));
}
std::string FloorText(const domain::Episode& e) { return Fraction(e.floor_permille / 1000.0); }

void AppendAlert(std::string& out, const Notice& notice, Instant now, Duration resend) {
  const domain::Episode& e = notice.episode;
  Object alert(out);
  alert.Name("labels");
  {
    Object labels(out);
    labels.Text("alertname", e.rule);
    labels.Text("severity", domain::SeverityName(e.severity));
    labels.Text("region", e.region);
    labels.Text("indicator", e.indicator);
    labels.Text("level", e.level);
    labels.Text("key", e.key);
    labels.Text("episode", e.fingerprint);
  }
  alert.Name("annotations");
  {
    Object annotations(out);
    annotations.Text("summary_sv", e.summary_sv);
    annotations.Text("summary_en", e.summary_en);
    annotations.Text("action", e.action);
    annotations.Text("runbook", e.runbook);
    annotations.Text("place", e.place);
    annotations.Text("numbers", NumbersText(e));
  }
  const bool over = notice.news != News::kFiring;
  alert.Time("startsAt", e.started_at);
  alert.Time("endsAt", over ? std::max(e.resolved_at.value_or(now), e.started_at) : now + 4 * resend);
}

}  // namespace

std::string NumbersText(const domain::Episode& e) {
  if (!HasNumbers(e)) return "";
  return Cat("n=", e.n, " within=", e.within, " share=", ShareText(e), " window=", e.window,
             " floor=", FloorText(e));
}

std::string AlertsJson(const std::vector<Notice>& notices, Instant now, Duration resend) {
  std::string out = "[";
  for (const Notice& notice : notices) {
    if (out.size() > 1) out += ',';
    AppendAlert(out, notice, now, resend);
  }
  out += ']';
  return out;
}

std::string WebhookJson(const Notice& notice, Instant now) {
  const domain::Episode& e = notice.episode;
  std::string out;
  {
    Object body(out);
    body.Text("id", Cat(e.fingerprint, "-", MillisOf(e.started_at), "-", NewsName(notice.news)));
    body.Text("status", NewsName(notice.news));
    body.Time("sent_at", now);
    body.Name("episode");
    Object episode(out);
    episode.Text("fingerprint", e.fingerprint);
    episode.Text("rule", e.rule);
    episode.Text("severity", domain::SeverityName(e.severity));
    episode.Text("region", e.region);
    episode.Text("indicator", e.indicator);
    episode.Text("level", e.level);
    episode.Text("key", e.key);
    episode.Text("place", e.place);
    episode.Time("started_at", e.started_at);
    episode.Time("firing_at", e.firing_at);
    if (notice.news != News::kFiring) episode.Time("resolved_at", e.resolved_at);
    episode.Text("window", e.window);
    if (HasNumbers(e)) {
      episode.Number("n", Cat(e.n));
      episode.Number("within", Cat(e.within));
      episode.Number("share", ShareText(e));
      episode.Number("floor", FloorText(e));
    }
    episode.Text("summary_sv", e.summary_sv);
    episode.Text("summary_en", e.summary_en);
    episode.Text("action", e.action);
    episode.Text("runbook", e.runbook);
  }
  out += '\n';
  return out;
}

}  // namespace vardvakt::alertmanager
