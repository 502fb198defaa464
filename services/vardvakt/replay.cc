#include <iostream>

#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/input.h"
#include "services/vardvakt/output.h"
#include "services/vardvakt/replayer.h"

namespace vardvakt::cli {
namespace {

struct ReplayOptions {
  std::string config = "config";
  InputOptions input;
  std::string as_of;
  std::string format = "table";
  std::string output;
  std::string dead_letters;
};

// Gives the input to the replayer; what is rejected goes to the dead letters.
absl::Status ReadEverything(const InputOptions& input, const domain::IntakeRules& rules,
                            runtime::Signals& signals, Replayer& replayer, OutputFile& dead_letters) {
  int64_t written = 0;
  return ReadInput(input, &rules, signals,
                   [&](domain::Event& event, const std::optional<domain::Rejection>& unreadable,
                       const Place& place) -> absl::Status {
                     std::optional<domain::Rejection> rejection = unreadable;
                     if (rejection) {
                       replayer.CountRejected(*rejection);
                     } else if (absl::Status status = replayer.Add(event, rejection); !status.ok()) {
                       return status;
                     }
                     if (!rejection || !dead_letters.wanted()) return absl::OkStatus();
                     return WriteDeadLetter(dead_letters, written++, place, *rejection);
                   });
}

std::string Formatted(const wire::ReplayReport& report, const std::string& format) {
  if (format == "json") return wire::ReportJson(report);
  if (format == "csv") return wire::ReportCsv(report);
  return wire::ReportTable(report);
}

absl::Status Replay(const ReplayOptions& given, runtime::Context& context) {
  std::optional<Instant> as_of;
  if (!given.as_of.empty()) {
    absl::StatusOr<Instant> read = ReadInstant("as-of", given.as_of);
    if (!read.ok()) return read.status();
    as_of = *read;
  }
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  OutputFile dead_letters;
  if (absl::Status status = dead_letters.Open(given.dead_letters); !status.ok()) return status;
  OutputFile output;
  if (absl::Status status = output.Open(given.output); !status.ok()) return status;

  Replayer replayer(**configuration, as_of, context.clock.Now());
  absl::Status status =
      ReadEverything(given.input, (*configuration)->intake, context.signals, replayer, dead_letters);
  if (!status.ok()) return status;
  if (absl::Status status = dead_letters.Close(); !status.ok()) return status;
  absl::StatusOr<wire::ReplayReport> report = replayer.Finish();
  if (!report.ok()) return report.status();
  const std::string text = Formatted(*report, given.format);
  if (!output.wanted()) {
    std::cout << text;
    return absl::OkStatus();
  }
  output.Write(text);
  return output.Close();
}

}  // namespace

runtime::Command ReplayCommand() {
  auto given = std::make_shared<ReplayOptions>();
  return {
      .name = "replay",
      .doc = "Recorded events in, compliance out; no broker.",
      .declare =
          [given](runtime::Options& options) {
            process::DeclareConfig(options, &given->config);
            Declare(options, &given->input);
            options
                .Text("as-of", &given->as_of,
                      "Now, for every judgement, RFC 3339; events recorded later are left out. Empty: the "
                      "greatest recorded_at.")
                .Text("format", &given->format, "How the answer is written.", {"table", "json", "csv"})
                .Text("output", &given->output, "Where the answer goes; empty: standard output.")
                .Text("dead-letters", &given->dead_letters,
                      "Where rejected input goes, NDJSON with reason and original bytes; empty: nowhere.");
          },
      .run =
          [given](runtime::Context& context, runtime::ExitCode& exit_code) {
            return TellFailure("replay", Replay(*given, context), exit_code);
          }};
}

}  // namespace vardvakt::cli
