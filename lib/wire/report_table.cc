#include <algorithm>

#include "lib/base/strings.h"
#include "lib/wire/numbers.h"
#include "lib/wire/report_rows.h"

namespace vardvakt::wire {
namespace {

using domain::Window;

// Characters, for aligning; what takes two places on a screen does not occur in codes.
size_t Width(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

// Lines of cells in columns; the first columns are text and stand left, the others right.
class TextTable {
 public:
  TextTable(size_t text_columns, std::vector<std::string> head) : text_columns_(text_columns) {
    Add(std::move(head));
  }

  void Add(std::vector<std::string> line) { lines_.push_back(std::move(line)); }
  bool empty() const { return lines_.size() == 1; }

  void AppendTo(std::string& out) const {
    std::vector<size_t> widths(lines_.front().size());
    for (const auto& line : lines_) {
      for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
    }
    for (const auto& line : lines_) {
      for (size_t i = 0; i < line.size(); ++i) {
        const std::string padding(widths[i] - Width(line[i]), ' ');
        out += "  ";
        out += i < text_columns_ ? line[i] + padding : padding + line[i];
      }
      out.erase(out.find_last_not_of(' ') + 1);
      out += '\n';
    }
    out += '\n';
  }

 private:
  size_t text_columns_;
  std::vector<std::vector<std::string>> lines_;
};

std::string Percent(const std::optional<double>& share) {
  if (!share) return "-";
  const auto tenths = static_cast<int64_t>(*share * 1000 + 0.5);
  return Cat(tenths / 10, ".", tenths % 10, " %");
}

std::string Number(const std::optional<int64_t>& count) { return count ? Cat(*count) : "-"; }

// Of what is in days the number, of what is in seconds minutes and seconds.
std::string DurationText(const std::optional<int64_t>& duration, domain::DurationUnit unit) {
  if (!duration) return "-";
  if (unit == domain::DurationUnit::kDays) return Cat(*duration, " d");
  return Cat(*duration / 60, ":", *duration % 60 < 10 ? "0" : "", *duration % 60);
}

std::string Reasons(const std::map<std::string, int64_t>& counts) {
  std::string out;
  for (const auto& [reason, count] : counts) {
    if (count != 0) CatTo(out, out.empty() ? "" : ", ", reason, " ", count);
  }
  return out.empty() ? "-" : out;
}

std::string Key(std::string_view region, std::string_view key, bool several_regions) {
  return several_regions ? Cat(region, "/", key) : std::string(key);
}

bool Whole(const domain::SeriesKey& series) {
  return series.sex == domain::Sex::kAll && series.age == domain::Age::kAll;
}

void AppendHead(const ReplayReport& report, std::string& out) {
  const Accounting& events = report.events;
  CatTo(out, "As of ", FormatSeconds(report.as_of), ": ", events.received, " events received, ",
        events.accepted, " accepted (", events.without_effect, " without effect), ",
        events.received - events.accepted, " rejected");
  if (events.received != events.accepted) CatTo(out, " (", Reasons(events.rejected), ")");
  out += "\n\n";
}

void AppendShares(const SortedRows& rows, std::string& out) {
  std::string_view indicator;
  TextTable table(4, {});
  const auto flush = [&] {
    if (indicator.empty()) return;
    CatTo(out, indicator, "\n");
    table.AppendTo(out);
  };
  for (const auto& [region, row] : rows.shares) {
    const bool shown = Whole(row->series) && (row->series.level == "region" || row->window == Window::kAll);
    if (!shown) continue;
    if (row->series.indicator != indicator) {
      flush();
      indicator = row->series.indicator;
      table = TextTable(4, {"level", "key", "measure", "window", "n", "within", "share", "95 % interval",
                            "goal", "median", "p90"});
    }
    const std::string interval =
        row->wilson_low ? Cat(Percent(row->wilson_low), " to ", Percent(row->wilson_high)) : "-";
    table.Add({row->series.level, Key(region, row->series.key, rows.several_regions),
               std::string(domain::MeasureName(row->measure)),
               std::string(row->window ? domain::WindowName(*row->window) : ""), Cat(row->n),
               Number(row->within), Percent(row->share), interval,
               row->goal_permille ? Percent(*row->goal_permille / 1000.0) : std::string("-"),
               DurationText(row->p50, row->unit), DurationText(row->p90, row->unit)});
  }
  flush();
}

void AppendWaiting(const SortedRows& rows, std::string& out) {
  TextTable table(3, {"indicator", "level", "key", "waiting", "at risk", "overdue"});
  for (const auto& [region, row] : rows.waiting) {
    if (!Whole(row->series)) continue;
    table.Add({row->series.indicator, row->series.level, Key(region, row->series.key, rows.several_regions),
               Cat(row->open), Cat(row->at_risk), Cat(row->overdue)});
  }
  if (table.empty()) return;
  out += "Waiting\n";
  table.AppendTo(out);
}

void AppendRatios(const SortedRows& rows, std::string& out) {
  TextTable table(4, {"indicator", "level", "key", "window", "numerator", "denominator", "ratio", "goal"});
  for (const auto& [region, row] : rows.ratios) {
    if (!Whole(row->series)) continue;
    const bool is_count = row->shape == domain::Shape::kCount;
    std::string denominator = "-";
    if (row->denominator) AppendFraction(denominator = "", *row->denominator);
    table.Add({row->series.indicator, row->series.level, Key(region, row->series.key, rows.several_regions),
               std::string(domain::WindowName(row->window)), Cat(row->numerator), denominator,
               Percent(row->ratio),
               is_count || !row->goal ? Number(row->goal) : Percent(static_cast<double>(*row->goal) / 1000)});
  }
  if (table.empty()) return;
  out += "Ratios and counts\n";
  table.AppendTo(out);
}

void AppendLeftOut(const SortedRows& rows, std::string& out) {
  TextTable table(6, {"indicator", "level", "key", "excluded", "closed", "invalid"});
  for (const auto& [region, row] : rows.left_out) {
    if (row->level != "region") continue;
    table.Add({row->indicator, row->level, Key(region, row->key, rows.several_regions),
               Reasons(row->excluded), Reasons(row->closed), Reasons(row->invalid)});
  }
  if (table.empty()) return;
  out += "Left out\n";
  table.AppendTo(out);
}

void AppendSources(const SortedRows& rows, std::string& out) {
  using domain::Finding;
  TextTable table(2, {"stream", "source", "accepted", "rejected", "last recorded", "events/min", "cases",
                      "judged", "invalid", "missing stop", "unknown unit", "unknown municipality", "late"});
  for (const auto& [region, row] : rows.sources) {
    const domain::FindingCounts& f = row->findings;
    std::string rate;
    AppendFraction(rate, row->events_per_minute);
    table.Add({Key(region, row->stream, rows.several_regions), row->source, Cat(row->accepted),
               Reasons(row->rejected), row->last_recorded ? FormatSeconds(*row->last_recorded) : "-", rate,
               Cat(f.cases()), Percent(f.share_judged()), Cat(f.of(Finding::kNotJudgeable)),
               Cat(f.of(Finding::kMissingStop)), Cat(f.of(Finding::kUnknownUnit)),
               Cat(f.of(Finding::kUnknownMunicipality)), Cat(f.of(Finding::kLateReport))});
  }
  if (table.empty()) return;
  out += "Data quality, by source\n";
  table.AppendTo(out);
}

// The units of which something is to be said.
void AppendUnits(const SortedRows& rows, std::string& out) {
  using domain::Finding;
  TextTable table(3, {"stream", "source", "unit", "cases", "invalid", "missing stop", "unknown", "PvV", "of",
                      "95 % interval", "others'", ""});
  for (const auto& [region, row] : rows.units) {
    const domain::FindingCounts& f = row->findings;
    const int64_t findings =
        f.of(Finding::kNotJudgeable) + f.of(Finding::kMissingStop) + f.of(Finding::kUnknownUnit);
    if (findings == 0 && !row->pvv.stands_out) continue;
    table.Add(
        {Key(region, row->stream, rows.several_regions), row->source, row->unit, Cat(f.cases()),
         Cat(f.of(Finding::kNotJudgeable)), Cat(f.of(Finding::kMissingStop)),
         f.of(Finding::kUnknownUnit) > 0 ? "yes" : "-", Percent(row->pvv.share), Cat(row->pvv.unit.n),
         row->pvv.wilson_low ? Cat(Percent(row->pvv.wilson_low), " to ", Percent(row->pvv.wilson_high)) : "-",
         Percent(row->pvv.others_share), row->pvv.stands_out ? "stands out" : ""});
  }
  if (table.empty()) return;
  out += "Data quality, by unit\n";
  table.AppendTo(out);
}

}  // namespace

std::string ReportTable(const ReplayReport& report) {
  const SortedRows rows(report);
  std::string out;
  AppendHead(report, out);
  AppendShares(rows, out);
  AppendWaiting(rows, out);
  AppendRatios(rows, out);
  AppendLeftOut(rows, out);
  AppendSources(rows, out);
  AppendUnits(rows, out);
  return out;
}

}  // namespace vardvakt::wire
