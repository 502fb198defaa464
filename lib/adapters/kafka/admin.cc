#include "lib/adapters/kafka/admin.h"

#include <chrono>
#include <optional>
#include <thread>

#include "lib/adapters/kafka/status.h"
#include "lib/base/strings.h"
#include "lib/engine/topic_check.h"

namespace vardvakt::kafka {
namespace {

using engine::Retention;
using engine::TopicSpec;
using Steady = std::chrono::steady_clock;

constexpr char kCleanup[] = "cleanup.policy";
constexpr char kRetentionMillis[] = "retention.ms";
constexpr char kRetentionBytes[] = "retention.bytes";
constexpr char kTimestampType[] = "message.timestamp.type";
constexpr char kUnlimited[] = "-1";
constexpr Duration kDays90 = days(90);
// A compacted topic is read from its beginning at every start: small segments, soon compacted.
constexpr char kCompactedSegmentBytes[] = "67108864";
constexpr Duration kAskAgain = milliseconds(50);

using OwnedOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using OwnedEvent = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using OwnedNewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;

// One question to the cluster: `ask` sends it, the event is its answer.
template <typename Ask>
absl::StatusOr<OwnedEvent> Answer(Client& client, rd_kafka_admin_op_t kind, Duration timeout,
                                  const std::string& subject, Ask ask) {
  OwnedOptions options(rd_kafka_AdminOptions_new(client.get(), kind));
  char text[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout.count()), text,
                                            sizeof text);
  OwnedQueue queue(rd_kafka_queue_new(client.get()));
  ask(options.get(), queue.get());
  OwnedEvent event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count()) + 1000));
  if (event == nullptr) return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, subject, client.last_trouble());
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, subject, client.last_trouble());
  }
  return event;
}

// The first failure of the answer's topics.
absl::Status TopicResults(const rd_kafka_topic_result_t** results, size_t count, const std::string& doing) {
  for (size_t i = 0; i < count; ++i) {
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    absl::Status status = ToStatus(rd_kafka_topic_result_error(results[i]),
                                   Cat("topic ", rd_kafka_topic_result_name(results[i]), ": ", doing),
                                   text == nullptr ? "" : text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

const std::string& Setting(const TopicSettings& settings, const char* name) {
  static const std::string kNone;
  auto it = settings.find(name);
  return it == settings.end() ? kNone : it->second;
}

// Nullopt: none of ours.
std::optional<Retention> RetentionOf(const TopicSettings& settings) {
  if (Setting(settings, kCleanup) == "compact") return Retention::kCompact;
  if (Setting(settings, kCleanup) != "delete" || Setting(settings, kRetentionBytes) != kUnlimited) {
    return std::nullopt;
  }
  if (Setting(settings, kRetentionMillis) == kUnlimited) return Retention::kKeep;
  if (Setting(settings, kRetentionMillis) == std::to_string(kDays90.count())) return Retention::kDays90;
  return std::nullopt;
}

void CompareSettings(const TopicSpec& wanted, int32_t partitions, const TopicSettings& found,
                     std::vector<std::string>& problems) {
  const std::optional<Retention> retention = RetentionOf(found);
  engine::CompareTopic(wanted, TopicSpec{wanted.name, partitions, retention.value_or(wanted.retention)},
                       problems);
  if (!retention.has_value()) {
    std::string text =
        Cat("topic ", wanted.name, " is not ", engine::RetentionName(wanted.retention), " but has");
    for (const char* name : {kCleanup, kRetentionMillis, kRetentionBytes}) {
      CatTo(text, " ", name, "=", Setting(found, name));
    }
    problems.push_back(std::move(text));
  }
  if (Setting(found, kTimestampType) != "LogAppendTime") {
    problems.push_back(Cat("topic ", wanted.name, " has ", kTimestampType, "=",
                           Setting(found, kTimestampType), ", not LogAppendTime"));
  }
}

}  // namespace

TopicSettings SettingsOf(const TopicSpec& spec) {
  TopicSettings settings = {{kTimestampType, "LogAppendTime"}};
  if (spec.retention == Retention::kCompact) {
    settings[kCleanup] = "compact";
    settings["segment.bytes"] = kCompactedSegmentBytes;
    settings["min.cleanable.dirty.ratio"] = "0.2";
    return settings;
  }
  settings[kCleanup] = "delete";
  settings[kRetentionBytes] = kUnlimited;
  settings[kRetentionMillis] =
      spec.retention == Retention::kKeep ? kUnlimited : std::to_string(kDays90.count());
  return settings;
}

absl::Status Admin::Ensure(const std::vector<TopicSpec>& topics) {
  auto there = Partitions();
  if (!there.ok()) return there.status();
  std::vector<TopicSpec> created;
  for (const TopicSpec& spec : topics) {
    if (there->contains(spec.name)) continue;
    const absl::Status made = Create(spec.name, spec.partitions, SettingsOf(spec));
    if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
    created.push_back(spec);
  }
  if (absl::Status led = WaitForLeaders(created); !led.ok()) return led;
  return Check(topics);
}

absl::Status Admin::Check(const std::vector<TopicSpec>& topics) {
  auto there = Partitions();
  if (!there.ok()) return there.status();
  std::vector<std::string> names;
  for (const TopicSpec& spec : topics) {
    if (there->contains(spec.name)) names.push_back(spec.name);
  }
  auto settings = Describe(names);
  if (!settings.ok()) return settings.status();
  std::vector<std::string> problems;
  for (const TopicSpec& spec : topics) {
    auto it = there->find(spec.name);
    if (it == there->end()) {
      engine::CompareTopic(spec, std::nullopt, problems);
    } else {
      CompareSettings(spec, it->second, (*settings)[spec.name], problems);
    }
  }
  return engine::TopicProblems(problems);
}

absl::Status Admin::Create(const std::string& topic, int32_t partitions, const TopicSettings& settings) {
  char text[256];
  OwnedNewTopic wanted(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, options_.replication_factor, text, sizeof text));
  if (wanted == nullptr) return absl::InvalidArgumentError(Cat("topic ", topic, ": ", text));
  for (const auto& [name, value] : settings)
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  rd_kafka_NewTopic_t* list[] = {wanted.get()};
  auto event =
      Answer(client_, RD_KAFKA_ADMIN_OP_CREATETOPICS, options_.answer_timeout, Cat("creating topic ", topic),
             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
               rd_kafka_CreateTopics(client_.get(), list, 1, options, queue);
             });
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  if (count == 1 && rd_kafka_topic_result_error(results[0]) == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return absl::AlreadyExistsError(Cat("topic ", topic, " exists"));
  }
  return TopicResults(results, count, "creating");
}

