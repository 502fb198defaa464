#include <algorithm>
#include <array>

#include "lib/base/strings.h"
#include "lib/wire/csv_text.h"
#include "lib/wire/numbers.h"
#include "lib/wire/report_rows.h"

namespace vardvakt::wire {
namespace {

constexpr std::array<std::string_view, 44> kColumns = {"table",
                                                       "region",
                                                       "indicator",
                                                       "level",
                                                       "key",
                                                       "sex",
                                                       "age",
                                                       "measure",
                                                       "window",
                                                       "from",
                                                       "to",
                                                       "n",
                                                       "within",
                                                       "share",
                                                       "wilson_low",
                                                       "wilson_high",
                                                       "n_before",
                                                       "within_before",
                                                       "mean",
                                                       "p50",
                                                       "p80",
                                                       "p90",
                                                       "unit",
                                                       "goal",
                                                       "n_expected",
                                                       "misses_allowed",
                                                       "hits_needed",
                                                       "projection",
                                                       "projection_low",
                                                       "projection_high",
                                                       "definition",
                                                       "open",
                                                       "at_risk",
                                                       "overdue",
                                                       "kind",
                                                       "reason",
                                                       "count",
                                                       "as_of",
                                                       "by_age",
                                                       "numerator",
                                                       "denominator",
                                                       "ratio",
                                                       "stream",
                                                       "source"};

// One line of the table; a cell is found by its column's name.
class CsvLine {
 public:
  CsvLine(std::string_view table, std::string_view region) {
    Text("table", table);
    Text("region", region);
  }

  void Text(std::string_view name, std::string_view text) { Cell(name) = text; }
  void Count(std::string_view name, std::optional<int64_t> count) {
    std::string& cell = Cell(name);
    if (count) AppendInteger(cell, *count);
  }
  void Fraction(std::string_view name, std::optional<double> fraction) {
    std::string& cell = Cell(name);
    if (fraction) AppendFraction(cell, *fraction);
  }
  void Time(std::string_view name, std::optional<Instant> at) {
    if (at) Cell(name) = FormatSeconds(*at);
  }
  // "0-30=5;31-60=2"
  void Counts(std::string_view name, const std::map<std::string, int64_t>& counts) {
    std::string& cell = Cell(name);
    for (const auto& [what, count] : counts) {
      if (count != 0) CatTo(cell, cell.empty() ? "" : ";", what, "=", count);
    }
  }

  void AppendTo(std::string& out) const {
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (i > 0) out += ',';
      AppendCsvCell(cells_[i], out);
    }
    out += "\r\n";
  }

 private:
  std::string& Cell(std::string_view name) {
    return cells_[std::find(kColumns.begin(), kColumns.end(), name) - kColumns.begin()];
  }

  std::array<std::string, kColumns.size()> cells_;
};

// The lines of one row of left_out: one for each kind and reason.
class LeftOutLines {
 public:
  LeftOutLines(std::string_view region, std::string& out) : line_("left_out", region), out_(out) {}

  void Text(std::string_view name, std::string_view text) { line_.Text(name, text); }
  void Counts(std::string_view kind, const std::map<std::string, int64_t>& counts) {
    for (const auto& [reason, count] : counts) {
      if (count == 0) continue;
      CsvLine line = line_;
      line.Text("kind", kind);
      line.Text("reason", reason);
      line.Count("count", count);
      line.AppendTo(out_);
    }
  }

 private:
  CsvLine line_;
  std::string& out_;
};

// The lines of one row of data quality: one for each number, named by `kind`.
class QualityLines {
 public:
  QualityLines(std::string_view region, std::string& out) : line_("data_quality", region), out_(out) {
    line_.Text("level", "source");
  }

  void Text(std::string_view name, std::string_view text) {
    if (name == "unit") line_.Text("level", "unit");
    line_.Text(name == "unit" ? "key" : name, text);
  }
  void Count(std::string_view name, std::optional<int64_t> count) {
    Append(name, [&](CsvLine& line) { line.Count("count", count); });
  }
  void Fraction(std::string_view name, std::optional<double> fraction) {
    if (fraction) Append(name, [&](CsvLine& line) { line.Fraction("share", fraction); });
  }
  void Time(std::string_view name, std::optional<Instant> at) {
    if (at) Append(name, [&](CsvLine& line) { line.Time("as_of", at); });
  }
  void Counts(std::string_view name, const std::map<std::string, int64_t>& counts) {
    for (const auto& [reason, count] : counts) {
      if (count == 0) continue;
      Append(name, [&](CsvLine& line) {
        line.Text("reason", reason);
        line.Count("count", count);
      });
    }
  }
  void Flag(std::string_view name, bool flag) { Count(name, flag ? 1 : 0); }

 private:
  template <typename Fill>
  void Append(std::string_view kind, Fill fill) {
    CsvLine line = line_;
    line.Text("kind", kind);
    fill(line);
    line.AppendTo(out_);
  }

  CsvLine line_;
  std::string& out_;
};

template <typename Row>
void AppendQuality(const std::vector<RegionRow<Row>>& rows, std::string& out) {
  for (const auto& [region, row] : rows) {
    QualityLines lines(region, out);
    VisitFields(*row, lines);
  }
}

template <typename Row>
void AppendRows(std::string_view table, const std::vector<RegionRow<Row>>& rows, std::string& out) {
  for (const auto& [region, row] : rows) {
    CsvLine line(table, region);
    VisitFields(*row, line);
    line.AppendTo(out);
  }
}

void AppendEvents(const ReplayReport& report, std::string& out) {
  const auto append = [&](std::string_view kind, std::string_view reason, int64_t count) {
    CsvLine line("events", "");
    line.Text("kind", kind);
    line.Text("reason", reason);
    line.Count("count", count);
    line.Time("as_of", report.as_of);
    line.AppendTo(out);
  };
  append("received", "", report.events.received);
  append("accepted", "", report.events.accepted);
  append("without_effect", "", report.events.without_effect);
  for (const auto& [reason, count] : report.events.rejected) append("rejected", reason, count);
}

}  // namespace

std::string ReportCsv(const ReplayReport& report) {
  const SortedRows rows(report);
  std::string out;
  out.reserve(300 * (rows.shares.size() + 1));
  for (size_t i = 0; i < kColumns.size(); ++i) {
    if (i > 0) out += ',';
    out += kColumns[i];
  }
  out += "\r\n";
  AppendEvents(report, out);
  AppendRows("shares", rows.shares, out);
  AppendRows("waiting", rows.waiting, out);
  AppendRows("ratios", rows.ratios, out);
  for (const auto& [region, row] : rows.left_out) {
    LeftOutLines lines(region, out);
    VisitFields(*row, lines);
  }
  AppendQuality(rows.sources, out);
  AppendQuality(rows.units, out);
  return out;
}

}  // namespace vardvakt::wire
