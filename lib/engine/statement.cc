#include "lib/engine/statement.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"

namespace vardvakt::engine {
namespace {

using domain::Measure;
using domain::SeriesKey;
using domain::StatedNumbers;
using domain::StatementRow;

bool IsStated(const domain::Level& level) {
  return level.kind == domain::LevelKind::kRegion || level.kind == domain::LevelKind::kLansdel;
}

// Excluded cases that would have counted in the period, by indicator, level and key index, key and measure.
class Excluded {
 public:
  void Add(const CountedCase& counted, const domain::StreamDefinition& definition,
           const domain::Bounds& bounds) {
    for (size_t i = 0; i < counted.by_indicator.size(); ++i) {
      const Contribution& c = counted.by_indicator[i];
      if (c.left_out != LeftOut::kExcluded) continue;
      for (const auto& [measure, count] : {std::pair(Measure::kCompleted, c.completed_before),
                                           std::pair(Measure::kDecided, c.decided_before)}) {
        if (!count || count->at < bounds.from || count->at >= bounds.to) continue;
        for (size_t level = 0; level < definition.levels.size(); ++level) {
          if (!IsStated(definition.levels[level])) continue;
          ++counts_[{definition.indicators[i].id, definition.levels[level].name, counted.keys[level],
                     measure}][c.reason];
        }
      }
    }
  }
  std::map<std::string, int64_t> Of(const SeriesKey& key, Measure measure) const {
    const auto it = counts_.find({key.indicator, key.level, key.key, measure});
    return it == counts_.end() ? std::map<std::string, int64_t>() : it->second;
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string, Measure>, std::map<std::string, int64_t>>
      counts_;
};

std::string PlaceOf(const domain::Level& level, const std::string& key, const domain::Geography& geography) {
  if (level.kind == domain::LevelKind::kRegion) return geography.region_name;
  for (const domain::Lansdel& lansdel : geography.lansdelar) {
    if (lansdel.code == key) return lansdel.name;
  }
  return key;
}

StatedNumbers NumbersOf(const domain::ShareRow& row) {
  StatedNumbers numbers{.n = row.n,
                        .within = row.within,
                        .share = row.share,
                        .wilson_low = row.wilson_low,
                        .wilson_high = row.wilson_high,
                        .n_before = row.n_before,
                        .within_before = row.within_before,
                        .mean = row.mean,
                        .p50 = row.p50,
                        .p90 = row.p90};
  if (row.n_before > 0 && row.within_before) {
    numbers.share_before = static_cast<double>(*row.within_before) / static_cast<double>(row.n_before);
  }
  return numbers;
}

class Stater {
 public:
  Stater(const TaskSetting& setting, const StatementRequest& request)
      : setting_(setting),
        definition_(*setting.definition),
        request_(request),
        bounds_{setting.zone->StartOf(request.period.first), setting.zone->StartOf(request.period.end)},
        series_(definition_, *setting.zone, 0),
        waiting_(definition_, *setting.zone, 0) {}

  absl::Status Judge(CaseTable& cases) {
    WriteBatch none;
    cases.Flush(none);
    return cases.ForEach([&](std::string_view, CaseRecord& record) {
      const CountedCase counted = JudgeCase(record.state, setting_, request_.as_of).counted;
      series_.Add(counted, request_.as_of);
      excluded_.Add(counted, definition_, bounds_);
      waiting_.Add(JudgeCase(record.state, setting_, request_.waiting_at).counted, request_.waiting_at);
      return true;
    });
  }

  absl::StatusOr<std::vector<StatementRow>> Rows() const {
    std::vector<StatementRow> rows;
    for (const domain::Indicator& indicator : definition_.indicators) {
      std::set<int> seen;  // a level may be rolled up more than once, by sex and by age
      for (const domain::RollUp& roll_up : indicator.roll_ups) {
        const domain::Level& level = definition_.levels[static_cast<size_t>(roll_up.level)];
        if (!IsStated(level) || !seen.insert(roll_up.level).second) continue;
        for (const std::string& key : KeysOf(indicator, level)) {
          if (absl::Status status = AddRows(indicator, level, key, rows); !status.ok()) return status;
        }
      }
    }
    return rows;
  }

