#include "lib/engine/rule_engine.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "lib/base/bytes.h"
#include "lib/base/strings.h"
#include "lib/engine/episode_text.h"

namespace vardvakt::engine {
namespace {

using domain::CaseCondition;
using domain::CaseRule;
using domain::Counts;
using domain::Episode;
using domain::EpisodeState;
using domain::ThresholdRule;
using domain::Waiting;

constexpr Duration kAbandonedKept = hours(24);

std::string EpisodeRow(std::string_view fingerprint, Instant start) {
  std::string key = rows::Begin(rows::kEpisode);
  key.append(fingerprint);
  ByteWriter(key).BigEndian(static_cast<uint64_t>(MillisOf(start)) ^ (uint64_t{1} << 63), 8);
  return key;
}

std::string CaseChangeRow(uint32_t generation, const std::pair<int, std::string>& where) {
  std::string key = rows::Begin(rows::kCaseChange, generation);
  ByteWriter(key).BigEndian(static_cast<uint64_t>(where.first), 4);
  return key.append(where.second);
}

std::string EncodeCaseChange(const RuleEngine::CaseChange& change) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Byte(static_cast<uint8_t>(change.waiting));
  out.Signed(MillisOf(change.warn_at));
  out.Signed(MillisOf(change.deadline));
  out.String(change.municipality);
  out.String(change.unit);
  return bytes;
}

bool DecodeCaseChange(std::string_view bytes, RuleEngine::CaseChange& change) {
  ByteReader in(bytes);
  change.waiting = static_cast<Waiting>(in.Byte());
  change.warn_at = InstantFromMillis(in.Signed());
  change.deadline = InstantFromMillis(in.Signed());
  change.municipality = in.String();
  change.unit = in.String();
  return in.Done();
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      Cat(what, " row of the store can't be read; set the store aside, it is rebuilt from the log"));
}

bool Holds(const CaseRule& rule, Waiting waiting) {
  if (rule.condition == CaseCondition::kOverdue) return waiting == Waiting::kOverdue;
  return waiting == Waiting::kAtRisk || waiting == Waiting::kOverdue;
}

bool Below(const ThresholdRule& rule, const Counts& c) {
  return c.n > 0 && c.n >= rule.min_n && c.within * 1000 < rule.floor_permille * c.n;
}

bool Cleared(const ThresholdRule& rule, const Counts& c) {
  return c.n == 0 || c.within * 1000 >= rule.clear_permille * c.n;
}

std::string Percent(int64_t part, int64_t whole) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.0f",
                whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text.data();
}

}  // namespace

RuleEngine::RuleEngine(const domain::AlertRules& rules, const domain::StreamDefinition& definition,
                       const domain::Geography& geography, const TimeZone& zone, SeriesTable& series,
                       Store& store, uint32_t generation)
    : rules_(rules),
      definition_(definition),
      geography_(geography),
      zone_(zone),
      series_(series),
      store_(store),
      generation_(generation) {}

absl::Status RuleEngine::Load() {
  if (absl::Status status = LoadEpisodes(); !status.ok()) return status;
  if (absl::Status status = LoadCaseChanges(); !status.ok()) return status;
  LookAtEverySeries();
  return absl::OkStatus();
}

void RuleEngine::TakeOver(RuleEngine& former) {
  open_ = std::move(former.open_);
  changed_ = std::move(former.changed_);
  unwritten_ = std::move(former.unwritten_);
  abandoned_ = std::move(former.abandoned_);
  expired_ = std::move(former.expired_);
  last_evaluated_ = former.last_evaluated_;
  if (former.generation_ == generation_) written_changes_ = former.written_changes_;
  for (const auto& where : written_changes_) unwritten_changes_.insert(where);
  StartAnew();
}

void RuleEngine::StartAnew() {
  anew_ = true;
  scheduled_.clear();
  schedule_of_.clear();
  LookAtEverySeries();
}

// At the next grid point, once: their schedule is not stored.
void RuleEngine::LookAtEverySeries() {
  series_.ForEach([&](Series& s) {
    if (!s.unjudged) series_.unjudged().push_back(&s);
    s.unjudged = true;
  });
}

