#include "lib/engine/snapshots.h"

#include "lib/base/bytes.h"
#include "lib/engine/rows.h"

namespace vardvakt::engine {
namespace {

// Of that the snapshot of a day was taken: no series has an empty name.
constexpr std::string_view kTaken;

std::string NameOf(const domain::SeriesKey& key) {
  std::string name;
  ByteWriter out(name);
  for (std::string_view part :
       {std::string_view(key.indicator), std::string_view(key.level), std::string_view(key.key),
        domain::SexName(key.sex), domain::AgeName(key.age)}) {
    out.String(part);
  }
  return name;
}

std::string RowKey(std::string_view name, LocalDay day) {
  std::string key = rows::Begin(rows::kSnapshot);
  ByteWriter out(key);
  out.String(name);
  out.BigEndian(static_cast<uint32_t>(day.time_since_epoch().count()) ^ 0x80000000u, 4);
  return key;
}

LocalDay DayOf(std::string_view row_key) {
  ByteReader in(row_key.substr(row_key.size() - 4));
  return LocalDay(days(static_cast<int32_t>(static_cast<uint32_t>(in.BigEndian(4)) ^ 0x80000000u)));
}

bool Decode(std::string_view bytes, Snapshot& snapshot) {
  ByteReader in(bytes);
  snapshot.revision = static_cast<uint32_t>(in.Unsigned());
  domain::WaitingRow& row = snapshot.row;
  for (int64_t* n : {&row.open, &row.at_risk, &row.overdue}) *n = in.Signed();
  if (in.Byte() != 0) {
    for (int64_t& n : row.by_age.emplace()) n = in.Signed();
  }
  return in.Done();
}

}  // namespace

Instant MidnightFrom(Instant at, const TimeZone& zone) {
  const LocalDay day = zone.DayOf(at);
  const Instant start = zone.StartOf(day);
  return start == at ? start : zone.StartOf(day + days(1));
}

void PutSnapshot(const Snapshot& snapshot, WriteBatch& batch) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Unsigned(snapshot.revision);
  const domain::WaitingRow& row = snapshot.row;
  for (int64_t n : {row.open, row.at_risk, row.overdue}) out.Signed(n);
  out.Byte(row.by_age ? 1 : 0);
  if (row.by_age) {
    for (int64_t n : *row.by_age) out.Signed(n);
  }
  batch.Put(RowKey(NameOf(row.series), snapshot.day), std::move(bytes));
}

void PutSnapshotTaken(LocalDay day, uint32_t revision, WriteBatch& batch) {
  std::string bytes;
  ByteWriter(bytes).Unsigned(revision);
  batch.Put(RowKey(kTaken, day), std::move(bytes));
}

absl::StatusOr<std::vector<Snapshot>> ReadSnapshots(Store& store, const domain::SeriesKey& series,
                                                    LocalDay first, LocalDay last) {
  std::vector<Snapshot> found;
  absl::Status status = store.Scan(
      RowKey(kTaken, first), RowKey(kTaken, last + days(1)),
      [&](std::string_view key, std::string_view bytes) {
        ByteReader in(bytes);
        found.push_back(
            {.day = DayOf(key), .revision = static_cast<uint32_t>(in.Unsigned()), .row = {.series = series}});
        return true;
      });
  if (!status.ok()) return status;
  const std::string name = NameOf(series);
  auto at = found.begin();
  absl::Status damage;
  status = store.Scan(
      RowKey(name, first), RowKey(name, last + days(1)), [&](std::string_view key, std::string_view bytes) {
        const LocalDay day = DayOf(key);
        while (at != found.end() && at->day < day) ++at;
        if (at == found.end() || at->day != day || !Decode(bytes, *at)) {
          damage = absl::DataLossError(
              "a snapshot row of the store can't be read; set the store aside, it is rebuilt from "
              "the log");
        }
        return damage.ok();
      });
  if (!status.ok()) return status;
  if (!damage.ok()) return damage;
  return found;
}

}  // namespace vardvakt::engine
