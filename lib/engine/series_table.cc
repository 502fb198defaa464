#include "lib/engine/series_table.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/strings.h"

namespace vardvakt::engine {
namespace {

using domain::Age;
using domain::Pane;
using domain::PaneIndex;
using domain::Sex;
using domain::Span;
using domain::Waiting;

constexpr int kSexes = 4;
constexpr int kAges = 6;
constexpr Span kSpans[] = {Span::kMinute, Span::kHour, Span::kDay};

size_t Cell(int roll_up, Sex sex, Age age) {
  return static_cast<size_t>((roll_up * kSexes + static_cast<int>(sex)) * kAges + static_cast<int>(age));
}

std::string PaneKey(uint32_t generation, uint32_t series, Span span, PaneIndex pane) {
  std::string key = rows::Begin(rows::kPane, generation);
  ByteWriter out(key);
  out.BigEndian(series, 4);
  out.Byte(static_cast<uint8_t>(span));
  out.BigEndian(static_cast<uint32_t>(pane) ^ 0x80000000u, 4);  // negative ones first
  return key;
}

void WriteCounts(const domain::Counts& c, ByteWriter& out) {
  for (int64_t value : {c.n, c.within, c.n_before, c.within_before}) out.Signed(value);
}

void ReadCounts(ByteReader& in, domain::Counts& c) {
  for (int64_t* value : {&c.n, &c.within, &c.n_before, &c.within_before}) *value = in.Signed();
}

std::string EncodePane(const Pane& pane) {
  std::string bytes;
  ByteWriter out(bytes);
  WriteCounts(pane.completed, out);
  WriteCounts(pane.decided, out);
  out.Signed(pane.duration_sum_ms);
  uint16_t last = 0;
  for (const auto& bin : pane.durations.bins()) {
    out.Unsigned(static_cast<uint16_t>(bin.bucket - last));
    out.Signed(bin.count);
    last = bin.bucket;
  }
  return bytes;
}

bool DecodePane(std::string_view bytes, Pane& pane) {
  ByteReader in(bytes);
  ReadCounts(in, pane.completed);
  ReadCounts(in, pane.decided);
  pane.duration_sum_ms = in.Signed();
  uint16_t bucket = 0;
  while (in.ok() && !in.rest().empty()) {
    bucket = static_cast<uint16_t>(bucket + in.Unsigned());
    pane.durations.mutable_bins().push_back({bucket, static_cast<int32_t>(in.Signed())});
  }
  return in.Done();
}

void WriteReasons(const std::map<std::string, int64_t>& reasons, ByteWriter& out) {
  out.Unsigned(reasons.size());
  for (const auto& [reason, n] : reasons) {
    out.String(reason);
    out.Signed(n);
  }
}

void ReadReasons(ByteReader& in, std::map<std::string, int64_t>& reasons) {
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left) {
    std::string reason(in.String());
    reasons[std::move(reason)] = in.Signed();
  }
}

std::string SeriesRowKey(uint32_t generation, uint32_t id) {
  std::string key = rows::Begin(rows::kSeries, generation);
  ByteWriter(key).BigEndian(id, 4);
  return key;
}

std::string EncodeSeries(const Series& s) {
  std::string bytes;
  ByteWriter out(bytes);
  out.String(s.key.indicator);
  out.String(s.key.level);
  out.String(s.key.key);
  out.Byte(static_cast<uint8_t>(s.key.sex));
  out.Byte(static_cast<uint8_t>(s.key.age));
  for (int64_t value : {s.open, s.at_risk, s.overdue}) out.Signed(value);
  out.Unsigned(s.open_since.size());
  for (const auto& [day, n] : s.open_since) {
    out.Signed(day.time_since_epoch().count());
    out.Signed(n);
  }
  WriteReasons(s.excluded, out);
  WriteReasons(s.closed, out);
  WriteReasons(s.invalid, out);
  return bytes;
}

bool DecodeSeries(std::string_view bytes, Series& s) {
  ByteReader in(bytes);
  s.key.indicator = in.String();
  s.key.level = in.String();
  s.key.key = in.String();
  s.key.sex = static_cast<Sex>(in.Byte());
  s.key.age = static_cast<Age>(in.Byte());
  for (int64_t* value : {&s.open, &s.at_risk, &s.overdue}) *value = in.Signed();
  for (uint64_t left = in.Unsigned(); left > 0 && in.ok(); --left) {
    const LocalDay day(days(in.Signed()));
    s.open_since[day] = in.Signed();
  }
  ReadReasons(in, s.excluded);
  ReadReasons(in, s.closed);
  ReadReasons(in, s.invalid);
  return in.Done();
}

template <typename Map>
void CountIn(Map& map, const typename Map::key_type& key, int sign) {
  const auto it = map.try_emplace(key).first;
  it->second += sign;
  if (it->second == 0) map.erase(it);
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      Cat("a ", what, " row of the store can't be read; set the store aside, it is rebuilt from the log"));
}

}  // namespace

