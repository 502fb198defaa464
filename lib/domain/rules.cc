#include "lib/domain/rules.h"

#include "lib/domain/episode.h"

namespace vardvakt::domain {

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kPage:
      return "page";
  }
  return "info";
}

std::string_view EpisodeStateName(EpisodeState state) {
  switch (state) {
    case EpisodeState::kPending:
      return "pending";
    case EpisodeState::kFiring:
      return "firing";
    case EpisodeState::kResolved:
      return "resolved";
  }
  return "pending";
}

}  // namespace vardvakt::domain