absl::Status RuleEngine::LoadEpisodes() {
  absl::Status damage;
  const absl::Status scanned = store_.Scan(rows::Begin(rows::kEpisode), rows::End(rows::kEpisode),
                                           [&](std::string_view, std::string_view value) {
                                             Episode e;
                                             if (!DecodeEpisode(value, e)) damage = Damaged("an episode");
                                             if (e.state != EpisodeState::kResolved) {
                                               open_[e.fingerprint] = std::move(e);
                                             } else if (!e.firing_at) {
                                               abandoned_.push_back(std::move(e));
                                             }
                                             return damage.ok();
                                           });
  std::ranges::sort(abandoned_, {}, [](const Episode& e) { return *e.resolved_at; });
  return scanned.ok() ? damage : scanned;
}

absl::Status RuleEngine::LoadCaseChanges() {
  absl::Status damage;
  const absl::Status scanned =
      store_.Scan(rows::Begin(rows::kCaseChange, generation_), rows::End(rows::kCaseChange, generation_),
                  [&](std::string_view key, std::string_view value) {
                    ByteReader where(key.substr(rows::kJudgingPrefix));
                    const int indicator = static_cast<int>(where.BigEndian(4));
                    CaseChange change;
                    if (!where.ok() || !DecodeCaseChange(value, change)) damage = Damaged("a case change");
                    const auto at = std::pair(indicator, std::string(where.rest()));
                    case_changes_[at] = std::move(change);
                    written_changes_.insert(at);
                    return damage.ok();
                  });
  return scanned.ok() ? damage : scanned;
}

bool RuleEngine::AsksForCases(int indicator) const {
  const std::string& id = definition_.indicators[indicator].id;
  return std::ranges::any_of(rules_.case_rules, [&](const CaseRule& rule) { return rule.indicator == id; });
}

void RuleEngine::OnCaseChanged(const std::string& case_key, int indicator, CaseChange change) {
  if (!AsksForCases(indicator)) return;
  case_changes_[{indicator, case_key}] = std::move(change);
  unwritten_changes_.emplace(indicator, case_key);
}

Instant RuleEngine::GridPoint(Instant at) const {
  const int64_t grid = rules_.grid.count();
  const int64_t ms = MillisOf(at);
  const int64_t down = ms >= 0 ? ms / grid : -((-ms + grid - 1) / grid);
  const Instant point = InstantFromMillis(down * grid);
  return point < at ? point + rules_.grid : point;
}

Instant RuleEngine::NextDue(Instant log_time) const {
  if (log_time == kBeginningOfTime) return kNever;  // nothing has happened yet
  Instant due = scheduled_.empty() ? kNever : scheduled_.begin()->first;
  const bool watched = !rules_.threshold_rules.empty() && !series_.unjudged().empty();
  if (watched || anew_ || !case_changes_.empty()) due = std::min(due, GridPoint(log_time));
  if (due == kNever) return due;
  return std::max(due, last_evaluated_ == kBeginningOfTime ? due : last_evaluated_ + rules_.grid);
}

absl::Status RuleEngine::Evaluate(Instant x) {
  last_evaluated_ = x;
  for (; !abandoned_.empty() && *abandoned_.front().resolved_at + kAbandonedKept <= x; abandoned_.pop_front())
    expired_.push_back(EpisodeRow(abandoned_.front().fingerprint, abandoned_.front().started_at));
  std::set<Fingerprint> unconfirmed;
  if (anew_) {
    for (const auto& [fingerprint, episode] : open_) unconfirmed.insert(fingerprint);
  }
  if (absl::Status status = EvaluateCases(x, unconfirmed); !status.ok()) return status;
  std::set<Watch> watches;
  for (Series* s : series_.unjudged()) {
    s->unjudged = false;
    if (s->key.sex != domain::Sex::kAll || s->key.age != domain::Age::kAll) continue;
    for (size_t r = 0; r < rules_.threshold_rules.size(); ++r) {
      const ThresholdRule& rule = rules_.threshold_rules[r];
      if (rule.indicator == s->key.indicator && rule.level == s->key.level) watches.insert({r, s});
    }
  }
  series_.unjudged().clear();
  for (auto it = scheduled_.begin(); it != scheduled_.end() && it->first <= x; ++it)
    watches.insert(it->second);
  // In the order of their keys, so that the episodes come in the same order everywhere.
  std::vector<Watch> ordered(watches.begin(), watches.end());
  std::sort(ordered.begin(), ordered.end(), [](const Watch& a, const Watch& b) {
    return std::tie(a.rule, a.series->key.key) < std::tie(b.rule, b.series->key.key);
  });
  for (const Watch& watch : ordered) {
    if (absl::Status status = EvaluateSeries(watch, x); !status.ok()) return status;
    const std::string& rule = rules_.threshold_rules[watch.rule].id;
    unconfirmed.erase(EpisodeFingerprint(rule, geography_.region_code, watch.series->key.key));
  }
  for (const Fingerprint& fingerprint : unconfirmed) Resolve(fingerprint, x);
  anew_ = false;
  return absl::OkStatus();
}

