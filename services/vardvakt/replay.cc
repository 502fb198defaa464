#include <fstream>
#include <iostream>

#include "lib/adapters/csv/event_reader.h"
#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "lib/wire/line_reader.h"
#include "lib/wire/ndjson.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/progress.h"
#include "services/vardvakt/replayer.h"
#include "vardvakt/deadletter/v1/dead_letter.pb.h"

namespace vardvakt::cli {
namespace {

struct ReplayOptions {
  std::string config = "config";
  std::vector<std::string> events;
  std::vector<std::string> more_events;
  std::string csv;
  std::string mapping;
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

// Reads files of NDJSON and of CSV into a replayer; what is rejected goes to the dead letters.
class Reading {
 public:
  Reading(Replayer& replayer, OutputFile& dead_letters, runtime::Signals& signals)
      : replayer_(replayer), dead_letters_(dead_letters), signals_(signals) {}

  absl::Status ReadNdjson(const std::string& path) {
    absl::StatusOr<wire::LineReader> reader = wire::LineReader::Open(path, limits_.line_bytes);
    if (!reader.ok()) return reader.status();
    Progress progress(path, reader->total_bytes());
    wire::Line line;
    while (reader->Next(line)) {
      std::optional<domain::Rejection> rejection = Decode(line);
      if (absl::Status status = Take(event_, std::move(rejection), {path, line.number, line.text});
          !status.ok()) {
        return status;
      }
      if (progress.Show(reader->bytes_read()) && signals_.stop_requested()) return Stopped();
    }
    return reader->status();
  }

  absl::Status ReadCsv(const std::string& path, const std::string& mapping_path) {
    csv::MappingResult mapping = csv::LoadMapping(mapping_path);
    if (!mapping.problems.empty()) {
      return absl::FailedPreconditionError(
          Cat("the mapping can't be used:\n", config::FormatProblems(mapping.problems)));
    }
    absl::StatusOr<csv::CsvEventReader> reader = csv::CsvEventReader::Open(path, *std::move(mapping.mapping));
    if (!reader.ok()) return reader.status();
    Progress progress(path, reader->total_bytes());
    csv::CsvItem item;
    while (reader->Next(item)) {
      if (absl::Status status = Take(item.event, item.rejection, {path, item.line, item.row}); !status.ok()) {
        return status;
      }
      if (progress.Show(reader->bytes_read()) && signals_.stop_requested()) return Stopped();
    }
    return reader->status();
  }

 private:
  // Where a record stood, and its bytes.
  struct Place {
    const std::string& path;
    int64_t line;
    std::string_view original;
  };

  static absl::Status Stopped() { return absl::CancelledError("stopped before the end of the input"); }

  std::optional<domain::Rejection> Decode(const wire::Line& line) {
    if (!line.too_long) return decoder_.Decode(line.text, event_);
    return domain::Rejection{domain::Reject::kTooLarge,
                             Cat("the line is longer than ", limits_.line_bytes, " bytes")};
  }

  // Adds the event, unless it is rejected already.
  absl::Status Take(domain::Event& event, std::optional<domain::Rejection> rejection, const Place& place) {
    if (rejection) {
      replayer_.CountRejected(*rejection);
    } else if (absl::Status status = replayer_.Add(event, rejection); !status.ok()) {
      return status;
    }
    return rejection && dead_letters_.wanted() ? WriteDeadLetter(place, *rejection) : absl::OkStatus();
  }

  absl::Status WriteDeadLetter(const Place& place, const domain::Rejection& rejection) {
    deadletter::v1::DeadLetter letter;
    letter.set_offset(written_++);
    letter.set_reason(std::string(domain::RejectName(rejection.reason)));
    letter.set_detail(rejection.detail);
    letter.set_original(std::string(place.original));
    letter.set_topic(place.path);
    letter.set_topic_offset(place.line);
    absl::StatusOr<std::string> json = wire::ToJson(letter);
    if (!json.ok()) return json.status();
    dead_letters_.Write(Cat(*json, "\n"));
    return absl::OkStatus();
  }

  Replayer& replayer_;
  OutputFile& dead_letters_;
  runtime::Signals& signals_;
  const wire::JsonLimits limits_;
  wire::NdjsonDecoder decoder_{limits_};
  domain::Event event_;  // reused
  int64_t written_ = 0;
};

std::string Formatted(const wire::ReplayReport& report, const std::string& format) {
  if (format == "json") return wire::ReportJson(report);
  if (format == "csv") return wire::ReportCsv(report);
  return wire::ReportTable(report);
}

absl::Status Replay(const ReplayOptions& given, runtime::Context& context) {
  std::vector<std::string> files = given.events;
  files.insert(files.end(), given.more_events.begin(), given.more_events.end());
  if (files.empty() == given.csv.empty() || given.csv.empty() != given.mapping.empty()) {
    return absl::InvalidArgumentError(
        "give either --events FILE.ndjson, or --csv FILE and --mapping MAP.yaml");
  }
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
  Reading reading(replayer, dead_letters, context.signals);
  for (const std::string& file : files) {
    if (absl::Status status = reading.ReadNdjson(file); !status.ok()) return status;
  }
  if (!given.csv.empty()) {
    if (absl::Status status = reading.ReadCsv(given.csv, given.mapping); !status.ok()) return status;
  }
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
            options.List("events", &given->events, "A file of events, NDJSON; several times for several.")
                .PositionalList("FILE", &given->more_events, "More files of events.")
                .Text("csv", &given->csv, "A CSV file instead, read by a mapping.")
                .Text("mapping", &given->mapping, "How rows of the CSV file become events, YAML.")
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
