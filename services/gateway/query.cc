#include "services/gateway/query.h"

#include "lib/base/strings.h"

namespace vardvakt::gateway::internal {

absl::Status UnknownParameter(std::string_view name, const std::vector<std::string_view>& allowed) {
  std::string list;
  for (std::string_view parameter : allowed) CatTo(list, list.empty() ? "" : ", ", parameter);
  return absl::InvalidArgumentError(Cat("unknown parameter \"", name, "\"; this path takes ", list));
}

absl::Status RepeatedParameter(std::string_view name) {
  return absl::InvalidArgumentError(Cat("parameter \"", name, "\" is given twice; give it once"));
}

}  // namespace vardvakt::gateway::internal
