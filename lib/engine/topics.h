#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/engine/log.h"

// Every topic there is, once (interfaces §4).
namespace vardvakt::engine {

inline constexpr std::string_view kComplianceTopic = "vardvakt.compliance.v1";
inline constexpr std::string_view kCasesTopic = "vardvakt.cases.v1";
inline constexpr std::string_view kAlertsTopic = "vardvakt.alerts.v1";
inline constexpr std::string_view kDeadLettersTopic = "vardvakt.dead-letters.v1";

// The topic of a stream's events: "vardvakt.ambulance.v1".
inline std::string StreamTopic(std::string_view stream) { return "vardvakt." + std::string(stream) + ".v1"; }

// All topics of a deployment. A region is a partition of every one of them, so `partitions` is the greatest
// partition of the regions + 1. All are stamped with the log's append time.
inline std::vector<TopicSpec> Topics(const std::vector<std::string>& streams, int32_t partitions) {
  std::vector<TopicSpec> topics;
  for (const std::string& stream : streams) {
    topics.push_back({StreamTopic(stream), partitions, Retention::kKeep});
  }
  for (std::string_view compacted : {kComplianceTopic, kCasesTopic, kAlertsTopic}) {
    topics.push_back({std::string(compacted), partitions, Retention::kCompact});
  }
  topics.push_back({std::string(kDeadLettersTopic), partitions, Retention::kDays90});
  return topics;
}

}  // namespace vardvakt::engine
