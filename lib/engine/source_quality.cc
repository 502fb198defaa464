#include "lib/engine/source_quality.h"

#include <algorithm>

#include "lib/base/bytes.h"

namespace vardvakt::engine {
namespace {

int64_t MinuteOf(Instant at) { return std::chrono::floor<minutes>(at).time_since_epoch().count(); }

template <typename Source, typename Visit>
void ForEachCounter(Source& s, Visit visit) {
  for (auto* counter :
       {&s.accepted, &s.duplicates, &s.miss_undone, &s.late_arrivals, &s.closed_period_corrections,
        &s.unknown_unit, &s.unknown_municipality, &s.last_minute}) {
    visit(*counter);
  }
  for (auto& count : s.per_minute) visit(count);
}

}  // namespace

void SourceQuality::CountArrival(Instant append_time) {
  const int64_t minute = MinuteOf(append_time);
  const int64_t passed = std::min<int64_t>(minute - last_minute, std::ssize(per_minute));
  for (int64_t i = 1; i <= passed; ++i) per_minute[(last_minute + i) % std::ssize(per_minute)] = 0;
  last_minute = std::max(last_minute, minute);
  if (minute >= 0 && minute > last_minute - std::ssize(per_minute))
    ++per_minute[minute % std::ssize(per_minute)];
  last_event = std::max(last_event, append_time);
}

double SourceQuality::EventsPerMinute(Instant now) const {
  int64_t sum = 0;
  const int64_t minute = MinuteOf(now);
  for (int64_t m = std::max<int64_t>(minute - 59, last_minute - 59); m <= std::min(minute, last_minute);
       ++m) {
    if (m >= 0) sum += per_minute[m % std::ssize(per_minute)];
  }
  return static_cast<double>(sum) / 60.0;
}

std::string EncodeSource(const SourceQuality& source) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Signed(source.last_event == kBeginningOfTime ? 0 : MillisOf(source.last_event));
  ForEachCounter(source, [&](const int64_t& counter) { out.Signed(counter); });
  out.Unsigned(source.rejected.size());
  for (const auto& [reason, n] : source.rejected) {
    out.String(reason);
    out.Signed(n);
  }
  out.Unsigned(source.units.size());
  for (const auto& [unit, changes] : source.units) {
    out.String(unit);
    out.Signed(changes.miss_undone);
    out.Signed(changes.closed_period_corrections);
  }
  return bytes;
}

bool DecodeSource(std::string_view bytes, SourceQuality& source) {
  ByteReader in(bytes);
  source.last_event = InstantFromMillis(in.Signed());
  ForEachCounter(source, [&](int64_t& counter) { counter = in.Signed(); });
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left) {
    std::string reason(in.String());
    source.rejected[std::move(reason)] = in.Signed();
  }
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left) {
    UnitChanges& changes = source.units[std::string(in.String())];
    changes.miss_undone = in.Signed();
    changes.closed_period_corrections = in.Signed();
  }
  return in.Done();
}

}  // namespace vardvakt::engine