Pane Series::Sum(const domain::PaneRange& range) const {
  thread_local domain::PaneSum sum;  // 28 KB of counters, used again
  const auto& map = panes[static_cast<size_t>(range.span)];
  for (auto it = map.lower_bound(range.first); it != map.end() && it->first <= range.last; ++it) {
    sum.Add(it->second);
  }
  return sum.Take();
}

domain::Counts Series::SumDecided(const domain::PaneRange& range) const {
  domain::Counts sum;
  const auto& map = panes[static_cast<size_t>(range.span)];
  for (auto it = map.lower_bound(range.first); it != map.end() && it->first <= range.last; ++it) {
    sum += it->second.decided;
  }
  return sum;
}

SeriesTable::SeriesTable(const domain::StreamDefinition& definition, const TimeZone& zone,
                         uint32_t generation)
    : definition_(&definition), zone_(&zone), quality_(generation), generation_(generation) {
  for (const domain::Indicator& indicator : definition.indicators) {
    index_.emplace_back(indicator.roll_ups.size() * kSexes * kAges);
  }
}

Series& SeriesTable::Create(domain::SeriesKey key, int indicator) {
  Series& series = series_.emplace_back();
  series.key = std::move(key);
  series.indicator = indicator;
  series.id = static_cast<uint32_t>(series_.size());
  return series;
}

Series& SeriesTable::Get(int indicator, int roll_up, std::string_view key, Sex sex, Age age) {
  auto& cell = index_[indicator][Cell(roll_up, sex, age)];
  const auto it = cell.find(ToAbsl(key));
  if (it != cell.end()) return *it->second;
  const domain::Indicator& definition = definition_->indicators[indicator];
  Series& series = Create({.indicator = definition.id,
                           .level = definition_->levels[definition.roll_ups[roll_up].level].name,
                           .key = std::string(key),
                           .sex = sex,
                           .age = age},
                          indicator);
  cell.emplace(std::string(key), &series);
  return series;
}

void SeriesTable::Move(const CountedCase& before, const CountedCase& after, Instant now) {
  quality_.Move(before.findings, after.findings);
  const bool same_place = before.keys == after.keys && before.sex == after.sex;
  for (size_t i = 0; i < definition_->indicators.size(); ++i) {
    const bool had = i < before.by_indicator.size() && !before.by_indicator[i].Empty();
    const bool has = i < after.by_indicator.size() && !after.by_indicator[i].Empty();
    if (had && has && same_place && before.by_indicator[i] == after.by_indicator[i]) continue;
    if (had) Apply(static_cast<int>(i), before, -1, now);
    if (has) Apply(static_cast<int>(i), after, +1, now);
  }
}

void SeriesTable::Apply(int indicator, const CountedCase& counted, int sign, Instant now) {
  const auto& roll_ups = definition_->indicators[indicator].roll_ups;
  const Contribution& c = counted.by_indicator[indicator];
  PlanDeltas(c, sign, now);
  for (int r = 0; r < static_cast<int>(roll_ups.size()); ++r) {
    const std::string& key = counted.keys[roll_ups[r].level];
    ApplyTo(Get(indicator, r, key, Sex::kAll, Age::kAll), c, true, sign);
    if (roll_ups[r].by_sex) ApplyTo(Get(indicator, r, key, counted.sex, Age::kAll), c, false, sign);
    if (roll_ups[r].by_age) ApplyTo(Get(indicator, r, key, Sex::kAll, c.age), c, false, sign);
  }
}

