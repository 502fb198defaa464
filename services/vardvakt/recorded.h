#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/config/configuration.h"
#include "lib/engine/task.h"
#include "lib/runtime/run_main.h"
#include "services/vardvakt/input.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::cli {

// Explanations over recorded input: tasks in memory that have read all of it. Records that are rejected are
// passed over. One thread.
class Recorded {
 public:
  // Judges at `as_of`; none: the greatest recorded_at. kNotFound when nothing was accepted.
  static absl::StatusOr<std::unique_ptr<Recorded>> Read(
      std::shared_ptr<const config::Configuration> configuration, const InputOptions& input,
      std::optional<Instant> as_of, runtime::Context& context);

  absl::StatusOr<compliance::v1::ExplainCaseResponse> ExplainCase(
      const compliance::v1::ExplainCaseRequest& request);
  absl::StatusOr<compliance::v1::ExplainShareResponse> ExplainShare(
      const compliance::v1::ExplainShareRequest& request);

 private:
  // A task and the encoded events that it has yet to read.
  struct Part {
    std::unique_ptr<engine::Store> store;
    std::unique_ptr<engine::Task> task;
    std::vector<std::string> unread;
  };

  explicit Recorded(std::shared_ptr<const config::Configuration> configuration);
  absl::Status ReadAll(const InputOptions& input, std::optional<Instant> as_of, runtime::Context& context);
  absl::Status Judge();

  const std::shared_ptr<const config::Configuration> configuration_;
  const domain::AlertRules no_rules_;
  Instant as_of_ = kBeginningOfTime;
  std::map<std::pair<std::string, std::string>, Part> parts_;  // by region and stream
};

}  // namespace vardvakt::cli
