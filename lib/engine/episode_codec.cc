#include "lib/base/bytes.h"
#include "lib/engine/rule_engine.h"

namespace vardvakt::engine {

std::string EncodeEpisode(const domain::Episode& e) {
  std::string bytes;
  ByteWriter out(bytes);
  const auto instant = [&](const std::optional<Instant>& at) { out.Signed(at ? MillisOf(*at) : INT64_MIN); };
  for (const std::string* text : {&e.fingerprint, &e.rule, &e.region, &e.indicator, &e.level, &e.key,
                                  &e.place, &e.window, &e.summary_sv, &e.summary_en, &e.action, &e.runbook}) {
    out.String(*text);
  }
  out.Byte(static_cast<uint8_t>(e.severity));
  out.Byte(static_cast<uint8_t>(e.state));
  instant(e.started_at);
  instant(e.firing_at);
  instant(e.resolved_at);
  out.Signed(e.n);
  out.Signed(e.within);
  out.Signed(e.floor_permille);
  return bytes;
}

bool DecodeEpisode(std::string_view bytes, domain::Episode& e) {
  ByteReader in(bytes);
  const auto instant = [&]() -> std::optional<Instant> {
    const int64_t ms = in.Signed();
    if (ms == INT64_MIN) return std::nullopt;
    return InstantFromMillis(ms);
  };
  for (std::string* text : {&e.fingerprint, &e.rule, &e.region, &e.indicator, &e.level, &e.key, &e.place,
                            &e.window, &e.summary_sv, &e.summary_en, &e.action, &e.runbook}) {
    *text = in.String();
  }
  e.severity = static_cast<domain::Severity>(in.Byte());
  e.state = static_cast<domain::EpisodeState>(in.Byte());
  e.started_at = instant().value_or(kBeginningOfTime);
  e.firing_at = instant();
  e.resolved_at = instant();
  e.n = in.Signed();
  e.within = in.Signed();
  e.floor_permille = static_cast<int>(in.Signed());
  return in.Done();
}

}  // namespace vardvakt::engine
