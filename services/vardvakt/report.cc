#include <iostream>

#include "lib/base/strings.h"
#include "lib/wire/statement.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/input.h"
#include "services/vardvakt/log_input.h"
#include "services/vardvakt/output.h"
#include "services/vardvakt/reporter.h"

namespace vardvakt::cli {
namespace {

struct ReportOptions {
  std::string config = "config";
  InputOptions input;
  std::string data_dir;
  std::string period;
  std::string as_of;
  std::string format = "markdown";
  std::string output;
};

absl::Status ReadEverything(const ReportOptions& given, const config::Configuration& configuration,
                            Instant append_time, runtime::Context& context, Reporter& reporter) {
  if (!given.data_dir.empty()) {
    if (given.input.given()) {
      return absl::InvalidArgumentError("give either --data-dir or files of events, not both");
    }
    return ReadLog(given.data_dir, configuration, context.clock,
                   [&](domain::Event& event, Instant appended) { return reporter.Add(event, appended); });
  }
  return ReadInput(given.input, &configuration.intake, context.signals,
                   [&](domain::Event& event, const std::optional<domain::Rejection>& unreadable,
                       const Place&) -> absl::Status {
                     return unreadable ? absl::OkStatus() : reporter.Add(event, append_time);
                   });
}

std::string Formatted(const domain::Statement& statement, const std::string& format) {
  if (format == "json") return wire::StatementJson(statement);
  if (format == "csv") return wire::StatementCsv(statement);
  return wire::StatementMarkdown(statement);
}

absl::Status Report(const ReportOptions& given, runtime::Context& context) {
  const std::optional<domain::Period> period = domain::ParsePeriod(given.period);
  if (!period) {
    return absl::InvalidArgumentError(
        Cat("--period ", given.period, " is none; give a month 2026-04, a tertial 2026-T1 or a year 2026"));
  }
  std::optional<Instant> as_of;
  if (!given.as_of.empty()) {
    absl::StatusOr<Instant> read = ReadInstant("as-of", given.as_of);
    if (!read.ok()) return read.status();
    as_of = *read;
  }
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  OutputFile output;
  if (absl::Status status = output.Open(given.output); !status.ok()) return status;

  Reporter reporter(**configuration, *period, as_of);
  absl::Status read =
      ReadEverything(given, **configuration, as_of.value_or(context.clock.Now()), context, reporter);
  if (!read.ok()) return read;
  absl::StatusOr<domain::Statement> statement = reporter.Finish();
  if (!statement.ok()) return statement.status();
  const std::string text = Formatted(*statement, given.format);
  if (!output.wanted()) {
    std::cout << text;
    return absl::OkStatus();
  }
  output.Write(text);
  return output.Close();
}

void DeclareReport(runtime::Options& options, ReportOptions* given) {
  options
      .Text("period", &given->period,
            "A month (2026-04), a tertial (2026-T1) or a year (2026), of local days.")
      .Required();
  process::DeclareConfig(options, &given->config);
  Declare(options, &given->input);
  options
      .Text("data-dir", &given->data_dir,
            "Instead of files: the data directory of a serve that is stopped, whose log is read.")
      .Text("as-of", &given->as_of,
            "Now, RFC 3339; events recorded later are left out. Empty: the greatest recorded_at.")
      .Text("format", &given->format, "How it is written.", {"markdown", "csv", "json"})
      .Text("output", &given->output, "Where it goes; empty: standard output.");
}

}  // namespace

runtime::Command ReportCommand() {
  auto given = std::make_shared<ReportOptions>();
  return {.name = "report",
          .doc = "The statement of a period, as published then and as known now, from recorded events.",
          .declare = [given](runtime::Options& options) { DeclareReport(options, given.get()); },
          .run =
              [given](runtime::Context& context, runtime::ExitCode& exit_code) {
                return TellFailure("report", Report(*given, context), exit_code);
              }};
}

}  // namespace vardvakt::cli
