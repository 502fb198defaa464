#include <fstream>
#include <iostream>

#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/input.h"
#include "services/vardvakt/replayer.h"
#include "vardvakt/deadletter/v1/dead_letter.pb.h"

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

// A file that is not there when nobody asked for one.
class OutputFile {
 public:
  absl::Status Open(const std::string& path) {
    path_ = path;
    if (path.empty()) return absl::OkStatus();
    file_.open(path, std::ios::binary | std::ios::trunc);
    return Check();
  }
  bool wanted() const { return !path_.empty(); }
  void Write(std::string_view text) { file_ << text; }
  absl::Status Close() {
    if (path_.empty()) return absl::OkStatus();
    file_.close();
    return Check();
  }

 private:
  absl::Status Check() const {
    if (file_) return absl::OkStatus();
    return absl::UnavailableError(Cat(path_, " can't be written; see that there is room and permission"));
  }

  std::string path_;
  std::ofstream file_;
};

absl::Status WriteDeadLetter(OutputFile& file, int64_t number, const Place& place,
                             const domain::Rejection& rejection) {
  deadletter::v1::DeadLetter letter;
  letter.set_offset(number);
  letter.set_reason(std::string(domain::RejectName(rejection.reason)));
  letter.set_detail(rejection.detail);
  letter.set_original(std::string(place.original));
  letter.set_topic(place.path);
  letter.set_topic_offset(place.line);
  absl::StatusOr<std::string> json = wire::ToJson(letter);
  if (!json.ok()) return json.status();
  file.Write(Cat(*json, "\n"));
  return absl::OkStatus();
}

// Gives the input to the replayer; what is rejected goes to the dead letters.
absl::Status ReadEverything(const InputOptions& input, runtime::Signals& signals, Replayer& replayer,
                            OutputFile& dead_letters) {
  int64_t written = 0;
  return ReadInput(input, signals,
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
  absl::Status status = ReadEverything(given.input, context.signals, replayer, dead_letters);
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
