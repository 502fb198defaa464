#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/domain/event.h"
#include "lib/domain/intake.h"
#include "lib/runtime/options.h"
#include "lib/runtime/signals.h"

namespace vardvakt::cli {

// Recorded input: files of NDJSON, or CSV files with one mapping for all, or one each.
struct InputOptions {
  std::vector<std::string> events;
  std::vector<std::string> more_events;
  std::vector<std::string> csv;
  std::vector<std::string> mapping;

  bool given() const { return !events.empty() || !more_events.empty() || !csv.empty(); }
};
void Declare(runtime::Options& options, InputOptions* input);
void DeclareCsv(runtime::Options& options, InputOptions* input);  // of a command that takes nothing else

// Where a record stood, and its bytes.
struct Place {
  const std::string& path;
  int64_t line;  // from 1
  std::string_view original;
};

// An event, not yet checked, or why the record is none. `event` may be changed. An error ends the reading.
using TakeRecord = absl::FunctionRef<absl::Status(
    domain::Event& event, const std::optional<domain::Rejection>& rejection, const Place& place)>;

// Reads all of it in order, with a progress bar on a terminal. kInvalidArgument when not exactly one kind of
// input is given, kFailedPrecondition when a mapping has problems, names that `rules` (null: none) would
// refuse included, kCancelled when a stop was requested.
absl::Status ReadInput(const InputOptions& input, const domain::IntakeRules* rules, runtime::Signals& signals,
                       TakeRecord take);

}  // namespace vardvakt::cli
