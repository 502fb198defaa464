#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lib/engine/metrics.h"
#include "lib/engine/task.h"

namespace vardvakt::compliance {

// A task's figures as metrics: what was decided in the last 24 hours and 30 days, and who waits, for the
// region, its länsdelar, hospitals and municipalities, not broken down by sex or age: as many series as the
// units file lets one know, whatever is sent. They are there from the start, with 0. Numbers of 1 to 4 cases,
// and others that would give them away, are not exported (spec §6). One thread; what was exported is gone
// with it.
class FigureMetrics {
 public:
  FigureMetrics(const engine::TaskSetting& setting, engine::Metrics& metrics);
  ~FigureMetrics();

  // Looks at one indicator at a time, so that the task does not stand still for long: the first time at all
  // of them, then at the next one.
  void Export(engine::Task& task);

 private:
  // One level of one indicator; parallel vectors.
  struct Cells {
    std::string level;
    bool is_whole = false;  // the region itself
    std::vector<std::string> keys;
    std::vector<const engine::Series*> series;  // null: nothing has been counted
  };
  // Which of the cells of each level may be shown, by a number of each.
  using Numbers = std::vector<std::vector<int64_t>>;
  static std::vector<std::vector<bool>> Shown(const std::vector<Cells>& levels, const Numbers& numbers);

  void ExportIndicator(engine::Task& task, size_t index);
  Cells CellsOf(engine::Task& task, const domain::Indicator& indicator, const domain::Level& level) const;
  void ExportWindow(engine::Task& task, const std::string& indicator, const std::vector<Cells>& levels,
                    domain::Window window);
  void ExportWaiting(const std::string& indicator, const std::vector<Cells>& levels);
  void SetOrRemove(engine::Metric metric, std::vector<std::string> labels, double value, bool shown);

  const engine::TaskSetting setting_;
  engine::Metrics& metrics_;
  size_t next_ = 0;
  bool all_seen_ = false;
  std::set<std::pair<engine::Metric, std::vector<std::string>>> exported_;
};

}  // namespace vardvakt::compliance
