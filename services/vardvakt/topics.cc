#include <iostream>

#include "lib/base/strings.h"
#include "services/process/configuration.h"
#include "services/process/kafka_options.h"
#include "services/process/storage.h"
#include "services/vardvakt/commands.h"

namespace vardvakt::cli {
namespace {

struct TopicsOptions {
  std::string action;
  std::string config = "config";
  process::StorageOptions storage;
  process::KafkaOptions kafka;
};

absl::Status RunTopics(const TopicsOptions& given, const Clock& clock) {
  if (given.action != "create" && given.action != "check") {
    return absl::InvalidArgumentError("say `topics create` or `topics check`");
  }
  auto configuration = process::LoadConfiguration(given.config);
  if (!configuration.ok()) return configuration.status();
  const std::vector<engine::TopicSpec> topics = process::TopicsOf(**configuration);

  std::unique_ptr<process::Storage> storage;
  absl::StatusOr<std::unique_ptr<engine::Log>> log;
  if (!given.kafka.bootstrap_servers.empty()) {
    log = process::OpenKafkaLog(given.kafka, nullptr);
  } else {
    auto opened = process::Storage::Open(given.storage);
    if (!opened.ok()) return opened.status();
    storage = *std::move(opened);
    log = storage->OpenLog(clock);
  }
  if (!log.ok()) return log.status();
  absl::Status status = given.action == "create" ? (*log)->EnsureTopics(topics) : (*log)->CheckTopics(topics);
  if (!status.ok()) return status;
  for (const engine::TopicSpec& topic : topics) {
    std::cout << topic.name << ": as it must be, " << topic.partitions << " partition(s)\n";
  }
  return absl::OkStatus();
}

}  // namespace

runtime::Command TopicsCommand() {
  auto given = std::make_shared<TopicsOptions>();
  return {.name = "topics",
          .doc = "Creates what is missing of a log's topics (create), or only checks them (check).",
          .declare =
              [given](runtime::Options& options) {
                options.Positional("ACTION", &given->action, "create or check.").Required();
                process::DeclareConfig(options, &given->config);
                process::DeclareKafka(options, &given->kafka);
                process::DeclareStorage(options, &given->storage);
              },
          .run =
              [given](runtime::Context& context, runtime::ExitCode& exit_code) {
                return TellFailure("topics", RunTopics(*given, context.clock), exit_code);
              }};
}

}  // namespace vardvakt::cli
