#include <iostream>

#include "lib/base/strings.h"
#include "lib/simulator/county.h"
#include "lib/simulator/incident.h"
#include "lib/simulator/simulate.h"
#include "lib/simulator/traffic.h"
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
  simulator::TrafficOptions traffic;
  simulator::Reporting reporting;
  std::vector<std::string> incidents;
  std::string output;
};

absl::StatusOr<simulator::TrafficOptions> TrafficOf(const SimulateOptions& given) {
  absl::StatusOr<Instant> from = ReadInstant("from", given.from);
  if (!from.ok()) return from.status();
  absl::StatusOr<Instant> to = ReadInstant("to", given.to);
  if (!to.ok()) return to.status();
  if (*to <= *from) return absl::InvalidArgumentError("--to is not after --from; nothing would happen");
  std::vector<simulator::Incident> incidents;
  for (const std::string& text : given.incidents) {
    absl::StatusOr<simulator::Incident> incident = simulator::ParseIncident(text);
    if (!incident.ok()) return incident.status();
    incidents.push_back(*incident);
  }
  simulator::TrafficOptions traffic = given.traffic;
  traffic.missions.from = traffic.care.from = *from;
  traffic.missions.to = traffic.care.to = *to;
  traffic.missions.seed = traffic.care.seed = static_cast<uint64_t>(given.seed);
  traffic.missions.reporting = traffic.care.reporting = given.reporting;
  traffic.missions.incidents = traffic.care.incidents = incidents;
  return traffic;
}

absl::Status Simulate(const SimulateOptions& given) {
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  const config::RegionConfiguration* region = (*configuration)->FindRegion(given.region);
  if (region == nullptr) return absl::InvalidArgumentError("--region is none of the configured regions");
  absl::StatusOr<simulator::TrafficOptions> options = TrafficOf(given);
  if (!options.ok()) return options.status();
  const simulator::County county = simulator::CountyOf(region->geography, region->zone, region->streams);
  const absl::StatusOr<simulator::Simulated> simulated =
      simulator::SimulateToFile(county, *options, given.output);
  if (!simulated.ok()) return simulated.status();
  std::cerr << simulated->events << " events of " << simulated->cases << " cases in " << given.output << "\n";
  return absl::OkStatus();
}

}  // namespace

runtime::Command SimulateCommand() {
  auto given = std::make_shared<SimulateOptions>();
  return {.name = "simulate",
          .doc = "Writes the events of a synthetic county.",
          .declare =
              [given](runtime::Options& options) {
                process::DeclareConfig(options, &given->config);
                options
                    .Text("region", &given->region, "Code of the region to be the county; empty: the first.")
                    .Text("from", &given->from, "First instant, RFC 3339.")
                    .Required()
                    .Text("to", &given->to, "End, RFC 3339.")
                    .Required()
                    .Integer("seed", &given->seed, "The same seed gives the same bytes.")
                    .Integer("missions-per-day", &given->traffic.missions.missions_per_day,
                             "Ambulance missions of every priority a day; 0: none.",
                             {.least = 0, .most = 1'000'000})
                    .Integer("waits-per-day", &given->traffic.care.waits_per_day,
                             "Contacts, referrals, decisions on procedures and follow-ups a day; 0: none.",
                             {.least = 0, .most = 1'000'000})
                    .Integer("svf-per-day", &given->traffic.care.svf_per_day,
                             "Founded suspicions of cancer a day; 0: none.", {.least = 0, .most = 1'000'000})
                    .Integer("dental-per-day", &given->traffic.care.dental_per_day,
                             "Dental referrals, check-ups and outreach assessments a day; 0: none.",
                             {.least = 0, .most = 1'000'000})
                    .Integer("duplicates", &given->reporting.duplicate_per_mille,
                             "Events sent again, per mille.", {.least = 0, .most = 1000})
                    .Integer("out-of-order", &given->reporting.out_of_order_per_mille,
                             "Events held up by some minutes, per mille.", {.least = 0, .most = 1000})
                    .Integer("late", &given->reporting.late_per_mille,
                             "Events held up by up to two hours, per mille.", {.least = 0, .most = 1000})
                    .Integer("corrections", &given->reporting.correction_per_mille,
                             "Arrivals, visits and treatments that get another time afterwards, per mille.",
                             {.least = 0, .most = 1000})
                    .Integer("replaced", &given->reporting.replaced_per_mille,
                             "Nightly deliveries that are sent again weeks later, per mille.",
                             {.least = 0, .most = 1000})
                    .Integer("resend-open-days", &given->reporting.resend_open_days,
                             "Every so many days an open case is sent again; 0: never.",
                             {.least = 0, .most = 1000})
                    .List("incident", &given->incidents,
                          Cat("NAME@FROM/TO[:where]: ", simulator::IncidentNames(), "."))
                    .Text("output", &given->output, "The NDJSON file to write.")
                    .Required();
              },
          .run =
              [given](runtime::Context&, runtime::ExitCode& exit_code) {
                return TellFailure("simulate", Simulate(*given), exit_code);
              }};
}

}  // namespace vardvakt::cli
