#include "lib/simulator/incident.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"

namespace vardvakt::simulator {
namespace {

constexpr std::pair<std::string_view, IncidentKind> kNames[] = {
    {"station_closed", IncidentKind::kStationClosed},
    {"snow_storm", IncidentKind::kSnowStorm},
    {"source_silent", IncidentKind::kSourceSilent},
    {"source_lost", IncidentKind::kSourceLost},
    {"source_double", IncidentKind::kSourceDouble},
    {"theatre_closed", IncidentKind::kTheatreClosed},
    {"strike", IncidentKind::kStrike},
    {"pvv_for_capacity", IncidentKind::kPvvForCapacity},
};

std::optional<IncidentKind> ParseKind(std::string_view name) {
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

absl::Status Wrong(std::string_view text, std::string_view why) {
  std::string message = "incident \"";
  message.append(text).append("\": ").append(why);
  message += "; write NAME@FROM/TO[:where] with times such as 2026-01-10T06:00:00Z";
  return absl::InvalidArgumentError(message);
}

}  // namespace

bool Incident::IsAt(std::initializer_list<std::string_view> places) const {
  return where.empty() || std::find(places.begin(), places.end(), where) != places.end();
}

std::string IncidentNames() {
  std::string names;
  for (const auto& [name, kind] : kNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

absl::StatusOr<Incident> ParseIncident(std::string_view text) {
  const size_t at = text.find('@');
  const size_t slash = text.find('/');
  if (at == std::string_view::npos || slash == std::string_view::npos || slash < at) {
    return Wrong(text, "'@' and '/' are missing");
  }
  const std::optional<IncidentKind> kind = ParseKind(text.substr(0, at));
  if (!kind) return Wrong(text, "the name is none of " + IncidentNames());
  // A place is a code without colons, so it stands behind the last one; an instant's offset has digits behind
  // it as well ("+01:00"), hence: the whole rest first.
  std::string_view end = text.substr(slash + 1);
  std::string where;
  std::optional<Instant> to = ParseRfc3339(end);
  if (const size_t colon = end.rfind(':'); !to && colon != std::string_view::npos) {
    where = std::string(end.substr(colon + 1));
    to = ParseRfc3339(end.substr(0, colon));
  }
  const std::optional<Instant> from = ParseRfc3339(text.substr(at + 1, slash - at - 1));
  if (!from || !to) return Wrong(text, "a time is not RFC 3339 with an offset");
  if (*to <= *from) return Wrong(text, "it ends before it begins");
  return Incident{.kind = *kind, .from = *from, .to = *to, .where = std::move(where)};
}

}  // namespace vardvakt::simulator
