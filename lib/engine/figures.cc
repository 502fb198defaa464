#include "lib/engine/figures.h"

#include <utility>

#include "absl/container/btree_set.h"
#include "lib/domain/month_outlook.h"

namespace vardvakt::engine {

using domain::Measure;
using domain::Pane;
using domain::PaneRange;
using domain::ShareRow;
using domain::Span;
using domain::Window;

namespace {

std::optional<int> GoalOn(const domain::Indicator& indicator, LocalDay day) {
  const auto goal = indicator.GoalOn(day);
  return goal ? std::optional(static_cast<int>(*goal)) : std::nullopt;
}

}  // namespace

// `last`: an instant of the window's last pane, whose local day names goal and definition (spec §3).
domain::ShareFrame Figures::FrameOf(const Series& series, Measure measure, Instant last) const {
  const domain::Indicator& indicator = definition_.indicators[series.indicator];
  const LocalDay day = zone_.DayOf(last);
  const domain::IndicatorVersion& version = indicator.VersionOn(day);
  return {.series = series.key,
          .measure = measure,
          .has_limit = version.limit.has_value(),
          .unit = indicator.unit,
          .better = indicator.better,
          .goal_permille = GoalOn(indicator, day),
          .definition = indicator.VersionName(version)};
}

std::optional<ShareRow> Figures::Share(const Series& series, Measure measure, Window window,
                                       bool empty_too) const {
  return RowOf(series, measure, window, series.Sum(domain::WindowPanes(window, now_, zone_)), empty_too);
}

void Figures::ForEachShare(const Series& series, bool empty_too,
                           absl::FunctionRef<void(ShareRow)> visit) const {
  for (Window window : domain::kWindows) {
    const Pane sum = series.Sum(domain::WindowPanes(window, now_, zone_));
    for (Measure measure : {Measure::kCompleted, Measure::kDecided}) {
      if (auto row = RowOf(series, measure, window, sum, empty_too)) visit(*std::move(row));
    }
  }
}

std::optional<ShareRow> Figures::RowOf(const Series& series, Measure measure, Window window, const Pane& sum,
                                       bool empty_too) const {
  if (definition_.indicators[series.indicator].shape != domain::Shape::kShare) return std::nullopt;
  const domain::Counts& counts = measure == Measure::kDecided ? sum.decided : sum.completed;
  if (!empty_too && counts.n == 0 && counts.n_before == 0) return std::nullopt;
  const domain::Bounds bounds = window == Window::kAll
                                    ? domain::Bounds{now_, now_ + milliseconds(1)}
                                    : domain::BoundsOf(domain::WindowPanes(window, now_, zone_), zone_);
  domain::ShareFrame frame = FrameOf(series, measure, bounds.to - milliseconds(1));
  if (measure == Measure::kDecided && !frame.has_limit) return std::nullopt;
  frame.window = window;
  if (window != Window::kAll) frame.bounds = bounds;
  if (measure == Measure::kDecided && window == Window::kMonth) {
    frame.month_n_expected = MonthOutlook(series, counts.n);
  }
  return domain::BuildShareRow(std::move(frame), sum);
}

absl::StatusOr<ShareRow> Figures::ShareBetween(const Series& series, Measure measure, Instant from,
                                               Instant to) const {
  const auto ranges = domain::PanesBetween(from, to, now_, zone_);
  if (!ranges.ok()) return ranges.status();
  Pane sum;
  for (const PaneRange& range : *ranges) sum += series.Sum(range);
  domain::ShareFrame frame = FrameOf(series, measure, to - milliseconds(1));
  frame.bounds = domain::Bounds{from, to};
  return domain::BuildShareRow(std::move(frame), sum);
}

std::optional<int64_t> Figures::MonthOutlook(const Series& series, int64_t n) const {
  std::optional<LocalDay> first;
  for (const auto& [day, pane] : series.panes[static_cast<size_t>(Span::kDay)]) {
    if (pane.decided.n == 0) continue;
    first = LocalDay(days(day));
    break;
  }
  const auto& hours_kept = series.panes[static_cast<size_t>(Span::kHour)];
  return domain::ExpectedMonthN(
      n, now_, first,
      [&](domain::PaneIndex hour) {
        const auto it = hours_kept.find(hour);
        return it == hours_kept.end() ? 0 : it->second.decided.n;
      },
      zone_);
}

std::vector<domain::RatioRow> Figures::Ratios(const SeriesTable& table, int indicator) const {
  const domain::Indicator& definition = definition_.indicators[indicator];
  std::vector<domain::RatioRow> found;
  if (now_ == kBeginningOfTime) return found;  // no time yet, so no windows
  const auto add = [&](const domain::SeriesKey& key, const Series* series) {
    for (Window window : domain::kRatioWindows) {
      const int64_t n =
          series == nullptr ? 0 : series->Sum(domain::WindowPanes(window, now_, zone_)).completed.n;
      auto row = domain::BuildRatioRow(definition, key, window, n, now_, zone_);
      if (row) found.push_back(*std::move(row));
    }
  };
  if (definition.shape == domain::Shape::kCount) {
    table.ForEach([&](const Series& series) {
      if (series.indicator == indicator) add(series.key, &series);
    });
  } else if (definition.shape == domain::Shape::kRatio) {
    absl::btree_set<std::pair<std::string, std::string>> places;  // also those where nobody has come yet
    for (const domain::Denominator& d : definition.denominators) places.emplace(d.level, d.key);
    for (const auto& [level, key] : places) {
      const domain::SeriesKey series{.indicator = definition.id, .level = level, .key = key};
      add(series, table.Find(series));
    }
  }
  return found;
}

domain::WaitingRow Figures::Waiting(const Series& s) const {
  domain::WaitingRow row{.series = s.key, .open = s.open, .at_risk = s.at_risk, .overdue = s.overdue};
  if (definition_.indicators[s.indicator].unit != domain::DurationUnit::kDays) return row;
  row.by_age.emplace().fill(0);
  const LocalDay today = zone_.DayOf(now_);
  for (const auto& [day, n] : s.open_since) (*row.by_age)[domain::WaitBandOf((today - day).count())] += n;
  return row;
}

domain::LeftOutRow Figures::LeftOut(const Series& s) {
  return {.indicator = s.key.indicator,
          .level = s.key.level,
          .key = s.key.key,
          .excluded = s.excluded,
          .closed = s.closed,
          .invalid = s.invalid};
}

}  // namespace vardvakt::engine
