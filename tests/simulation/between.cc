#include <array>

#include "lib/base/strings.h"
#include "lib/engine/case_table.h"
#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"
#include "tests/simulation/truth.h"

namespace vardvakt::simulation {
namespace {

using domain::Count;
using domain::Measure;
using engine::TaskSetting;

constexpr std::array kMeasures = {Measure::kCompleted, Measure::kDecided};

std::string NameOf(std::string_view indicator, std::string_view level, std::string_view key,
                   Measure measure) {
  return Cat(domain::MeasureName(measure), " ", indicator, " ", level, "=", key);
}

std::string TextOf(const domain::Counts& c, bool has_limit) {
  if (!has_limit) return Cat(c.n, " before ", c.n_before);
  return Cat(c.within, "/", c.n, " before ", c.within_before, "/", c.n_before);
}

}  // namespace

std::map<std::string, std::string> CountsBetween(const TaskSetting& setting,
                                                 const engine::Task::Decode& decode,
                                                 const std::vector<engine::Record>& records, size_t count,
                                                 Instant as_of, Instant from, Instant to) {
  std::map<std::string, domain::CaseState> cases;
  const auto refused = Refused(setting, decode, records);
  domain::Event event;
  for (size_t i = 0; i < count; ++i) {
    if (refused.contains(records[i].offset) || decode(records[i].value, event)) continue;
    domain::Merge(event, cases[engine::CaseKeyOf(event, false)]);
  }
  std::map<std::string, domain::Counts> sums;
  std::map<std::string, bool> has_limit;
  for (const auto& [case_key, state] : cases) {
    const engine::JudgedCase judged = engine::JudgeCase(state, setting, as_of);
    for (size_t i = 0; i < judged.judgements.size(); ++i) {
      const domain::Indicator& indicator = setting.definition->indicators[i];
      const domain::Judgement& j = judged.judgements[i];
      for (const domain::RollUp& roll_up : indicator.roll_ups) {
        for (const Measure measure : kMeasures) {
          const bool decided = measure == Measure::kDecided;
          const std::string name = NameOf(indicator.id, setting.definition->levels[roll_up.level].name,
                                          judged.counted.keys[roll_up.level], measure);
          const auto add = [&](const std::optional<Count>& c, int64_t& n, int64_t& within) {
            if (!c || c->at < from || c->at >= to) return;
            ++n;
            if (c->within) ++within;
          };
          domain::Counts& sum = sums[name];
          has_limit[name] = indicator.versions.front().limit.has_value();
          add(decided ? j.decided : j.completed, sum.n, sum.within);
          add(decided ? j.decided_before : j.completed_before, sum.n_before, sum.within_before);
        }
      }
    }
  }
  std::map<std::string, std::string> texts;
  for (const auto& [name, sum] : sums) {
    if (!sum.Empty()) texts[name] = TextOf(sum, has_limit[name]);
  }
  return texts;
}

absl::StatusOr<std::map<std::string, std::string>> ToldBetween(engine::Task& task, Instant from, Instant to) {
  const TaskSetting& setting = task.setting();
  const engine::Figures figures(*setting.definition, *setting.zone, task.version().log_time);
  std::map<std::string, std::string> texts;
  absl::Status refused;
  task.series().ForEach([&](engine::Series& series) {
    if (series.key.sex != domain::Sex::kAll || series.key.age != domain::Age::kAll) return;
    for (const Measure measure : kMeasures) {
      const auto row = figures.ShareBetween(series, measure, from, to);
      if (!row.ok()) {
        refused = row.status();
        continue;
      }
      const domain::Counts counts{row->n, row->within.value_or(0), row->n_before,
                                  row->within_before.value_or(0)};
      if (counts.Empty()) continue;
      texts[NameOf(series.key.indicator, series.key.level, series.key.key, measure)] =
          TextOf(counts, row->within.has_value());
    }
  });
  if (!refused.ok()) return refused;
  return texts;
}

}  // namespace vardvakt::simulation
