#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/domain/measures.h"
#include "lib/wire/report.h"

namespace vardvakt::wire {

template <typename Row>
struct RegionRow {
  std::string_view region;
  const Row* row;
};

// The rows of a report that count something, in the contract's order: by the bytes of indicator, level, key,
// sex, age, measure and window, or of stream, source and unit; of several regions' by region last. Refers to
// the report.
struct SortedRows {
  explicit SortedRows(const ReplayReport& report);

  bool several_regions;
  std::vector<RegionRow<domain::ShareRow>> shares;
  std::vector<RegionRow<domain::WaitingRow>> waiting;
  std::vector<RegionRow<domain::RatioRow>> ratios;
  std::vector<RegionRow<domain::LeftOutRow>> left_out;
  std::vector<RegionRow<domain::SourceRow>> sources;
  std::vector<RegionRow<domain::UnitRow>> units;
};

// Calls the visitor with each field of a row, by its name in the contract: Text(name, text), Count(name,
// optional integer), Fraction(name, optional double), Time(name, optional instant), Counts(name, map of
// reason to number), Flag(name, bool).

template <typename Visitor>
void VisitSeries(const domain::SeriesKey& series, Visitor& visit) {
  visit.Text("indicator", series.indicator);
  visit.Text("level", series.level);
  visit.Text("key", series.key);
  visit.Text("sex", domain::SexName(series.sex));
  visit.Text("age", domain::AgeName(series.age));
}

template <typename Visitor>
void VisitFields(const domain::ShareRow& row, Visitor& visit) {
  VisitSeries(row.series, visit);
  visit.Text("measure", domain::MeasureName(row.measure));
  visit.Text("window", row.window ? domain::WindowName(*row.window) : "");
  visit.Time("from", row.from);
  visit.Time("to", row.to);
  visit.Count("n", row.n);
  visit.Count("within", row.within);
  visit.Fraction("share", row.share);
  visit.Fraction("wilson_low", row.wilson_low);
  visit.Fraction("wilson_high", row.wilson_high);
  visit.Count("n_before", row.n_before);
  visit.Count("within_before", row.within_before);
  visit.Fraction("mean", row.mean);
  visit.Count("p50", row.p50);
  visit.Count("p80", row.p80);
  visit.Count("p90", row.p90);
  visit.Text("unit", domain::UnitName(row.unit));
  visit.Fraction("goal", row.goal_permille ? std::optional(*row.goal_permille / 1000.0) : std::nullopt);
  visit.Count("n_expected", row.n_expected);
  visit.Count("misses_allowed", row.misses_allowed);
  visit.Count("hits_needed", row.hits_needed);
  if (row.has_projection) {
    visit.Fraction("projection", row.projection);
    visit.Fraction("projection_low", row.projection_low);
    visit.Fraction("projection_high", row.projection_high);
  }
  visit.Text("definition", row.definition);
}

template <typename Visitor>
void VisitFields(const domain::WaitingRow& row, Visitor& visit) {
  VisitSeries(row.series, visit);
  visit.Count("open", row.open);
  visit.Count("at_risk", row.at_risk);
  visit.Count("overdue", row.overdue);
  if (!row.by_age) return;
  std::map<std::string, int64_t> by_age;
  for (size_t i = 0; i < domain::kWaitBands.size(); ++i) {
    by_age[std::string(domain::kWaitBands[i])] = (*row.by_age)[i];
  }
  visit.Counts("by_age", by_age);
}

template <typename Visitor>
void VisitFields(const domain::RatioRow& row, Visitor& visit) {
  const bool is_count = row.shape == domain::Shape::kCount;
  visit.Text("indicator", row.series.indicator);
  visit.Text("level", row.series.level);
  visit.Text("key", row.series.key);
  if (is_count) {  // only counts have series by sex and age
    visit.Text("sex", domain::SexName(row.series.sex));
    visit.Text("age", domain::AgeName(row.series.age));
  }
  visit.Text("window", domain::WindowName(row.window));
  visit.Time("from", row.from);
  visit.Time("to", row.to);
  visit.Count("numerator", row.numerator);
  visit.Fraction("denominator", row.denominator);
  visit.Fraction("ratio", row.ratio);
  if (is_count) {
    visit.Count("goal", row.goal);
  } else {
    visit.Fraction("goal", row.goal ? std::optional(static_cast<double>(*row.goal) / 1000) : std::nullopt);
  }
  visit.Text("definition", row.definition);
}

template <typename Visitor>
void VisitFields(const domain::LeftOutRow& row, Visitor& visit) {
  visit.Text("indicator", row.indicator);
  visit.Text("level", row.level);
  visit.Text("key", row.key);
  visit.Counts("excluded", row.excluded);
  visit.Counts("closed", row.closed);
  visit.Counts("invalid", row.invalid);
}

template <typename Visitor>
void VisitFindings(const domain::FindingCounts& findings, Visitor& visit) {
  using domain::Finding;
  const auto count = [&](Finding finding) {
    visit.Count(domain::FindingName(finding), findings.of(finding));
  };
  visit.Count("cases", findings.cases());
  for (Finding f : {Finding::kJudged, Finding::kNotJudgeable, Finding::kNotApplicable}) count(f);
  visit.Fraction("share_judged", findings.share_judged());
  std::map<std::string, int64_t> invalid;
  for (Finding f : {Finding::kNoTargetDate, Finding::kNoTreatmentForm, Finding::kStopBeforeStart}) {
    invalid[std::string(domain::FindingName(f))] = findings.of(f);
  }
  visit.Counts("invalid", invalid);
  visit.Count("negative_waits", findings.of(Finding::kStopBeforeStart));
  for (Finding f : {Finding::kMissingStop, Finding::kMissingUnit, Finding::kUnknownUnit,
                    Finding::kMissingMunicipality, Finding::kUnknownMunicipality, Finding::kLateReport}) {
    count(f);
  }
}

template <typename Visitor>
void VisitFields(const domain::SourceRow& row, Visitor& visit) {
  int64_t rejected = 0;
  for (const auto& [reason, n] : row.rejected) rejected += n;
  visit.Text("stream", row.stream);
  visit.Text("source", row.source);
  visit.Count("received", row.accepted + rejected);
  visit.Count("accepted", row.accepted);
  visit.Count("without_effect", row.without_effect);
  visit.Counts("rejected", row.rejected);
  visit.Time("last_recorded", row.last_recorded);
  visit.Fraction("events_per_minute", row.events_per_minute);
  VisitFindings(row.findings, visit);
}

template <typename Visitor>
void VisitFields(const domain::UnitRow& row, Visitor& visit) {
  visit.Text("stream", row.stream);
  visit.Text("source", row.source);
  visit.Text("unit", row.unit);
  VisitFindings(row.findings, visit);
  visit.Count("pvv_cases", row.pvv.unit.n);
  visit.Count("pvv", row.pvv.unit.pvv);
  visit.Fraction("pvv_share", row.pvv.share);
  visit.Fraction("pvv_wilson_low", row.pvv.wilson_low);
  visit.Fraction("pvv_wilson_high", row.pvv.wilson_high);
  visit.Count("pvv_others_cases", row.pvv.others.n);
  visit.Fraction("pvv_others_share", row.pvv.others_share);
  visit.Flag("pvv_stands_out", row.pvv.stands_out);
}

}  // namespace vardvakt::wire