// Worked out once for all the series: mostly the four counts fall into the same pane of each span.
void SeriesTable::PlanDeltas(const Contribution& c, int sign, Instant now) {
  deltas_.clear();
  Plan(c.completed, false, false, sign, now);
  Plan(c.completed_before, false, true, sign, now);
  Plan(c.decided, true, false, sign, now);
  Plan(c.decided_before, true, true, sign, now);
}

void SeriesTable::Plan(const std::optional<domain::Count>& count, bool decided, bool before, int sign,
                       Instant now) {
  if (!count) return;
  for (Span span : kSpans) {
    const PaneIndex index = domain::PaneOf(span, count->at, *zone_);
    if (!domain::PaneKept(span, index, now, *zone_)) continue;
    auto delta = std::find_if(deltas_.begin(), deltas_.end(),
                              [&](const PaneDelta& d) { return d.span == span && d.index == index; });
    if (delta == deltas_.end()) delta = deltas_.insert(delta, PaneDelta{.span = span, .index = index});
    domain::Counts& counts = decided ? delta->decided : delta->completed;
    (before ? counts.n_before : counts.n) += sign;
    if (count->within) (before ? counts.within_before : counts.within) += sign;
    if (!decided && !before) delta->timed = true;
  }
}

void SeriesTable::ApplyTo(Series& s, const Contribution& c, bool whole, int sign) {
  const uint16_t bucket = domain::Histogram::BucketOf(c.duration, definition_->indicators[s.indicator].unit);
  for (const PaneDelta& delta : deltas_) {
    Pane& pane = s.panes[static_cast<size_t>(delta.span)][delta.index];
    pane.completed += delta.completed;
    pane.decided += delta.decided;
    if (delta.timed) {
      pane.duration_sum_ms += sign * c.duration.count();
      pane.durations.Add(bucket, sign);
    }
    if (generation_ != 0) s.unwritten_panes.emplace_back(delta.span, delta.index);
  }
  if (c.waiting != Waiting::kNone) s.open += sign;
  if (c.waiting_since) CountIn(s.open_since, *c.waiting_since, sign);
  if (c.waiting == Waiting::kAtRisk) s.at_risk += sign;
  if (c.waiting == Waiting::kOverdue) s.overdue += sign;
  if (whole && c.left_out == LeftOut::kExcluded) CountIn(s.excluded, c.reason, sign);
  if (whole && c.left_out == LeftOut::kClosed) CountIn(s.closed, c.reason, sign);
  if (whole && c.left_out == LeftOut::kInvalid) CountIn(s.invalid, c.reason, sign);
  if (generation_ != 0) Touch(s);
}

void SeriesTable::Touch(Series& s) {
  if (!s.unwritten) unwritten_.push_back(&s);
  if (!s.unpublished) unpublished_.push_back(&s);
  if (!s.unjudged) unjudged_.push_back(&s);
  s.unwritten = s.unpublished = s.unjudged = true;
}

void SeriesTable::Republish(Series& s) {
  if (!s.unpublished) unpublished_.push_back(&s);
  s.unpublished = true;
}

void SeriesTable::Flush(Instant now, WriteBatch& batch) {
  for (Series* s : unwritten_) {
    auto& dirty = s->unwritten_panes;
    std::sort(dirty.begin(), dirty.end());
    dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
    for (const auto& [span, index] : dirty) {
      auto& map = s->panes[static_cast<size_t>(span)];
      const auto it = map.find(index);
      if (it == map.end()) continue;
      if (it->second.Empty()) {
        batch.Delete(PaneKey(generation_, s->id, span, index));
        map.erase(it);
      } else {
        batch.Put(PaneKey(generation_, s->id, span, index), EncodePane(it->second));
      }
    }
    dirty.clear();
    batch.Put(SeriesRowKey(generation_, s->id), EncodeSeries(*s));
    s->unwritten = false;
  }
  unwritten_.clear();
  quality_.Flush(batch);
  DropOldPanes(now, batch);
}

