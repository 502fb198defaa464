#include "lib/engine/topic_check.h"

#include "absl/strings/str_join.h"
#include "lib/base/strings.h"

namespace vardvakt::engine {

std::string_view RetentionName(Retention retention) {
  switch (retention) {
    case Retention::kKeep:
      return "kept";
    case Retention::kCompact:
      return "compacted";
    case Retention::kDays90:
      return "kept for 90 days";
  }
  return "unknown";
}

void CompareTopic(const TopicSpec& wanted, const std::optional<TopicSpec>& found,
                  std::vector<std::string>& problems) {
  if (!found.has_value()) {
    problems.push_back(Cat("topic ", wanted.name, " is missing"));
    return;
  }
  if (found->partitions != wanted.partitions) {
    problems.push_back(
        Cat("topic ", wanted.name, " has ", found->partitions, " partitions, not ", wanted.partitions));
  }
  if (found->retention != wanted.retention) {
    problems.push_back(Cat("topic ", wanted.name, " is ", RetentionName(found->retention), ", not ",
                           RetentionName(wanted.retention)));
  }
}

absl::Status TopicProblems(const std::vector<std::string>& problems) {
  if (problems.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat(absl::StrJoin(problems, "; "),
          ". Create what is missing with `vardvakt topics create`; what differs was made by someone "
          "else: change the topic by hand or name another one"));
}

}  // namespace vardvakt::engine