absl::Status RuleEngine::EvaluateCases(Instant x, std::set<Fingerprint>& unconfirmed) {
  for (const auto& [where, change] : case_changes_) {
    const std::string& indicator = definition_.indicators[where.first].id;
    for (size_t r = 0; r < rules_.case_rules.size(); ++r) {
      const CaseRule& rule = rules_.case_rules[r];
      if (rule.indicator != indicator) continue;
      const std::string fingerprint = EpisodeFingerprint(rule.id, geography_.region_code, where.second);
      const bool open = open_.contains(fingerprint);
      const bool holds = Holds(rule, change.waiting);
      unconfirmed.erase(fingerprint);
      if (open && !holds) Resolve(fingerprint, x);
      if (open || !holds) continue;
      if (absl::Status status = Open(NewCaseEpisode(r, where.second, change, x)); !status.ok()) return status;
    }
  }
  case_changes_.clear();
  unwritten_changes_ = written_changes_;
  return absl::OkStatus();
}

absl::Status RuleEngine::EvaluateSeries(const Watch& watch, Instant x) {
  const ThresholdRule& rule = rules_.threshold_rules[watch.rule];
  const domain::PaneRange range = domain::WindowPanes(rule.window, x, zone_);
  const Counts counts = watch.series->SumDecided(range);
  const std::string fingerprint = EpisodeFingerprint(rule.id, geography_.region_code, watch.series->key.key);
  auto it = open_.find(fingerprint);
  if (it == open_.end() && Below(rule, counts)) {
    if (absl::Status status = Open(NewThresholdEpisode(watch, x)); !status.ok()) return status;
    it = open_.find(fingerprint);
  }
  if (it != open_.end()) {
    Episode& episode = it->second;
    if (episode.state == EpisodeState::kPending && !Below(rule, counts)) {
      Resolve(fingerprint, x);
    } else if (episode.state == EpisodeState::kPending && x >= episode.started_at + rule.for_at_least) {
      Fire(rule, counts, x, episode);
      Change(episode);
    } else if (episode.state == EpisodeState::kFiring && Cleared(rule, counts)) {
      Resolve(fingerprint, x);
    }
  }
  Schedule(watch, range, x);
  return absl::OkStatus();
}

// When this must be looked at again although nothing changes: a `for` that ends, or a pane that leaves.
void RuleEngine::Schedule(const Watch& watch, const domain::PaneRange& range, Instant x) {
  const ThresholdRule& rule = rules_.threshold_rules[watch.rule];
  Instant next = kNever;
  const auto it = open_.find(EpisodeFingerprint(rule.id, geography_.region_code, watch.series->key.key));
  if (it != open_.end() && it->second.state == EpisodeState::kPending) {
    next = GridPoint(it->second.started_at + rule.for_at_least);
  }
  const auto& panes = watch.series->panes[static_cast<size_t>(range.span)];
  auto pane = panes.lower_bound(range.first);
  while (pane != panes.end() && pane->second.decided.n == 0) ++pane;
  if (pane != panes.end() && rule.window != domain::Window::kAll) {
    // A rolling window moves by one pane at a time: it is empty of this pane when its last is so much later.
    // Of the calendar's windows, which panes can enter too, the next day is asked, which is never too late.
    const bool rolling = rule.window <= domain::Window::k365d;
    const domain::PaneIndex edge =
        rolling ? pane->first + (range.last - range.first) + 1 : domain::PaneOf(range.span, x, zone_) + 1;
    next = std::min(next, GridPoint(domain::PaneStart(range.span, edge, zone_)));
  }
  if (next <= x) next = x + rules_.grid;
  if (const auto old = schedule_of_.find(watch); old != schedule_of_.end()) {
    scheduled_.erase({old->second, watch});
    schedule_of_.erase(old);
  }
  if (next == kNever) return;
  scheduled_.insert({next, watch});
  schedule_of_[watch] = next;
}