absl::Status Admin::Delete(const std::string& topic) {
  Owned<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy> wanted(rd_kafka_DeleteTopic_new(topic.c_str()));
  rd_kafka_DeleteTopic_t* list[] = {wanted.get()};
  auto event =
      Answer(client_, RD_KAFKA_ADMIN_OP_DELETETOPICS, options_.answer_timeout, Cat("deleting topic ", topic),
             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
               rd_kafka_DeleteTopics(client_.get(), list, 1, options, queue);
             });
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event->get()), &count);
  return TopicResults(results, count, "deleting");
}

absl::Status Admin::DeleteRecords(const engine::Partition& partition, engine::Offset beginning) {
  OwnedPartitions offsets(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(offsets.get(), partition.topic.c_str(), partition.partition)->offset =
      beginning;
  Owned<rd_kafka_DeleteRecords_t, rd_kafka_DeleteRecords_destroy> wanted(
      rd_kafka_DeleteRecords_new(offsets.get()));
  rd_kafka_DeleteRecords_t* list[] = {wanted.get()};
  auto event = Answer(client_, RD_KAFKA_ADMIN_OP_DELETERECORDS, options_.answer_timeout,
                      Cat("dropping records of topic ", partition.topic),
                      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                        rd_kafka_DeleteRecords(client_.get(), list, 1, options, queue);
                      });
  if (!event.ok()) return event.status();
  const rd_kafka_topic_partition_list_t* results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event->get()));
  return ToStatus(results->elems[0].err, Cat("dropping records of topic ", partition.topic));
}

absl::Status Admin::WaitForLeaders(const std::vector<TopicSpec>& topics) {
  const auto deadline = Steady::now() + options_.answer_timeout;
  while (true) {
    auto there = Partitions();
    if (!there.ok()) return there.status();
    const TopicSpec* waiting = nullptr;
    for (const TopicSpec& spec : topics) {
      auto it = there->find(spec.name);
      if (it == there->end() || it->second == 0) waiting = &spec;
    }
    if (waiting == nullptr) return absl::OkStatus();
    if (Steady::now() > deadline) {
      return absl::UnavailableError(Cat("topic ", waiting->name, " was created, but has no leader within ",
                                        options_.answer_timeout.count(), " ms; check the brokers"));
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

absl::StatusOr<std::map<std::string, int32_t>> Admin::Partitions() {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), 1, nullptr, &raw, static_cast<int>(options_.answer_timeout.count()));
  rd_kafka_poll(client_.get(), 0);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return ToStatus(error, "asking for the topics", client_.last_trouble());
  const OwnedMetadata metadata(raw);
  std::map<std::string, int32_t> found;
  for (int t = 0; t < metadata->topic_cnt; ++t) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[t];
    int32_t& count = found[topic.topic];
    count = topic.partition_cnt;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      if (topic.partitions[p].leader < 0) count = 0;
    }
  }
  return found;
}

absl::StatusOr<std::map<std::string, TopicSettings>> Admin::Describe(const std::vector<std::string>& topics) {
  std::map<std::string, TopicSettings> found;
  if (topics.empty()) return found;
  std::vector<rd_kafka_ConfigResource_t*> wanted;
  for (const std::string& topic : topics) {
    wanted.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  auto event = Answer(client_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, options_.answer_timeout,
                      "asking for the topics' settings",
                      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                        rd_kafka_DescribeConfigs(client_.get(), wanted.data(), wanted.size(), options, queue);
                      });
  rd_kafka_ConfigResource_destroy_array(wanted.data(), wanted.size());
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(resources[i]);
    if (absl::Status status =
            ToStatus(rd_kafka_ConfigResource_error(resources[i]), "settings of topic " + name);
        !status.ok()) {
      return status;
    }
    size_t entries_count = 0;
    const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resources[i], &entries_count);
    for (size_t e = 0; e < entries_count; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(entries[e]);
      found[name][rd_kafka_ConfigEntry_name(entries[e])] = value == nullptr ? "" : value;
    }
  }
  return found;
}

}  // namespace vardvakt::kafka
