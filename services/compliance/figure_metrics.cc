#include "services/compliance/figure_metrics.h"

#include <array>

#include "lib/domain/suppression.h"
#include "lib/domain/windows.h"

namespace vardvakt::compliance {
namespace {

using engine::Metric;

constexpr std::array kExportedWindows = {domain::Window::k24h, domain::Window::k30d};

// Units, attributes and tags may have any number of keys; those series are asked for, not scraped.
bool IsExported(const domain::Level& level) {
  return level.kind == domain::LevelKind::kRegion || level.kind == domain::LevelKind::kLansdel ||
         level.kind == domain::LevelKind::kHospital || level.kind == domain::LevelKind::kMunicipality;
}

// The keys of an exported level that the units file lets one know.
std::vector<std::string> KnownKeys(const domain::Level& level, const domain::Geography& geography) {
  std::vector<std::string> keys;
  switch (level.kind) {
    case domain::LevelKind::kRegion:
      keys.emplace_back(domain::kRegionKey);
      break;
    case domain::LevelKind::kLansdel:
      for (const domain::Lansdel& lansdel : geography.lansdelar) keys.push_back(lansdel.code);
      break;
    case domain::LevelKind::kHospital:
      for (const domain::Hospital& hospital : geography.hospitals) keys.push_back(hospital.code);
      break;
    case domain::LevelKind::kMunicipality:
      for (const domain::Municipality& place : geography.municipalities) keys.push_back(place.code);
      break;
    case domain::LevelKind::kUnit:
    case domain::LevelKind::kAttribute:
    case domain::LevelKind::kUnitTag:
      break;
  }
  return keys;
}

}  // namespace

FigureMetrics::FigureMetrics(const engine::TaskSetting& setting, engine::Metrics& metrics)
    : setting_(setting), metrics_(metrics) {}

FigureMetrics::~FigureMetrics() {
  const auto exported = std::move(exported_);
  for (const auto& [metric, labels] : exported) SetOrRemove(metric, labels, 0, false);
}

void FigureMetrics::Export(engine::Task& task) {
  const size_t indicators = setting_.definition->indicators.size();
  if (indicators == 0 || task.version().log_time == kBeginningOfTime) return;  // no time yet, so no windows
  for (; !all_seen_ && next_ < indicators; ++next_) ExportIndicator(task, next_);
  all_seen_ = true;
  next_ %= indicators;
  ExportIndicator(task, next_++);
}

void FigureMetrics::ExportIndicator(engine::Task& task, size_t index) {
  const domain::Indicator& indicator = setting_.definition->indicators[index];
  if (indicator.shape != domain::Shape::kShare) return;
  std::vector<Cells> levels;
  std::set<int> seen;  // a level may be rolled up more than once, by sex and by age
  for (const domain::RollUp& roll_up : indicator.roll_ups) {
    const domain::Level& level = setting_.definition->levels[static_cast<size_t>(roll_up.level)];
    if (!seen.insert(roll_up.level).second || !IsExported(level)) continue;
    levels.push_back(CellsOf(task, indicator, level));
  }
  for (domain::Window window : kExportedWindows) ExportWindow(task, indicator.id, levels, window);
  ExportWaiting(indicator.id, levels);
}

// The cells of every level add up to the same whole, so one level's hidden cell may hide the whole.
std::vector<std::vector<bool>> FigureMetrics::Shown(const std::vector<Cells>& levels,
                                                    const Numbers& numbers) {
  std::vector<std::vector<bool>> shown;
  bool hide_whole = false;
  for (const std::vector<int64_t>& level : numbers) {
    const domain::Suppression suppression = domain::Suppress(level, {});
    hide_whole = hide_whole || suppression.hide_whole;
    shown.emplace_back(suppression.hidden);
    shown.back().flip();
  }
  for (size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].is_whole && hide_whole) shown[i].assign(shown[i].size(), false);
  }
  return shown;
}