 private:
  std::set<std::string> KeysOf(const domain::Indicator& indicator, const domain::Level& level) const {
    std::set<std::string> keys;
    if (level.kind == domain::LevelKind::kRegion) {
      keys.emplace(domain::kRegionKey);
    } else {
      for (const domain::Lansdel& lansdel : setting_.geography->lansdelar) keys.insert(lansdel.code);
    }
    const auto add = [&](const Series& series) {
      if (series.key.indicator == indicator.id && series.key.level == level.name) keys.insert(series.key.key);
    };
    series_.ForEach(add);
    waiting_.ForEach(add);
    return keys;
  }

  absl::Status AddRows(const domain::Indicator& indicator, const domain::Level& level, const std::string& key,
                       std::vector<StatementRow>& rows) const {
    const domain::IndicatorVersion& version = indicator.VersionOn(request_.period.last());
    StatementRow row{.region = setting_.region,
                     .indicator = indicator.id,
                     .name_sv = indicator.name_sv,
                     .name_en = indicator.name_en,
                     .level = level.name,
                     .key = key,
                     .place = PlaceOf(level, key, *setting_.geography),
                     .shape = indicator.shape,
                     .unit = indicator.unit,
                     .goal = GoalOf(indicator),
                     .better = indicator.better,
                     .definition = indicator.VersionName(version)};
    const SeriesKey series_key{.indicator = indicator.id, .level = level.name, .key = key};
    const Series* series = series_.Find(series_key);
    if (indicator.shape != domain::Shape::kShare) {
      row.as_known = Counted(indicator, series_key, series);
      rows.push_back(std::move(row));
      return absl::OkStatus();
    }
    for (Measure measure : {Measure::kCompleted, Measure::kDecided}) {
      if (measure == Measure::kDecided && !version.limit) continue;
      row.measure = measure;
      row.as_known = StatedNumbers();
      if (series != nullptr) {
        const Figures figures(definition_, *setting_.zone, request_.as_of);
        auto share = figures.ShareBetween(*series, measure, bounds_.from, bounds_.to);
        if (!share.ok()) return share.status();
        row.as_known = NumbersOf(*share);
      }
      row.as_known.excluded = excluded_.Of(series_key, measure);
      AddWaiting(series_key, row.as_known);
      rows.push_back(row);
    }
    return absl::OkStatus();
  }

  std::optional<double> GoalOf(const domain::Indicator& indicator) const {
    const auto goal = indicator.GoalOn(request_.period.last());
    if (!goal) return std::nullopt;
    if (indicator.shape != domain::Shape::kCount) return static_cast<double>(*goal) / 1000;
    return request_.period.is_year ? std::optional(static_cast<double>(*goal)) : std::nullopt;
  }

  StatedNumbers Counted(const domain::Indicator& indicator, const SeriesKey& key,
                        const Series* series) const {
    StatedNumbers numbers;
    const domain::PaneRange range{
        .span = domain::Span::kDay,
        .first = static_cast<domain::PaneIndex>(request_.period.first.time_since_epoch().count()),
        .last = static_cast<domain::PaneIndex>(request_.period.last().time_since_epoch().count())};
    if (series != nullptr) numbers.n = series->Sum(range).completed.n;
    numbers.n_before = numbers.n;  // deviations and exemptions exclude from neither
    if (indicator.shape != domain::Shape::kRatio) return numbers;
    // While the period goes on, what is expected up to today.
    const LocalDay last = std::min(request_.period.last(), setting_.zone->DayOf(request_.as_of));
    numbers.denominator = domain::ExpectedCases(indicator, key.level, key.key, request_.period.first, last);
    if (numbers.denominator && *numbers.denominator > 0) {
      numbers.share = static_cast<double>(numbers.n) / *numbers.denominator;
    }
    return numbers;
  }

  void AddWaiting(const SeriesKey& key, StatedNumbers& numbers) const {
    const Series* series = waiting_.Find(key);
    if (series == nullptr) return;
    numbers.open = series->open;
    numbers.at_risk = series->at_risk;
    numbers.overdue = series->overdue;
  }

  const TaskSetting& setting_;
  const domain::StreamDefinition& definition_;
  const StatementRequest& request_;
  const domain::Bounds bounds_;
  SeriesTable series_;
  SeriesTable waiting_;
  Excluded excluded_;
};

}  // namespace

absl::StatusOr<std::vector<StatementRow>> StateNumbers(CaseTable& cases, const TaskSetting& setting,
                                                       const StatementRequest& request) {
  Stater stater(setting, request);
  if (absl::Status status = stater.Judge(cases); !status.ok()) return status;
  return stater.Rows();
}

}  // namespace vardvakt::engine
