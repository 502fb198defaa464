#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "lib/engine/log.h"

namespace vardvakt::engine {

// "kept", "compacted", "kept for 90 days".
std::string_view RetentionName(Retention retention);

// Adds one sentence for each way in which `found` is not as `wanted`; nullopt: there is no such topic.
void CompareTopic(const TopicSpec& wanted, const std::optional<TopicSpec>& found,
                  std::vector<std::string>& problems);

// One kFailedPrecondition that names them all; ok when there are none.
absl::Status TopicProblems(const std::vector<std::string>& problems);

}  // namespace vardvakt::engine
