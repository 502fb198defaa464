#include "services/vardvakt/commands.h"

#include <iostream>

#include "lib/base/strings.h"

namespace vardvakt::cli {

absl::StatusOr<Instant> ReadInstant(std::string_view option, std::string_view text) {
  if (std::optional<Instant> instant = ParseRfc3339(text)) return *instant;
  return absl::InvalidArgumentError(
      Cat("--", option, " is no RFC 3339 time with an offset, such as 2026-04-15T10:00:00+02:00"));
}

absl::Status TellFailure(std::string_view command, const absl::Status& status, runtime::ExitCode& exit_code) {
  if (status.ok()) return status;
  std::cerr << "vardvakt " << command << ": " << ToStd(status.message()) << "\n";
  exit_code = absl::IsInvalidArgument(status) ? runtime::ExitCode::kUsage : runtime::ExitCode::kFailed;
  return absl::OkStatus();
}

}  // namespace vardvakt::cli