absl::StatusOr<Instant> RuleEngine::LastResolved(const Fingerprint& fingerprint) const {
  Instant last = kBeginningOfTime;
  const auto note = [&](const Episode& e) {
    if (e.fingerprint == fingerprint && e.firing_at && e.resolved_at) last = std::max(last, *e.resolved_at);
  };
  for (const Episode& e : unwritten_) note(e);
  const std::string from = rows::Begin(rows::kEpisode) + fingerprint;
  const absl::Status scanned =
      store_.Scan(from, from + '\xff', [&](std::string_view, std::string_view value) {
        Episode e;
        if (DecodeEpisode(value, e)) note(e);
        return true;
      });
  if (!scanned.ok()) return scanned;
  return last;
}

// An episode that begins again after it was undone by a correction starts where the one before it ended, so
// that (fingerprint, start) names one stretch of time.
absl::Status RuleEngine::Open(Episode episode) {
  auto last = LastResolved(episode.fingerprint);
  if (!last.ok()) return last.status();
  episode.started_at = std::max(episode.started_at, *last);
  Episode& open = open_[episode.fingerprint] = std::move(episode);
  Change(open);
  return absl::OkStatus();
}

void RuleEngine::Change(Episode& episode) {
  changed_.push_back(episode);
  unwritten_.push_back(episode);
}

void RuleEngine::Resolve(const Fingerprint& fingerprint, Instant x) {
  Episode episode = std::move(open_[fingerprint]);
  open_.erase(fingerprint);
  const bool fired = episode.state == EpisodeState::kFiring;
  episode.state = EpisodeState::kResolved;
  episode.resolved_at = x;
  changed_.push_back(episode);
  if (!fired) abandoned_.push_back(episode);
  unwritten_.push_back(std::move(episode));
}

Episode RuleEngine::NewThresholdEpisode(const Watch& watch, Instant x) const {
  const ThresholdRule& rule = rules_.threshold_rules[watch.rule];
  const domain::SeriesKey& key = watch.series->key;
  return Episode{.fingerprint = EpisodeFingerprint(rule.id, geography_.region_code, key.key),
                 .rule = rule.id,
                 .region = geography_.region_code,
                 .severity = rule.severity,
                 .state = EpisodeState::kPending,
                 .started_at = x,
                 .indicator = rule.indicator,
                 .level = rule.level,
                 .key = key.key,
                 .place = PlaceName(key.level, key.key, geography_),
                 .window = std::string(domain::WindowName(rule.window)),
                 .floor_permille = rule.floor_permille,
                 .action = rule.action,
                 .runbook = rule.runbook};
}

void RuleEngine::Fire(const ThresholdRule& rule, const Counts& counts, Instant x, Episode& e) {
  e.state = EpisodeState::kFiring;
  e.firing_at = x;
  e.n = counts.n;
  e.within = counts.within;
  const std::vector<std::pair<std::string_view, std::string>> values = {
      {"place", e.place},
      {"share", Percent(counts.within, counts.n)},
      {"n", std::to_string(counts.n)},
      {"within", std::to_string(counts.within)},
      {"missed", std::to_string(counts.n - counts.within)},
      {"floor", Percent(rule.floor_permille, 1000)},
      {"window", e.window},
      {"since", LocalMinute(e.started_at, zone_)},
      {"carriers", Carriers(rule, x)}};
  e.summary_sv = FillTemplate(rule.summary_sv, values);
  e.summary_en = FillTemplate(rule.summary_en, values);
}

