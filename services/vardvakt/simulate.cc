#include <iostream>

#include "lib/base/strings.h"
#include "lib/simulator/county.h"
#include "lib/simulator/generator.h"
#include "lib/simulator/incident.h"
#include "lib/simulator/simulate.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"

namespace vardvakt::cli {
namespace {

struct SimulateOptions {
  std::string config = "config";
  std::string region;
  std::string from;
  std::string to;
  int64_t seed = 1;
  int64_t missions_per_day = simulator::GeneratorOptions{}.missions_per_day;
  simulator::Reporting reporting;
  std::vector<std::string> incidents;
  std::string output;
};

absl::StatusOr<simulator::GeneratorOptions> GeneratorOptionsOf(const SimulateOptions& options) {
  simulator::GeneratorOptions generator;
  absl::StatusOr<Instant> from = ReadInstant("from", options.from);
  if (!from.ok()) return from.status();
  absl::StatusOr<Instant> to = ReadInstant("to", options.to);
  if (!to.ok()) return to.status();
  if (*to <= *from) return absl::InvalidArgumentError("--to is not after --from; nothing would happen");
  generator.from = *from;
  generator.to = *to;
  generator.seed = static_cast<uint64_t>(options.seed);
  generator.missions_per_day = options.missions_per_day;
  generator.reporting = options.reporting;
  for (const std::string& text : options.incidents) {
    absl::StatusOr<simulator::Incident> incident = simulator::ParseIncident(text);
    if (!incident.ok()) return incident.status();
    generator.incidents.push_back(*incident);
  }
  return generator;
}

absl::Status Simulate(const SimulateOptions& given) {
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  const config::RegionConfiguration* region = (*configuration)->FindRegion(given.region);
  if (region == nullptr) return absl::InvalidArgumentError("--region is none of the configured regions");
  absl::StatusOr<simulator::GeneratorOptions> options = GeneratorOptionsOf(given);
  if (!options.ok()) return options.status();
  const simulator::County county = simulator::CountyOf(region->geography, region->zone);
  const absl::StatusOr<simulator::Simulated> simulated =
      simulator::SimulateToFile(county, *options, given.output);
  if (!simulated.ok()) return simulated.status();
  std::cerr << simulated->events << " events of " << simulated->missions << " missions in " << given.output
            << "\n";
  return absl::OkStatus();
}

}  // namespace

runtime::Command SimulateCommand() {
  auto given = std::make_shared<SimulateOptions>();
  return {
      .name = "simulate",
      .doc = "Writes the events of a synthetic county.",
      .declare =
          [given](runtime::Options& options) {
            process::DeclareConfig(options, &given->config);
            options.Text("region", &given->region, "Code of the region to be the county; empty: the first.")
                .Text("from", &given->from, "First instant, RFC 3339.")
                .Required()
                .Text("to", &given->to, "End, RFC 3339.")
                .Required()
                .Integer("seed", &given->seed, "The same seed gives the same bytes.")
                .Integer("missions-per-day", &given->missions_per_day, "Missions of every priority a day.",
                         {.least = 1, .most = 1'000'000})
                .Integer("duplicates", &given->reporting.duplicate_per_mille, "Events sent again, per mille.",
                         {.least = 0, .most = 1000})
                .Integer("out-of-order", &given->reporting.out_of_order_per_mille,
                         "Events held up by some minutes, per mille.", {.least = 0, .most = 1000})
                .Integer("late", &given->reporting.late_per_mille,
                         "Events held up by up to two hours, per mille.", {.least = 0, .most = 1000})
                .Integer("corrections", &given->reporting.correction_per_mille,
                         "Arrivals that get another time afterwards, per mille.", {.least = 0, .most = 1000})
                .List("incident", &given->incidents,
                      "NAME@FROM/TO[:where]: station_closed, snow_storm, source_silent, source_lost or "
                      "source_double.")
                .Text("output", &given->output, "The NDJSON file to write.")
                .Required();
          },
      .run =
          [given](runtime::Context&, runtime::ExitCode& exit_code) {
            return TellFailure("simulate", Simulate(*given), exit_code);
          }};
}

}  // namespace vardvakt::cli
