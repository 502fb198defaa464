#include "lib/engine/judging.h"

#include <utility>

namespace vardvakt::engine {
namespace {

using domain::Waiting;

Waiting WaitingOf(const CountedCase& counted, size_t indicator) {
  return indicator < counted.by_indicator.size() ? counted.by_indicator[indicator].waiting : Waiting::kNone;
}

std::string LastMilestone(const domain::CaseState& state, Instant now) {
  const domain::Register* last = nullptr;
  for (const domain::Register& r : state.registers) {
    if (r.kind != domain::RegisterKind::kMilestone || !r.set || r.at > now) continue;
    if (last == nullptr || r.at >= last->at) last = &r;
  }
  return last == nullptr ? "" : last->name;
}

}  // namespace

RuleEngine::CaseChange ChangeOf(const CaseStatus& status) {
  return {.waiting = status.waiting,
          .warn_at = status.warn_at.value_or(kNever),
          .deadline = status.deadline.value_or(kNever),
          .municipality = status.municipality,
          .unit = status.unit};
}

Judging::Judging(TaskSetting setting, uint32_t generation, Store& store, size_t timer_chunk)
    : setting_(std::move(setting)),
      generation_(generation),
      store_(store),
      series_(*setting_.definition, *setting_.zone, generation),
      timers_(&store, generation, timer_chunk),
      rules_(MakeRules()) {}

std::unique_ptr<RuleEngine> Judging::MakeRules() {
  return std::make_unique<RuleEngine>(*setting_.rules, *setting_.definition, *setting_.geography,
                                      *setting_.zone, series_, store_, generation_);
}

absl::Status Judging::Load(bool shown) {
  if (absl::Status status = series_.Load(store_); !status.ok()) return status;
  if (absl::Status status = shown ? rules_->Load() : rules_->LoadCaseChanges(); !status.ok()) return status;
  if (absl::Status status = LoadWaiting(); !status.ok()) return status;
  return timers_.LoadMore();
}

absl::Status Judging::LoadWaiting() {
  absl::Status damage;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (value.size() != setting_.definition->indicators.size()) {
      damage = absl::DataLossError(
          "a row of waiting cases can't be read; set the store aside, it is rebuilt from the log");
    }
    waiting_[std::string(key.substr(rows::kJudgingPrefix))] = value;
    return damage.ok();
  };
  const absl::Status scanned =
      store_.Scan(rows::Begin(rows::kWaiting, generation_), rows::End(rows::kWaiting, generation_), visit);
  return scanned.ok() ? damage : scanned;
}

void Judging::Flush(Instant now, WriteBatch& batch) {
  for (const std::string& key : unwritten_waiting_) {
    const auto it = waiting_.find(key);
    std::string row = rows::Begin(rows::kWaiting, generation_) + key;
    it == waiting_.end() ? batch.Delete(std::move(row)) : batch.Put(std::move(row), it->second);
  }
  unwritten_waiting_.clear();
  timers_.Flush(batch);
  series_.Flush(now, batch);
  rules_->Flush(batch);
}

CountedCase Judging::Judge(const std::string& key, const domain::CaseState& state, CountedBy& counted,
                           Instant now, std::vector<CaseStatus>* statuses) {
  JudgedCase judged = JudgeCase(state, setting_, now);
  series_.Move(counted.how, judged.counted, now);
  NoteWaiting(key, state, counted.how, judged, now, statuses);
  timers_.Set(key, counted.next, judged.next);
  counted.next = judged.next;
  return std::exchange(counted.how, std::move(judged.counted));
}

void Judging::NoteWaiting(const std::string& key, const domain::CaseState& state, const CountedCase& before,
                          const JudgedCase& judged, Instant now, std::vector<CaseStatus>* statuses) {
  const auto& [after, judgements, next] = judged;
  bool any = false;
  for (size_t i = 0; i < judgements.size(); ++i) {
    const bool is = IsAtRisk(WaitingOf(after, i));
    any = any || is;
    // The same standing may have another deadline or place by now, and the rules go by what they heard last.
    if (!is && !IsAtRisk(WaitingOf(before, i))) continue;
    CaseStatus status = MakeStatus(key, static_cast<int>(i), state, judgements[i], now);
    rules_->OnCaseChanged(key, status.indicator, ChangeOf(status));
    if (statuses != nullptr) statuses->push_back(std::move(status));
  }
  if (!any && !waiting_.contains(key)) return;
  unwritten_waiting_.insert(key);
  if (!any) {
    waiting_.erase(key);
    return;
  }
  std::string& row = waiting_[key];
  row.clear();
  for (size_t i = 0; i < judgements.size(); ++i) row.push_back(static_cast<char>(WaitingOf(after, i)));
}

CaseStatus Judging::StatusOf(const std::string& key, int indicator, const domain::CaseState& state,
                             Instant now) const {
  const domain::Indicator& definition = setting_.definition->indicators[indicator];
  return MakeStatus(key, indicator, state, domain::Judge(state, definition, now, *setting_.zone), now);
}

CaseStatus Judging::MakeStatus(const std::string& key, int indicator, const domain::CaseState& state,
                               const domain::Judgement& j, Instant now) const {
  return {.indicator = indicator,
          .case_key = key,
          .waiting = j.waiting,
          .start = j.start,
          .warn_at = j.warn_at,
          .deadline = j.deadline,
          .unit = std::string(state.Attribute("unit")),
          .municipality = std::string(state.Attribute("municipality")),
          .last_milestone = LastMilestone(state, now)};
}

void Judging::Retell(TaskSetting setting) {
  const TaskSetting former = std::exchange(setting_, std::move(setting));  // holds what the old rules look at
  series_.Rebind(*setting_.definition, *setting_.zone);
  std::unique_ptr<RuleEngine> rules = MakeRules();
  rules->TakeOver(*rules_);
  rules_ = std::move(rules);
}

}  // namespace vardvakt::engine
