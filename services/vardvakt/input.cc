#include "services/vardvakt/input.h"

#include <algorithm>
#include <utility>

#include "lib/adapters/csv/event_reader.h"
#include "lib/base/strings.h"
#include "lib/wire/line_reader.h"
#include "lib/wire/ndjson.h"
#include "services/vardvakt/progress.h"

namespace vardvakt::cli {
namespace {

absl::Status Stopped() { return absl::CancelledError("stopped before the end of the input"); }

absl::Status ReadNdjson(const std::string& path, runtime::Signals& signals, TakeRecord take) {
  const wire::JsonLimits limits;
  absl::StatusOr<wire::LineReader> reader = wire::LineReader::Open(path, limits.line_bytes);
  if (!reader.ok()) return reader.status();
  Progress progress(path, reader->total_bytes());
  wire::NdjsonDecoder decoder(limits);
  domain::Event event;
  wire::Line line;
  while (reader->Next(line)) {
    std::optional<domain::Rejection> rejection;
    if (line.too_long) {
      rejection = domain::Rejection{domain::Reject::kTooLarge,
                                    Cat("the line is longer than ", limits.line_bytes, " bytes")};
    } else {
      rejection = decoder.Decode(line.text, event);
    }
    if (absl::Status status = take(event, rejection, {path, line.number, line.text}); !status.ok()) {
      return status;
    }
    if (progress.Show(reader->bytes_read()) && signals.stop_requested()) return Stopped();
  }
  return reader->status();
}

absl::Status ReadCsv(const std::string& path, const std::string& mapping_path,
                     const domain::IntakeRules* rules, runtime::Signals& signals, TakeRecord take) {
  csv::MappingResult mapping = csv::LoadMapping(mapping_path, rules);
  if (!mapping.problems.empty()) {
    return absl::FailedPreconditionError(
        Cat("the mapping can't be used:\n", config::FormatProblems(mapping.problems)));
  }
  absl::StatusOr<csv::CsvEventReader> reader = csv::CsvEventReader::Open(path, *std::move(mapping.mapping));
  if (!reader.ok()) return reader.status();
  Progress progress(path, reader->total_bytes());
  csv::CsvItem item;
  while (reader->Next(item)) {
    if (absl::Status status = take(item.event, item.rejection, {path, item.line, item.row}); !status.ok()) {
      return status;
    }
    if (progress.Show(reader->bytes_read()) && signals.stop_requested()) return Stopped();
  }
  return reader->status();
}

}  // namespace

void Declare(runtime::Options& options, InputOptions* input) {
  options.List("events", &input->events, "A file of events, NDJSON; several times for several.")
      .PositionalList("FILE", &input->more_events, "More files of events.");
  DeclareCsv(options, input);
}

void DeclareCsv(runtime::Options& options, InputOptions* input) {
  options.List("csv", &input->csv, "A CSV file, read by a mapping; several times for several.")
      .List("mapping", &input->mapping,
            "How rows of CSV files become events, YAML: one for all files, or one for each in their order.");
}

absl::Status ReadInput(const InputOptions& input, const domain::IntakeRules* rules, runtime::Signals& signals,
                       TakeRecord take) {
  std::vector<std::string> files = input.events;
  files.insert(files.end(), input.more_events.begin(), input.more_events.end());
  if (files.empty() == input.csv.empty() || input.csv.empty() != input.mapping.empty()) {
    return absl::InvalidArgumentError(
        "give either --events FILE.ndjson, or --csv FILE and --mapping MAP.yaml");
  }
  if (input.mapping.size() > 1 && input.mapping.size() != input.csv.size()) {
    return absl::InvalidArgumentError(Cat("there are ", input.csv.size(), " CSV files and ",
                                          input.mapping.size(),
                                          " mappings; give one mapping for all files, or one for each"));
  }
  for (size_t i = 0; i < input.csv.size(); ++i) {
    const std::string& mapping = input.mapping[std::min(i, input.mapping.size() - 1)];
    if (absl::Status status = ReadCsv(input.csv[i], mapping, rules, signals, take); !status.ok())
      return status;
  }
  for (const std::string& file : files) {
    if (absl::Status status = ReadNdjson(file, signals, take); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace vardvakt::cli
