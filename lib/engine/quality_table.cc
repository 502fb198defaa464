#include "lib/engine/quality_table.h"

#include "lib/base/bytes.h"
#include "lib/base/strings.h"
#include "lib/engine/rows.h"

namespace vardvakt::engine {
namespace {

constexpr char kSeparator = '\0';  // in no source: text with a NUL is refused at the way in

}  // namespace

void QualityTable::Move(const domain::CaseFindings& before, const domain::CaseFindings& after) {
  if (before == after) return;
  if (before.bits != 0) Add(before, -1);
  if (after.bits != 0) Add(after, +1);
}

void QualityTable::Add(const domain::CaseFindings& findings, int sign) {
  key_.assign(findings.source);
  key_.push_back(kSeparator);
  key_.append(findings.unit);
  const auto it = cells_.try_emplace(key_).first;
  it->second.findings.Add(findings, sign);
  if (findings.excludable_since) {
    const auto month = it->second.pvv.try_emplace({*findings.excludable_since, findings.excludable_by}).first;
    month->second.n += sign;
    if (findings.pvv) month->second.pvv += sign;
    if (month->second.n == 0) it->second.pvv.erase(month);
  }
  if (it->second.Empty()) cells_.erase(it);
  if (generation_ != 0) unwritten_.insert(key_);
}

std::string QualityTable::Encode(const Cell& cell) {
  std::string bytes;
  ByteWriter out(bytes);
  for (int64_t count : cell.findings.by_finding) out.Signed(count);
  for (const auto& [key, counts] : cell.pvv) {
    out.Signed(key.first);
    out.Signed(key.second);
    out.Signed(counts.n);
    out.Signed(counts.pvv);
  }
  return bytes;
}

bool QualityTable::Decode(std::string_view bytes, Cell& cell) {
  ByteReader in(bytes);
  for (int64_t& count : cell.findings.by_finding) count = in.Signed();
  while (in.ok() && !in.rest().empty()) {
    const auto month = static_cast<domain::MonthIndex>(in.Signed());
    domain::PvvCounts& counts = cell.pvv[{month, static_cast<int>(in.Signed())}];
    counts.n = in.Signed();
    counts.pvv = in.Signed();
  }
  return in.Done();
}

void QualityTable::Flush(WriteBatch& batch) {
  for (const std::string& key : unwritten_) {
    const auto it = cells_.find(key);
    std::string row = rows::Begin(rows::kQuality, generation_) + key;
    it == cells_.end() ? batch.Delete(std::move(row)) : batch.Put(std::move(row), Encode(it->second));
  }
  unwritten_.clear();
}

absl::Status QualityTable::Load(Store& store) {
  absl::Status damage;
  const absl::Status scanned =
      store.Scan(rows::Begin(rows::kQuality, generation_), rows::End(rows::kQuality, generation_),
                 [&](std::string_view key, std::string_view value) {
                   if (!Decode(value, cells_[std::string(key.substr(rows::kJudgingPrefix))])) {
                     damage = absl::DataLossError(
                         "a data quality row of the store can't be read; set the "
                         "store aside, it is rebuilt from the log");
                   }
                   return damage.ok();
                 });
  return scanned.ok() ? damage : scanned;
}

std::vector<domain::UnitRow> QualityTable::Units(Instant now, const TimeZone& zone) const {
  const domain::MonthIndex month = domain::MonthOf(zone.DayOf(now));
  const auto recent = [&](const Cell& cell) {
    domain::PvvMix mix;
    for (auto it = cell.pvv.lower_bound({month - domain::kPvvMonths + 1, 0});
         it != cell.pvv.end() && it->first.first <= month; ++it) {
      mix[it->first.second] += it->second;
    }
    return mix;
  };
  domain::PvvMix region;
  for (const auto& [key, cell] : cells_) {
    for (const auto& [indicator, counts] : recent(cell)) region[indicator] += counts;
  }
  std::vector<domain::UnitRow> rows;
  rows.reserve(cells_.size());
  for (const auto& [key, cell] : cells_) {
    const size_t end = key.find(kSeparator);
    domain::UnitRow& row = rows.emplace_back();
    row.source = key.substr(0, end);
    row.unit = key.substr(end + 1);
    row.findings = cell.findings;
    row.pvv = domain::ComparePvv(recent(cell), region);
  }
  return rows;
}

domain::FindingCounts QualityTable::OfSource(const std::string& source) const {
  domain::FindingCounts sum;
  std::string begin = source;
  begin.push_back(kSeparator);
  for (auto it = cells_.lower_bound(begin); it != cells_.end() && it->first.starts_with(begin); ++it) {
    sum.Add(it->second.findings);
  }
  return sum;
}

}  // namespace vardvakt::engine