// Once an hour of log time is often enough: what is too old is not read either way.
void SeriesTable::DropOldPanes(Instant now, WriteBatch& batch) {
  if (dropped_up_to_ != kBeginningOfTime && now - dropped_up_to_ < hours(1)) return;
  dropped_up_to_ = now;
  for (Series& s : series_) {
    for (Span span : {Span::kMinute, Span::kHour}) {
      auto& map = s.panes[static_cast<size_t>(span)];
      while (!map.empty() && !domain::PaneKept(span, map.begin()->first, now, *zone_)) {
        batch.Delete(PaneKey(generation_, s.id, span, map.begin()->first));
        map.erase(map.begin());
      }
    }
  }
}

absl::Status SeriesTable::Load(Store& store) {
  if (absl::Status status = quality_.Load(store); !status.ok()) return status;
  if (absl::Status status = LoadSeries(store); !status.ok()) return status;
  return LoadPanes(store);
}

absl::Status SeriesTable::LoadSeries(Store& store) {
  absl::Status damage;
  const absl::Status scanned =
      store.Scan(rows::Begin(rows::kSeries, generation_), rows::End(rows::kSeries, generation_),
                 [&](std::string_view, std::string_view value) {
                   Series row;
                   if (!DecodeSeries(value, row)) {
                     damage = Damaged("series");
                     return false;
                   }
                   int indicator = 0;
                   const auto& all = definition_->indicators;
                   while (indicator < static_cast<int>(all.size()) && all[indicator].id != row.key.indicator)
                     ++indicator;
                   if (indicator == static_cast<int>(all.size())) {
                     damage = Damaged("series");
                     return false;
                   }
                   int roll_up = 0;
                   const auto& roll_ups = all[indicator].roll_ups;
                   while (roll_up < static_cast<int>(roll_ups.size()) &&
                          definition_->levels[roll_ups[roll_up].level].name != row.key.level) {
                     ++roll_up;
                   }
                   if (roll_up == static_cast<int>(roll_ups.size())) {
                     damage = Damaged("series");
                     return false;
                   }
                   Series& s = Get(indicator, roll_up, row.key.key, row.key.sex, row.key.age);
                   s.open = row.open;
                   s.at_risk = row.at_risk;
                   s.overdue = row.overdue;
                   s.open_since = std::move(row.open_since);
                   s.excluded = std::move(row.excluded);
                   s.closed = std::move(row.closed);
                   s.invalid = std::move(row.invalid);
                   return true;
                 });
  return scanned.ok() ? damage : scanned;
}

absl::Status SeriesTable::LoadPanes(Store& store) {
  absl::Status damage;
  const absl::Status scanned = store.Scan(
      rows::Begin(rows::kPane, generation_), rows::End(rows::kPane, generation_),
      [&](std::string_view key, std::string_view value) {
        ByteReader in(key.substr(rows::kJudgingPrefix));
        const uint64_t id = in.BigEndian(4);
        const uint8_t span = in.Byte();
        const auto index = static_cast<PaneIndex>(static_cast<uint32_t>(in.BigEndian(4)) ^ 0x80000000u);
        if (!in.Done() || id == 0 || id > series_.size() || span > 2) {
          damage = Damaged("pane");
          return false;
        }
        auto& map = series_[id - 1].panes[span];
        if (!DecodePane(value, map.emplace_hint(map.end(), index, Pane())->second)) {
          damage = Damaged("pane");
          return false;
        }
        return true;
      });
  return scanned.ok() ? damage : scanned;
}

void SeriesTable::ForEach(absl::FunctionRef<void(Series&)> visit) {
  for (Series& s : series_) visit(s);
}

void SeriesTable::ForEach(absl::FunctionRef<void(const Series&)> visit) const {
  for (const Series& s : series_) visit(s);
}

const Series* SeriesTable::Find(const domain::SeriesKey& key) const {
  for (size_t i = 0; i < definition_->indicators.size(); ++i) {
    const domain::Indicator& indicator = definition_->indicators[i];
    if (indicator.id != key.indicator) continue;
    for (size_t r = 0; r < indicator.roll_ups.size(); ++r) {
      if (definition_->levels[indicator.roll_ups[r].level].name != key.level) continue;
      const auto& cell = index_[i][Cell(static_cast<int>(r), key.sex, key.age)];
      const auto it = cell.find(key.key);
      return it == cell.end() ? nullptr : it->second;
    }
  }
  return nullptr;
}

}  // namespace vardvakt::engine
