#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/adapters/kafka/client.h"
#include "lib/base/time.h"
#include "lib/engine/log.h"

namespace vardvakt::kafka {

using TopicSettings = std::map<std::string, std::string>;

// Topics of the cluster. Every call waits for the brokers, at most `answer_timeout` for each question.
class Admin {
 public:
  Admin(Client& client, const Options& options) : client_(client), options_(options) {}

  // Creates the missing ones and waits until each partition has a leader.
  absl::Status Ensure(const std::vector<engine::TopicSpec>& topics);
  absl::Status Check(const std::vector<engine::TopicSpec>& topics);

  absl::Status Create(const std::string& topic, int32_t partitions, const TopicSettings& settings);
  absl::Status Delete(const std::string& topic);
  // Drops the records before `beginning`.
  absl::Status DeleteRecords(const engine::Partition& partition, engine::Offset beginning);
  absl::Status WaitForLeaders(const std::vector<engine::TopicSpec>& topics);

 private:
  // Topic -> its partitions; of a topic without all its leaders: 0.
  absl::StatusOr<std::map<std::string, int32_t>> Partitions();
  absl::StatusOr<std::map<std::string, TopicSettings>> Describe(const std::vector<std::string>& topics);

  Client& client_;
  const Options& options_;
};

// What a topic of this spec is created with.
TopicSettings SettingsOf(const engine::TopicSpec& spec);

}  // namespace vardvakt::kafka
