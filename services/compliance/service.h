#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/logger.h"
#include "lib/config/configuration.h"
#include "lib/engine/host.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/health.h"
#include "lib/runtime/options.h"
#include "lib/wire/compliance_api.h"
#include "services/compliance/former_definitions.h"
#include "services/compliance/measured_stores.h"
#include "services/compliance/monitor.h"

namespace vardvakt::compliance {

struct ServiceOptions {
  bool follow = true;  // run the tasks that others own too: they answer and take over at once
  engine::WorkerOptions worker;
};
void Declare(runtime::Options& options, ServiceOptions* service);

// What all of them must outlive the service.
struct ServiceParts {
  engine::Log& log;
  engine::StoreProvider& stores;
  const Clock& clock;
  engine::Metrics& metrics;
  runtime::Health& health;
  Logger& logger;
  std::string config_directory = {};    // what the configuration is read from
  std::string definitions_folder = {};  // where former ones are kept; empty: nowhere
};

// The tasks of a process and what can be asked of them, without the servers in front. Thread-safe.
class Service {
 public:
  // `process` names this process in answers.
  Service(std::shared_ptr<const config::Configuration> configuration,
          std::unique_ptr<engine::Membership> membership, const ServiceParts& parts,
          const ServiceOptions& options, const std::string& process);
  ~Service();

  absl::Status Start();
  // Ends every task with a durable commit; what is asked later is answered kUnavailable.
  void Stop();

  // Judges by other definitions from now on; of the same regions, partitions and streams.
  void Redefine(const std::shared_ptr<const config::Configuration>& configuration);

  wire::ComplianceApi& api() { return *api_; }
  const engine::Host& host() const { return host_; }

 private:
  absl::Status KeepDefinitions(const config::Configuration& configuration);

  const std::shared_ptr<const config::Configuration> configuration_;  // at the start
  const std::string config_directory_;
  Logger& logger_;
  FormerDefinitions former_;
  MeasuredStores stores_;
  engine::Host host_;
  const std::unique_ptr<wire::ComplianceApi> api_;
  Monitor monitor_;
};

// Every partition that has a task.
std::vector<engine::Partition> TaskPartitions(const config::Configuration& configuration);

}  // namespace vardvakt::compliance
