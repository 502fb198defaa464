#include "services/process/live_configuration.h"

#include <utility>

#include "lib/base/strings.h"
#include "services/process/configuration.h"

namespace vardvakt::process {
namespace {

std::vector<std::string> PlacesOf(const config::Configuration& configuration) {
  std::vector<std::string> places = configuration.streams;
  for (const config::RegionConfiguration& region : configuration.regions) {
    places.push_back(Cat(region.code, "=", region.partition));
    for (const domain::StreamDefinition& stream : region.streams) places.push_back(stream.stream);
  }
  return places;
}

bool SameDefinitions(const config::Configuration& a, const config::Configuration& b) {
  for (size_t i = 0; i < a.regions.size(); ++i) {
    if (a.regions[i].digests != b.regions[i].digests) return false;
  }
  return true;
}

}  // namespace

absl::Status CanFollow(const config::Configuration& now, const config::Configuration& next) {
  if (PlacesOf(now) != PlacesOf(next)) {
    return absl::FailedPreconditionError(
        "other regions, partitions or streams with indicators than at the start: restart for that");
  }
  if (next.revision < now.revision) {
    return absl::FailedPreconditionError(Cat("`revision` went back from ", now.revision, " to ",
                                             next.revision, ": set it to ", now.revision + 1,
                                             " in revision.yaml"));
  }
  if (next.revision == now.revision && !SameDefinitions(now, next)) {
    return absl::FailedPreconditionError(Cat("the definitions have changed, and `revision` is still ",
                                             now.revision, ": set it to ", now.revision + 1,
                                             " in revision.yaml"));
  }
  return absl::OkStatus();
}

LiveConfiguration::LiveConfiguration(std::string directory, ConfigurationPtr configuration, Logger& logger,
                                     engine::Metrics& metrics)
    : directory_(std::move(directory)),
      logger_(logger),
      metrics_(metrics),
      configuration_(std::move(configuration)) {
  metrics_.Set(engine::Metric::kConfigLastReloadSuccessful, {}, 1);
}

ConfigurationPtr LiveConfiguration::current() const {
  const std::lock_guard lock(mutex_);
  return configuration_;
}

void LiveConfiguration::OnChange(std::function<void(const ConfigurationPtr&)> tell) {
  tell_.push_back(std::move(tell));
}

absl::Status LiveConfiguration::ReadAgain() {
  const std::lock_guard reading(reading_);
  absl::Status status = Follow();
  metrics_.Set(engine::Metric::kConfigLastReloadSuccessful, {}, status.ok() ? 1 : 0);
  if (!status.ok()) {
    logger_.Error("configuration_refused",
                  {{"error", ToStd(status.message())}, {"revision", current()->revision}});
  }
  return status;
}

absl::Status LiveConfiguration::Follow() {
  const auto next = LoadConfiguration(directory_);
  if (!next.ok()) return next.status();
  if (absl::Status status = CanFollow(*current(), **next); !status.ok()) {
    return absl::FailedPreconditionError(
        Cat("the configuration in ", directory_, " can't be used: ", ToStd(status.message())));
  }
  {
    const std::lock_guard lock(mutex_);
    configuration_ = *next;
  }
  logger_.Info("configuration_read_again", {{"revision", (*next)->revision}});
  for (const auto& tell : tell_) tell(*next);
  return absl::OkStatus();
}

void ReadAgainOnHangup(const std::shared_ptr<LiveConfiguration>& live, runtime::Signals& signals,
                       runtime::Lifecycle& lifecycle) {
  signals.OnReload([live] { live->ReadAgain().IgnoreError(); });  // it has been reported
  lifecycle.OnStop("reading the configuration again", [&signals] { signals.OnReload([] {}); });
}

}  // namespace vardvakt::process
