#include "services/compliance/service.h"

#include <utility>

#include "lib/base/strings.h"
#include "lib/wire/event_codec.h"
#include "services/compliance/query.h"
#include "services/compliance/task_setting.h"
#include "services/compliance/topic_publisher.h"

namespace vardvakt::compliance {
namespace {

std::vector<std::unique_ptr<engine::Worker>> MakeWorkers(
    const std::shared_ptr<const config::Configuration>& configuration, const ServiceParts& parts,
    engine::WorkerOptions options, engine::StoreProvider& stores, FormerDefinitions& former) {
  options.task.former = [&former](const engine::TaskSetting& setting, const engine::DefinitionsId& id) {
    return former.Find(setting, id);
  };
  auto decode = [](std::string_view value, domain::Event& event) { return wire::DecodeEvent(value, event); };
  std::vector<std::unique_ptr<engine::Worker>> workers;
  for (engine::TaskSetting& setting : TaskSettingsOf(configuration)) {
    workers.push_back(std::make_unique<engine::Worker>(
        std::move(setting), options, decode, parts.log, parts.clock, stores,
        MakeTopicPublisher(parts.log.appender(), parts.metrics), parts.logger));
  }
  return workers;
}

std::map<std::string, MeasuredStores::Labels> StoreLabels(const config::Configuration& configuration) {
  std::map<std::string, MeasuredStores::Labels> labels;
  for (const config::RegionConfiguration& region : configuration.regions) {
    for (const domain::StreamDefinition& stream : region.streams) {
      labels[engine::StoreName({engine::StreamTopic(stream.stream), region.partition})] = {region.code,
                                                                                           stream.stream};
    }
  }
  return labels;
}

}  // namespace

void Declare(runtime::Options& options, ServiceOptions* service) {
  options.Flag("follow", &service->follow, "Run the tasks that other processes own too, ready to take over.")
      .Time("publish-every", &service->worker.publish_every, "How often changed rows are published.",
            {.least = milliseconds(10), .most = minutes(1)})
      .Time("publish-all-every", &service->worker.publish_all_every,
            "How often everything current is published.", {.least = seconds(1), .most = hours(1)})
      .Time("sync-every", &service->worker.sync_every,
            "How often state is made durable; what is lost before it is read again from the log.",
            {.least = milliseconds(100), .most = hours(1)});
}

Service::Service(std::shared_ptr<const config::Configuration> configuration,
                 std::unique_ptr<engine::Membership> membership, const ServiceParts& parts,
                 const ServiceOptions& options, const std::string& process)
    : configuration_(std::move(configuration)),
      config_directory_(parts.config_directory),
      logger_(parts.logger),
      former_(parts.definitions_folder),
      stores_(parts.stores, parts.metrics, StoreLabels(*configuration_)),
      host_(MakeWorkers(configuration_, parts, options.worker, stores_, former_), std::move(membership),
            options.follow),
      api_(MakeQuery(*configuration_, host_, process)),
      monitor_(host_, parts.clock, parts.metrics, parts.health) {}

Service::~Service() { Stop(); }

absl::Status Service::Start() {
  if (absl::Status status = KeepDefinitions(*configuration_); !status.ok()) return status;
  if (absl::Status status = host_.Start(); !status.ok()) return status;
  monitor_.Start();
  return absl::OkStatus();
}

// Without them a later start shows nothing until it has judged all cases: worth telling, not worth stopping.
absl::Status Service::KeepDefinitions(const config::Configuration& configuration) {
  const absl::Status status = former_.Keep(config_directory_, configuration);
  if (status.ok() || absl::IsFailedPrecondition(status)) return status;
  logger_.Warning("definitions_not_kept", {{"error", ToStd(status.message())}});
  return absl::OkStatus();
}

void Service::Redefine(const std::shared_ptr<const config::Configuration>& configuration) {
  if (const absl::Status status = KeepDefinitions(*configuration); !status.ok()) {
    logger_.Error("definitions_refused", {{"error", ToStd(status.message())}});
    return;
  }
  for (engine::TaskSetting& setting : TaskSettingsOf(configuration)) {
    for (engine::Worker* worker : host_.Find(setting.region, setting.definition->stream))
      worker->Redefine(setting);
  }
}

void Service::Stop() {
  monitor_.Stop();
  host_.Stop();
}

std::vector<engine::Partition> TaskPartitions(const config::Configuration& configuration) {
  std::vector<engine::Partition> partitions;
  for (const config::RegionConfiguration& region : configuration.regions) {
    for (const domain::StreamDefinition& stream : region.streams)
      partitions.push_back({engine::StreamTopic(stream.stream), region.partition});
  }
  return partitions;
}

}  // namespace vardvakt::compliance
