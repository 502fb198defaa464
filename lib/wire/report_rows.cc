#include "lib/wire/report_rows.h"

#include <algorithm>
#include <tuple>

namespace vardvakt::wire {
namespace {

using domain::LeftOutRow;
using domain::RatioRow;
using domain::ShareRow;
using domain::SourceRow;
using domain::UnitRow;
using domain::WaitingRow;

bool CountsSomething(const ShareRow& row) { return row.n != 0 || row.n_before != 0; }
bool CountsSomething(const WaitingRow& row) { return row.open != 0; }
bool CountsSomething(const RatioRow& row) { return row.denominator || row.numerator != 0; }
bool CountsSomething(const LeftOutRow& row) {
  const auto counts = [](const auto& reasons) {
    return std::any_of(reasons.begin(), reasons.end(), [](const auto& reason) { return reason.second != 0; });
  };
  return counts(row.excluded) || counts(row.closed) || counts(row.invalid);
}

bool CountsSomething(const SourceRow&) { return true; }
bool CountsSomething(const UnitRow&) { return true; }

std::strong_ordering Order(const ShareRow& a, const ShareRow& b) {
  const auto window = [](const ShareRow& row) { return row.window ? domain::WindowName(*row.window) : ""; };
  if (const auto order = CompareBytes(a.series, b.series); order != 0) return order;
  if (const auto order = domain::MeasureName(a.measure) <=> domain::MeasureName(b.measure); order != 0)
    return order;
  return window(a) <=> window(b);
}
std::strong_ordering Order(const WaitingRow& a, const WaitingRow& b) {
  return CompareBytes(a.series, b.series);
}
std::strong_ordering Order(const RatioRow& a, const RatioRow& b) {
  if (const auto order = CompareBytes(a.series, b.series); order != 0) return order;
  return domain::WindowName(a.window) <=> domain::WindowName(b.window);
}
std::strong_ordering Order(const LeftOutRow& a, const LeftOutRow& b) {
  return std::tie(a.indicator, a.level, a.key) <=> std::tie(b.indicator, b.level, b.key);
}
std::strong_ordering Order(const SourceRow& a, const SourceRow& b) {
  return std::tie(a.stream, a.source) <=> std::tie(b.stream, b.source);
}
std::strong_ordering Order(const UnitRow& a, const UnitRow& b) {
  return std::tie(a.stream, a.source, a.unit) <=> std::tie(b.stream, b.source, b.unit);
}

template <typename Row>
void Add(std::string_view region, const std::vector<Row>& rows, std::vector<RegionRow<Row>>& out) {
  for (const Row& row : rows) {
    if (CountsSomething(row)) out.push_back({region, &row});
  }
}

template <typename Row>
void SortRows(std::vector<RegionRow<Row>>& rows) {
  std::sort(rows.begin(), rows.end(), [](const RegionRow<Row>& a, const RegionRow<Row>& b) {
    const std::strong_ordering order = Order(*a.row, *b.row);
    return order != 0 ? order < 0 : a.region < b.region;
  });
}

}  // namespace

SortedRows::SortedRows(const ReplayReport& report) : several_regions(report.regions.size() > 1) {
  for (const auto& [region, rows] : report.regions) {
    Add(region, rows.shares, shares);
    Add(region, rows.waiting, waiting);
    Add(region, rows.ratios, ratios);
    Add(region, rows.left_out, left_out);
    Add(region, rows.sources, sources);
    Add(region, rows.units, units);
  }
  SortRows(shares);
  SortRows(waiting);
  SortRows(ratios);
  SortRows(left_out);
  SortRows(sources);
  SortRows(units);
}

}  // namespace vardvakt::wire
