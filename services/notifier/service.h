#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/runtime/options.h"
#include "services/notifier/notifier.h"

namespace vardvakt::notifier {

struct ServiceOptions {
  std::vector<std::string> alertmanagers;  // base URLs
  std::vector<std::string> webhooks;       // URLs; nothing else is ever posted to
  std::string webhook_secret_file;
  std::string ca_file;
  Duration timeout = seconds(5);
  NotifierOptions notifier;
};
void Declare(runtime::Options& options, ServiceOptions* service);

// The notifier on real sinks: an Alertmanager or webhook for each URL. kInvalidArgument for a URL or file
// that is none. Not yet started.
absl::StatusOr<std::unique_ptr<Notifier>> MakeNotifier(const ServiceOptions& options, Surroundings with,
                                                       int32_t partitions,
                                                       std::function<void(absl::Status)> failed);

}  // namespace vardvakt::notifier
