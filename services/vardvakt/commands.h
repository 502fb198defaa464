#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/runtime/run_main.h"

// The subcommands of `vardvakt`, each in a file of its own.
namespace vardvakt::cli {

runtime::Command CheckConfigCommand();
runtime::Command ConvertCommand();
runtime::Command DemoCommand();
runtime::Command ExplainCommand();
runtime::Command FeedCommand();
runtime::Command ReplayCommand();
runtime::Command ReportCommand();
runtime::Command ServeCommand();
runtime::Command SimulateCommand();
runtime::Command TopicsCommand();

// An option's text as an instant; kInvalidArgument naming the option.
absl::StatusOr<Instant> ReadInstant(std::string_view option, std::string_view text);

// Tells a person at the terminal why a command failed, instead of a log.
absl::Status TellFailure(std::string_view command, const absl::Status& status, runtime::ExitCode& exit_code);

}  // namespace vardvakt::cli
