#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace vardvakt::gateway {

using Query = std::vector<std::pair<std::string, std::string>>;

// A query parameter and how it goes into a request message. `set` gives kInvalidArgument for a value that
// can't be understood.
template <typename Message>
struct Parameter {
  std::string_view name;
  absl::Status (*set)(std::string_view name, const std::string& value, Message& message);
};

namespace internal {
absl::Status UnknownParameter(std::string_view name, const std::vector<std::string_view>& allowed);
absl::Status RepeatedParameter(std::string_view name);
}  // namespace internal

// Fills `message` from `query`; refuses parameters that are not among `parameters`, naming those, and
// repeated ones. One with an empty value counts as left out.
template <typename Message>
absl::Status ReadQuery(const Query& query, std::span<const Parameter<Message>> parameters, Message& message) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : query) {
    const Parameter<Message>* found = nullptr;
    for (const Parameter<Message>& parameter : parameters) {
      if (parameter.name == name) found = &parameter;
    }
    if (found == nullptr) {
      std::vector<std::string_view> allowed;
      for (const Parameter<Message>& parameter : parameters) allowed.push_back(parameter.name);
      return internal::UnknownParameter(name, allowed);
    }
    for (std::string_view before : seen) {
      if (before == name) return internal::RepeatedParameter(name);
    }
    seen.push_back(name);
    if (value.empty()) continue;
    if (absl::Status status = found->set(found->name, value, message); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace vardvakt::gateway