FigureMetrics::Cells FigureMetrics::CellsOf(engine::Task& task, const domain::Indicator& indicator,
                                            const domain::Level& level) const {
  std::map<std::string, const engine::Series*> found;
  for (std::string& key : KnownKeys(level, *setting_.geography)) found.emplace(std::move(key), nullptr);
  task.series().ForEach([&](engine::Series& series) {
    const domain::SeriesKey& key = series.key;
    const bool whole = key.sex == domain::Sex::kAll && key.age == domain::Age::kAll;
    if (whole && key.indicator == indicator.id && key.level == level.name) found[key.key] = &series;
  });
  Cells cells{.level = level.name, .is_whole = level.kind == domain::LevelKind::kRegion};
  for (const auto& [key, series] : found) {
    cells.keys.push_back(key);
    cells.series.push_back(series);
  }
  return cells;
}

void FigureMetrics::ExportWindow(engine::Task& task, const std::string& indicator,
                                 const std::vector<Cells>& levels, domain::Window window) {
  const domain::PaneRange range = domain::WindowPanes(window, task.version().log_time, *setting_.zone);
  std::vector<std::vector<domain::Counts>> counts;
  Numbers numbers;
  for (const Cells& cells : levels) {
    counts.emplace_back();
    numbers.emplace_back();
    for (const engine::Series* series : cells.series) {
      counts.back().push_back(series == nullptr ? domain::Counts() : series->SumDecided(range));
      numbers.back().push_back(counts.back().back().n);
    }
  }
  const auto shown = Shown(levels, numbers);
  const std::string window_name(domain::WindowName(window));
  for (size_t i = 0; i < levels.size(); ++i) {
    for (size_t k = 0; k < levels[i].keys.size(); ++k) {
      const std::vector<std::string> labels = {setting_.region, indicator, levels[i].level, levels[i].keys[k],
                                               window_name};
      const auto n = static_cast<double>(counts[i][k].n);
      const auto within = static_cast<double>(counts[i][k].within);
      SetOrRemove(Metric::kComplianceCases, labels, n, shown[i][k]);
      SetOrRemove(Metric::kComplianceCasesWithin, labels, within, shown[i][k]);
      SetOrRemove(Metric::kComplianceShare, labels, n > 0 ? within / n : 0, shown[i][k] && n > 0);
    }
  }
}

void FigureMetrics::ExportWaiting(const std::string& indicator, const std::vector<Cells>& levels) {
  using Number = int64_t engine::Series::*;
  constexpr std::array<std::pair<Metric, Number>, 3> kNumbers = {{
      {Metric::kWaitingOpen, &engine::Series::open},
      {Metric::kWaitingAtRisk, &engine::Series::at_risk},
      {Metric::kWaitingOverdue, &engine::Series::overdue},
  }};
  for (const auto& [metric, number] : kNumbers) {
    Numbers numbers;
    for (const Cells& cells : levels) {
      numbers.emplace_back();
      for (const engine::Series* series : cells.series) {
        numbers.back().push_back(series == nullptr ? 0 : series->*number);
      }
    }
    const auto shown = Shown(levels, numbers);
    for (size_t i = 0; i < levels.size(); ++i) {
      for (size_t k = 0; k < levels[i].keys.size(); ++k) {
        SetOrRemove(metric, {setting_.region, indicator, levels[i].level, levels[i].keys[k]},
                    static_cast<double>(numbers[i][k]), shown[i][k]);
      }
    }
  }
}

void FigureMetrics::SetOrRemove(Metric metric, std::vector<std::string> labels, double value, bool shown) {
  // Labels are four or five (SpecOf); the port takes them as a list.
  auto apply = [&](engine::Metrics::Labels list) {
    if (shown) {
      metrics_.Set(metric, list, value);
    } else {
      metrics_.Remove(metric, list);
    }
  };
  if (labels.size() == 4) {
    apply({labels[0], labels[1], labels[2], labels[3]});
  } else {
    apply({labels[0], labels[1], labels[2], labels[3], labels[4]});
  }
  if (shown) {
    exported_.emplace(metric, std::move(labels));
  } else {
    exported_.erase({metric, labels});
  }
}

}  // namespace vardvakt::compliance