// Which municipalities, or else units, carry most of the misses, the worst first. Names alone: their numbers
// are mostly too small to be sent out (spec §6).
std::string RuleEngine::Carriers(const ThresholdRule& rule, Instant x) {
  const domain::PaneRange range = domain::WindowPanes(rule.window, x, zone_);
  std::vector<std::pair<int64_t, std::string>> misses;
  for (const std::string_view level : {"municipality", "unit"}) {
    series_.ForEach([&](Series& s) {
      if (s.key.indicator != rule.indicator || s.key.level != level) return;
      if (s.key.sex != domain::Sex::kAll || s.key.age != domain::Age::kAll) return;
      const Counts c = s.SumDecided(range);
      if (c.n > c.within) misses.emplace_back(c.within - c.n, PlaceName(level, s.key.key, geography_));
    });
    if (!misses.empty()) break;
  }
  std::sort(misses.begin(), misses.end());
  if (misses.size() > 3) misses.resize(3);
  std::string text;
  for (const auto& [minus, place] : misses) text += (text.empty() ? "" : ", ") + place;
  return text;
}

Episode RuleEngine::NewCaseEpisode(size_t r, const std::string& case_key, const CaseChange& change,
                                   Instant x) const {
  const CaseRule& rule = rules_.case_rules[r];
  Episode e{.fingerprint = EpisodeFingerprint(rule.id, geography_.region_code, case_key),
            .rule = rule.id,
            .region = geography_.region_code,
            .severity = rule.severity,
            .state = EpisodeState::kFiring,
            .started_at = rule.condition == CaseCondition::kOverdue ? change.deadline : change.warn_at,
            .firing_at = x,
            .indicator = rule.indicator,
            .level = "region",
            .key = std::string(domain::kRegionKey),
            .n = 1,
            .action = rule.action,
            .runbook = rule.runbook};
  if (geography_.FindMunicipality(change.municipality) != nullptr) {
    e.level = "municipality";
    e.key = change.municipality;
  } else if (geography_.FindUnit(change.unit) != nullptr) {
    e.level = "unit";
    e.key = change.unit;
  }
  e.place = PlaceName(e.level, e.key, geography_);
  const std::vector<std::pair<std::string_view, std::string>> values = {
      {"place", e.place}, {"since", LocalMinute(e.started_at, zone_)}};
  e.summary_sv = FillTemplate(rule.summary_sv, values);
  e.summary_en = FillTemplate(rule.summary_en, values);
  return e;
}

std::vector<Episode> RuleEngine::OpenEpisodes() const {
  std::vector<Episode> all;
  for (const auto& [fingerprint, episode] : open_) all.push_back(episode);
  return all;
}

std::vector<Episode> RuleEngine::TakeChanged() { return std::exchange(changed_, {}); }

absl::StatusOr<std::vector<Episode>> RuleEngine::Kept(size_t limit) const {
  std::vector<Episode> all;
  const absl::Status scanned = store_.Scan(rows::Begin(rows::kEpisode), rows::End(rows::kEpisode),
                                           [&](std::string_view, std::string_view value) {
                                             Episode e;
                                             if (DecodeEpisode(value, e)) all.push_back(std::move(e));
                                             return true;
                                           });
  if (!scanned.ok()) return scanned;
  std::sort(all.begin(), all.end(), [](const Episode& a, const Episode& b) {
    return std::tie(b.started_at, b.fingerprint) < std::tie(a.started_at, a.fingerprint);
  });
  if (all.size() > limit) all.resize(limit);
  return all;
}

void RuleEngine::Flush(WriteBatch& batch) {
  for (const Episode& e : unwritten_) batch.Put(EpisodeRow(e.fingerprint, e.started_at), EncodeEpisode(e));
  for (std::string& row : expired_) batch.Delete(std::move(row));
  unwritten_.clear();
  expired_.clear();
  for (const auto& where : unwritten_changes_) {
    const auto change = case_changes_.find(where);
    if (change != case_changes_.end()) {
      batch.Put(CaseChangeRow(generation_, where), EncodeCaseChange(change->second));
      written_changes_.insert(where);
    } else if (written_changes_.erase(where) > 0) {
      batch.Delete(CaseChangeRow(generation_, where));
    }
  }
  unwritten_changes_.clear();
}

}  // namespace vardvakt::engine
