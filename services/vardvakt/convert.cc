#include <iostream>
#include <map>
#include <string>

#include "lib/base/strings.h"
#include "lib/wire/ndjson.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/input.h"
#include "services/vardvakt/output.h"

namespace vardvakt::cli {
namespace {

struct ConvertOptions {
  std::string config;
  InputOptions input;
  std::string output;
  std::string dead_letters;
};

struct Counts {
  int64_t events = 0;
  std::map<std::string, int64_t> milestones;  // "": facts of a case only
  int64_t rejected = 0;
  std::map<std::string, int64_t> reasons;
};

// Names may come from the file: more of them than this are no milestones, and are neither kept nor shown.
constexpr size_t kMilestonesShown = 30;

void CountEvent(const domain::Event& event, Counts& counts) {
  ++counts.events;
  if (counts.milestones.size() <= kMilestonesShown) ++counts.milestones[event.milestone];
}

// What a mapping made of the rows, so that a wrong one is seen at once.
std::string Summary(const Counts& counts, const std::string& output) {
  std::string text = Cat(counts.events, " events in ", output, "\n");
  if (counts.milestones.size() > kMilestonesShown) {
    CatTo(text, "  more than ", kMilestonesShown, " different milestones; is the right column mapped?\n");
  } else {
    for (const auto& [name, count] : counts.milestones)
      CatTo(text, "  ", count, " ", name.empty() ? "(facts only)" : name, "\n");
  }
  CatTo(text, counts.rejected, " rejected\n");
  for (const auto& [reason, count] : counts.reasons) CatTo(text, "  ", count, " ", reason, "\n");
  return text;
}

// `configuration`: what checks the events as ingest does; null: nothing does.
absl::Status ConvertAll(const InputOptions& input, const config::Configuration* configuration,
                        runtime::Context& context, OutputFile& output, OutputFile& dead_letters,
                        Counts& counts) {
  const Instant now = context.clock.Now();
  std::string line;
  const domain::IntakeRules* rules = configuration == nullptr ? nullptr : &configuration->intake;
  return ReadInput(input, rules, context.signals,
                   [&](domain::Event& event, const std::optional<domain::Rejection>& unreadable,
                       const Place& place) -> absl::Status {
                     std::optional<domain::Rejection> rejection = unreadable;
                     if (!rejection && configuration != nullptr) {
                       rejection = domain::CheckEvent(event, configuration->intake, now);
                     }
                     if (rejection) {
                       const int64_t number = counts.rejected++;
                       ++counts.reasons[std::string(domain::RejectName(rejection->reason))];
                       if (!dead_letters.wanted()) return absl::OkStatus();
                       return WriteDeadLetter(dead_letters, number, place, *rejection);
                     }
                     CountEvent(event, counts);
                     line.clear();
                     wire::AppendEventJson(event, line);
                     line += '\n';
                     output.Write(line);
                     return absl::OkStatus();
                   });
}

absl::Status Convert(const ConvertOptions& given, runtime::Context& context) {
  std::shared_ptr<const config::Configuration> configuration;
  if (!given.config.empty()) {
    auto loaded = process::LoadConfiguration(given.config);
    if (!loaded.ok()) return loaded.status();
    configuration = *std::move(loaded);
  }
  OutputFile dead_letters;
  if (absl::Status status = dead_letters.Open(given.dead_letters); !status.ok()) return status;
  OutputFile output;
  if (absl::Status status = output.Open(given.output); !status.ok()) return status;
  Counts counts;
  absl::Status status = ConvertAll(given.input, configuration.get(), context, output, dead_letters, counts);
  if (status.ok()) status = dead_letters.Close();
  if (status.ok()) status = output.Close();
  if (!status.ok()) return status;
  std::cerr << Summary(counts, given.output);
  return absl::OkStatus();
}

}  // namespace

runtime::Command ConvertCommand() {
  auto given = std::make_shared<ConvertOptions>();
  return {
      .name = "convert",
      .doc = "Writes the events that a mapping makes of CSV files.",
      .declare =
          [given](runtime::Options& options) {
            DeclareCsv(options, &given->input);
            options
                .Text("config", &given->config,
                      "A configuration directory to check the events by, as ingest does; empty: not checked.")
                .Text("output", &given->output, "The NDJSON file to write.")
                .Required()
                .Text("dead-letters", &given->dead_letters,
                      "Where rejected input goes, NDJSON with reason and original bytes; empty: nowhere.");
          },
      .run =
          [given](runtime::Context& context, runtime::ExitCode& exit_code) {
            return TellFailure("convert", Convert(*given, context), exit_code);
          }};
}

}  // namespace vardvakt::cli
