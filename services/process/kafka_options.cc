#include "services/process/kafka_options.h"

#include <utility>

#include "lib/adapters/kafka/log.h"

namespace vardvakt::process {

void DeclareKafka(runtime::Options& options, KafkaOptions* given) {
  options.Text("kafka", &given->bootstrap_servers, "Kafka's bootstrap servers, HOST:PORT,HOST:PORT.")
      .Text("kafka-security", &given->security_file,
            "A file of NAME=VALUE lines: security.protocol, sasl.*, ssl.*; empty: none.")
      .Time("kafka-clock-margin", &given->defaults.clock_margin,
            "Twice the permitted clock skew plus the longest time from a record's stamp to its visibility.")
      .Integer("kafka-replication", &given->defaults.replication_factor,
               "Replicas of topics created here; -1: the brokers' default.", {.least = -1, .most = 100});
}

absl::StatusOr<kafka::Options> ToKafka(const KafkaOptions& given, Logger* logger) {
  if (given.bootstrap_servers.empty()) {
    return absl::InvalidArgumentError(
        "--kafka is missing: name Kafka's bootstrap servers, e.g. 127.0.0.1:9092");
  }
  kafka::Options options = given.defaults;
  options.bootstrap_servers = given.bootstrap_servers;
  if (!given.security_file.empty()) {
    absl::StatusOr<kafka::Security> security = kafka::LoadSecurity(given.security_file);
    if (!security.ok()) return security.status();
    options.security = *std::move(security);
  }
  if (logger != nullptr) {
    options.warn = [logger](std::string_view warning) { logger->Warning("kafka", {{"said", warning}}); };
  }
  return options;
}

absl::StatusOr<std::unique_ptr<engine::Log>> OpenKafkaLog(const KafkaOptions& given, Logger* logger) {
  absl::StatusOr<kafka::Options> options = ToKafka(given, logger);
  if (!options.ok()) return options.status();
  return kafka::OpenLog(*options);
}

}  // namespace vardvakt::process
