#include "lib/simulator/simulate.h"

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include "lib/base/strings.h"
#include "lib/wire/ndjson.h"

namespace vardvakt::simulator {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status FileError(const std::string& path) {
  const std::error_code code(errno, std::generic_category());
  return absl::UnavailableError(Cat("can't write ", path, ": ", code.message(),
                                    "; check the directory, its permissions and free space"));
}

}  // namespace

absl::StatusOr<Simulated> SimulateToFile(const County& county, const TrafficOptions& options,
                                         const std::string& path) {
  if (options.care.to == kNever || options.care.to <= options.care.from) {
    return absl::InvalidArgumentError(
        "the simulated time has no end after its beginning; give --to after --from");
  }
  if (county.places.empty()) {
    return absl::InvalidArgumentError("units.yaml has no municipalities to simulate; add at least one");
  }
  if (absl::Status status = CheckIncidents(county, options.care.incidents); !status.ok()) return status;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) return FileError(path);

  Traffic traffic(county, options);
  Simulated simulated;
  std::string buffer;
  const auto flush = [&] {
    file.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    buffer.clear();
    return static_cast<bool>(file);
  };
  while (const std::optional<Delivery> next = traffic.Next()) {
    wire::AppendEventJson(next->event, buffer);
    buffer += '\n';
    ++simulated.events;
    if (buffer.size() >= kBufferBytes && !flush()) return FileError(path);
  }
  if (!flush()) return FileError(path);
  file.close();
  if (!file) return FileError(path);
  simulated.cases = traffic.cases();
  return simulated;
}

}  // namespace vardvakt::simulator
