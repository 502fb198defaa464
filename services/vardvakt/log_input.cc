#include "services/vardvakt/log_input.h"

#include <filesystem>
#include <memory>
#include <vector>

#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "lib/wire/event_codec.h"
#include "services/process/storage.h"

namespace vardvakt::cli {
namespace {

using TakeEvent = absl::FunctionRef<absl::Status(domain::Event& event, Instant append_time)>;

constexpr size_t kRecordsAtOnce = 10'000;
constexpr Duration kLongestWait = seconds(10);

absl::Status ReadPartition(engine::Log& log, const engine::Partition& partition, TakeEvent take) {
  auto reader = log.OpenReader(partition, 0);
  if (!reader.ok()) return reader.status();
  const auto end = (*reader)->End();
  if (!end.ok()) return end.status();
  std::vector<engine::Record> records;
  domain::Event event;
  while ((*reader)->position() < *end) {
    records.clear();
    if (absl::Status status = (*reader)->Poll(kRecordsAtOnce, kLongestWait, records); !status.ok())
      return status;
    if (records.empty()) {
      return absl::UnavailableError(Cat(partition.topic, "/", partition.partition, " gave no record for ",
                                        FormatDuration(kLongestWait)));
    }
    for (const engine::Record& record : records) {
      if (wire::DecodeEvent(record.value, event)) continue;
      if (absl::Status status = take(event, record.append_time); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadLog(const std::string& data_dir, const config::Configuration& configuration,
                     const Clock& clock, TakeEvent take) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(data_dir) / "log", error)) {
    return absl::NotFoundError(
        Cat("there is no log in ", data_dir, "; name the directory that serve or demo was given"));
  }
  auto storage = process::Storage::Open({.data_dir = data_dir});
  if (!storage.ok()) return storage.status();
  auto log = (*storage)->OpenLog(clock);
  if (!log.ok()) return log.status();
  for (const config::RegionConfiguration& region : configuration.regions) {
    for (const domain::StreamDefinition& stream : region.streams) {
      const engine::Partition partition{engine::StreamTopic(stream.stream), region.partition};
      if (absl::Status status = ReadPartition(**log, partition, take); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace vardvakt::cli
