#include <algorithm>
#include <map>

#include "lib/domain/windows.h"
#include "lib/engine/case_table.h"
#include "lib/engine/episode_text.h"
#include "lib/engine/judge_case.h"
#include "tests/simulation/truth.h"

namespace vardvakt::simulation {
namespace {

using domain::CaseRule;
using domain::Episode;
using domain::EpisodeState;
using domain::ThresholdRule;
using domain::Waiting;
using engine::TaskSetting;

// The rules at one grid point after the other, each from nothing but the cases as they are then.
class PlainRules {
 public:
  explicit PlainRules(const TaskSetting& setting) : setting_(setting) {}

  void Evaluate(Instant x, const std::map<std::string, domain::CaseState>& cases) {
    judged_.clear();
    for (const auto& [key, state] : cases)
      judged_.push_back({key, state, engine::JudgeCase(state, setting_, x)});
    for (const CaseRule& rule : setting_.rules->case_rules) {
      for (const Judged& one : judged_) AskCase(rule, one, x);
    }
    for (const ThresholdRule& rule : setting_.rules->threshold_rules) AskSeries(rule, x);
  }

  std::vector<Episode> All() const {
    std::vector<Episode> all = past_;
    for (const auto& [fingerprint, episode] : open_) all.push_back(episode);
    return all;
  }

 private:
  struct Judged {
    const std::string& key;
    const domain::CaseState& state;
    engine::JudgedCase by;
  };

  size_t IndexOf(const std::string& indicator) const {
    size_t i = 0;
    while (setting_.definition->indicators[i].id != indicator) ++i;
    return i;
  }

  void Resolve(const std::string& fingerprint, Instant x) {
    Episode episode = open_.at(fingerprint);
    open_.erase(fingerprint);
    if (!episode.firing_at) return;
    episode.state = EpisodeState::kResolved;
    episode.resolved_at = x;
    past_.push_back(episode);
  }

  // An episode that begins again starts, at the earliest, where the one before it ended.
  Instant StartOf(const std::string& fingerprint, Instant start) const {
    for (const Episode& e : past_) {
      if (e.fingerprint == fingerprint) start = std::max(start, *e.resolved_at);
    }
    return start;
  }

  void AskCase(const CaseRule& rule, const Judged& one, Instant x) {
    const domain::Judgement& j = one.by.judgements[IndexOf(rule.indicator)];
    const bool overdue = rule.condition == domain::CaseCondition::kOverdue;
    const bool holds = j.waiting == Waiting::kOverdue || (!overdue && j.waiting == Waiting::kAtRisk);
    const std::string fingerprint = engine::EpisodeFingerprint(rule.id, setting_.region, one.key);
    const bool open = open_.contains(fingerprint);
    if (open && !holds) Resolve(fingerprint, x);
    if (open || !holds) return;
    Episode e{.fingerprint = fingerprint, .rule = rule.id, .state = EpisodeState::kFiring};
    e.started_at = StartOf(fingerprint, overdue ? *j.deadline : *j.warn_at);
    e.firing_at = x;
    e.level = "region";
    e.key = "region";
    e.n = 1;
    const std::string unit(one.state.Attribute("unit"));
    const std::string municipality(one.state.Attribute("municipality"));
    if (setting_.geography->FindMunicipality(municipality) != nullptr) {
      e.level = "municipality";
      e.key = municipality;
    } else if (setting_.geography->FindUnit(unit) != nullptr) {
      e.level = "unit";
      e.key = unit;
    }
    open_[fingerprint] = e;
  }

  void AskSeries(const ThresholdRule& rule, Instant x) {
    const size_t indicator = IndexOf(rule.indicator);
    size_t level = 0;
    while (setting_.definition->levels[level].name != rule.level) ++level;
    const domain::PaneRange range = domain::WindowPanes(rule.window, x, *setting_.zone);
    std::map<std::string, domain::Counts> by_key;
    for (const auto& [fingerprint, e] : open_) {
      if (e.rule == rule.id) by_key[e.key];
    }
    for (const Judged& one : judged_) {
      const auto& decided = one.by.counted.by_indicator[indicator].decided;
      if (!decided) continue;
      domain::Counts& counts = by_key[one.by.counted.keys[level]];
      const domain::PaneIndex pane = domain::PaneOf(range.span, decided->at, *setting_.zone);
      if (pane < range.first || pane > range.last) continue;
      ++counts.n;
      if (decided->within) ++counts.within;
    }
    for (const auto& [key, counts] : by_key) AskShare(rule, key, counts.n, counts.within, x);
  }

  void AskShare(const ThresholdRule& rule, const std::string& key, int64_t n, int64_t within, Instant x) {
    const bool below = n > 0 && n >= rule.min_n && within * 1000 < n * rule.floor_permille;
    const bool cleared = n == 0 || within * 1000 >= n * rule.clear_permille;
    const std::string fingerprint = engine::EpisodeFingerprint(rule.id, setting_.region, key);
    if (below && !open_.contains(fingerprint)) {
      Episode e{.fingerprint = fingerprint, .rule = rule.id, .level = rule.level, .key = key};
      e.started_at = StartOf(fingerprint, x);
      open_[fingerprint] = e;
    }
    const auto it = open_.find(fingerprint);
    if (it == open_.end()) return;
    Episode& e = it->second;
    const bool firing = e.firing_at.has_value();
    if (firing ? cleared : !below) {
      Resolve(fingerprint, x);
    } else if (!firing && x >= e.started_at + rule.for_at_least) {
      e.state = EpisodeState::kFiring;
      e.firing_at = x;
      e.n = n;
      e.within = within;
    }
  }

  const TaskSetting& setting_;
  std::vector<Judged> judged_;
  std::map<std::string, Episode> open_;  // by fingerprint
  std::vector<Episode> past_;
};

}  // namespace

std::vector<std::string> PlainEpisodes(const TaskSetting& setting, const engine::Task::Decode& decode,
                                       const std::vector<engine::Record>& records, Instant until) {
  if (records.empty()) return {};
  const auto refused = Refused(setting, decode, records);
  std::map<std::string, domain::CaseState> cases;
  PlainRules rules(setting);
  size_t next = 0;
  const int64_t grid = setting.rules->grid.count();
  const int64_t first = (MillisOf(records.front().append_time) + grid - 1) / grid * grid;
  for (Instant x = InstantFromMillis(first); x <= until; x += setting.rules->grid) {
    for (; next < records.size() && records[next].append_time <= x; ++next) {
      domain::Event event;
      if (refused.contains(records[next].offset) || decode(records[next].value, event)) continue;
      domain::Merge(event, cases[engine::CaseKeyOf(event, false)]);
    }
    rules.Evaluate(x, cases);
  }
  return FiredEpisodes(rules.All());
}

}  // namespace vardvakt::simulation
