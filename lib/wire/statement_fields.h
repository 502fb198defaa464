#pragma once

#include <string_view>

#include "lib/domain/measures.h"
#include "lib/domain/statement.h"

namespace vardvakt::wire {

inline std::string_view ShapeName(domain::Shape shape) {
  switch (shape) {
    case domain::Shape::kShare:
      return "share";
    case domain::Shape::kRatio:
      return "ratio";
    case domain::Shape::kCount:
      return "count";
  }
  return "share";
}

// Calls the visitor with each field of a row but its numbers, by name: Text, Count, Fraction, Counts as
// report_rows.h has them.
template <typename Visitor>
void VisitFrame(const domain::StatementRow& row, Visitor& visit) {
  visit.Text("region", row.region);
  visit.Text("indicator", row.indicator);
  visit.Text("name_sv", row.name_sv);
  visit.Text("name_en", row.name_en);
  visit.Text("level", row.level);
  visit.Text("key", row.key);
  visit.Text("place", row.place);
  visit.Text("shape", ShapeName(row.shape));
  visit.Text("measure", row.measure ? domain::MeasureName(*row.measure) : "");
  visit.Text("unit", row.shape == domain::Shape::kShare ? domain::UnitName(row.unit) : "");
  visit.Text("better", row.better == domain::Better::kHigher ? "higher" : "lower");
  visit.Fraction("goal", row.goal);
  visit.Text("definition", row.definition);
}

template <typename Visitor>
void VisitNumbers(const domain::StatedNumbers& numbers, Visitor& visit) {
  visit.Count("n", numbers.n);
  visit.Count("within", numbers.within);
  visit.Fraction("denominator", numbers.denominator);
  visit.Fraction("share", numbers.share);
  visit.Fraction("wilson_low", numbers.wilson_low);
  visit.Fraction("wilson_high", numbers.wilson_high);
  visit.Count("n_before", numbers.n_before);
  visit.Count("within_before", numbers.within_before);
  visit.Fraction("share_before", numbers.share_before);
  visit.Counts("excluded", numbers.excluded);
  visit.Fraction("mean", numbers.mean);
  visit.Count("p50", numbers.p50);
  visit.Count("p90", numbers.p90);
  visit.Count("waiting", numbers.open);
  visit.Count("waiting_at_risk", numbers.at_risk);
  visit.Count("waiting_overdue", numbers.overdue);
}

}  // namespace vardvakt::wire
