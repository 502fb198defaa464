#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "lib/simulator/traffic.h"

namespace vardvakt::simulator {

struct Simulated {
  int64_t cases = 0;  // missions and cases of planned care
  int64_t events = 0;
};

// Writes what the county's sources deliver in [from, to), in order of delivery, as NDJSON into a file, which
// is replaced. The same options and county give the same bytes. kInvalidArgument without an end or without
// places, otherwise what the file system said; a file that could not be finished stays as it is.
absl::StatusOr<Simulated> SimulateToFile(const County& county, const TrafficOptions& options,
                                         const std::string& path);

}  // namespace vardvakt::simulator
