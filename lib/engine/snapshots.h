#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/time_zone.h"
#include "lib/domain/measures.h"
#include "lib/engine/store.h"

namespace vardvakt::engine {

// Who waited in one series at a local midnight, as then known: never changed afterwards, kept for ever, and
// untouched by other definitions.
struct Snapshot {
  LocalDay day;           // that began then
  uint32_t revision = 0;  // of the definitions of then
  domain::WaitingRow row;
};

// The first local midnight at or after an instant.
Instant MidnightFrom(Instant at, const TimeZone& zone);

// A row for each series with somebody waiting, and one that says that the snapshot was taken.
void PutSnapshot(const Snapshot& snapshot, WriteBatch& batch);
void PutSnapshotTaken(LocalDay day, uint32_t revision, WriteBatch& batch);

// Of one series, from `first` to `last`; nobody waiting where nothing is stored of a day that was taken. Days
// that were not are left out.
absl::StatusOr<std::vector<Snapshot>> ReadSnapshots(Store& store, const domain::SeriesKey& series,
                                                    LocalDay first, LocalDay last);

}  // namespace vardvakt::engine
