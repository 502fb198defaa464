// Puts a file of events into the embedded log of a data directory, as ingest would have, and nothing else:
// the tasks find them there when `vardvakt serve` starts.

#include <cstdio>
#include <string>

#include "lib/base/strings.h"
#include "lib/engine/topics.h"
#include "lib/runtime/system_clock.h"
#include "lib/wire/event_codec.h"
#include "lib/wire/line_reader.h"
#include "lib/wire/ndjson.h"
#include "services/process/configuration.h"
#include "services/process/storage.h"

namespace vardvakt {
namespace {

absl::Status Append(engine::Appender& appender, const engine::Partition& to, const domain::Event& event) {
  const std::string bytes = wire::EncodeEvent(event);
  while (true) {
    const absl::Status taken = appender.Append({.to = to, .key = event.case_id, .value = bytes},
                                               [](const absl::StatusOr<engine::Offset>&) {});
    if (taken.code() != absl::StatusCode::kResourceExhausted) return taken;
    if (absl::Status flushed = appender.Flush(seconds(30)); !flushed.ok()) return flushed;
  }
}

absl::StatusOr<int64_t> Fill(const std::string& config, const std::string& data_dir,
                             const std::string& events) {
  const runtime::SystemClock clock;
  auto configuration = process::LoadConfiguration(config);
  if (!configuration.ok()) return configuration.status();
  auto storage = process::Storage::Open({.data_dir = data_dir});
  if (!storage.ok()) return storage.status();
  auto log = (*storage)->OpenLog(clock);
  if (!log.ok()) return log.status();
  if (absl::Status status = (*log)->EnsureTopics(process::TopicsOf(**configuration)); !status.ok())
    return status;

  const wire::JsonLimits limits;
  auto reader = wire::LineReader::Open(events, limits.line_bytes);
  if (!reader.ok()) return reader.status();
  wire::NdjsonDecoder decoder(limits);
  domain::Event event;
  int64_t count = 0;
  for (wire::Line line; reader->Next(line); ++count) {
    if (auto rejection = decoder.Decode(line.text, event)) {
      return absl::InvalidArgumentError(Cat(events, ":", line.number, ": ", rejection->detail));
    }
    const config::RegionConfiguration* region = (*configuration)->FindRegion(event.region);
    if (region == nullptr) return absl::InvalidArgumentError(Cat(events, ": an event of an unknown region"));
    const engine::Partition to{engine::StreamTopic(event.stream), region->partition};
    if (absl::Status status = Append(*(*log)->appender(), to, event); !status.ok()) return status;
  }
  if (!reader->status().ok()) return reader->status();
  if (absl::Status status = (*log)->appender()->Flush(minutes(1)); !status.ok()) return status;
  return count;
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: log_fill CONFIG_DIR DATA_DIR EVENTS.ndjson\n");
    return 2;
  }
  const absl::StatusOr<int64_t> count = Fill(argv[1], argv[2], argv[3]);
  if (!count.ok()) {
    std::fprintf(stderr, "log_fill: %s\n", std::string(count.status().message()).c_str());
    return 1;
  }
  std::printf("%lld events\n", static_cast<long long>(*count));
  return 0;
}

}  // namespace
}  // namespace vardvakt

int main(int argc, char** argv) { return vardvakt::Main(argc, argv); }
