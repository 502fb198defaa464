#include "lib/engine/batch.h"

#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"

namespace vardvakt::engine {
namespace {

// Events of one case mostly come close together: so many are folded up at a time.
constexpr size_t kCasesWorkedOn = 4'000;

}  // namespace

Batch::Batch(TaskSetting setting)
    : setting_(std::move(setting)), cases_(nullptr, 0), series_(*setting_.definition, *setting_.zone, false) {
  const auto schema = setting_.intake->streams.find(setting_.definition->stream);
  case_scope_stream_ = schema != setting_.intake->streams.end() && schema->second.case_scope_stream;
}

absl::Status Batch::Add(const domain::Event& event) {
  CaseKeyOf(event, case_scope_stream_, key_);
  auto opened = cases_.Open(key_);
  if (!opened.ok()) return opened.status();
  domain::CaseState& state = (*opened)->record.state;
  const int64_t before = domain::StandingEvents(state);
  if (domain::Merge(event, state)) (*opened)->changed = true;
  standing_ += domain::StandingEvents(state) - before;
  ++accepted_;
  if (cases_.working() >= kCasesWorkedOn) {
    WriteBatch none;
    cases_.Flush(none);
  }
  return absl::OkStatus();
}

absl::StatusOr<Batch::Figures> Batch::Finish(Instant as_of) {
  WriteBatch none;
  cases_.Flush(none);
  const absl::Status judged = cases_.ForEach([&](std::string_view, CaseRecord& record) {
    series_.Add(JudgeCase(record.state, setting_, as_of).counted, as_of);
    return true;
  });
  if (!judged.ok()) return judged;

  Figures all;
  const engine::Figures figures(*setting_.definition, *setting_.zone, as_of);
  series_.ForEach([&](Series& series) {
    figures.ForEachShare(series, false, [&](domain::ShareRow row) { all.shares.push_back(std::move(row)); });
    if (series.open != 0) all.waiting.push_back(figures.Waiting(series));
    if (series.AnyLeftOut()) all.left_out.push_back(figures.LeftOut(series));
  });
  for (int i = 0; i < static_cast<int>(setting_.definition->indicators.size()); ++i) {
    for (domain::RatioRow& row : figures.Ratios(series_, i)) all.ratios.push_back(std::move(row));
  }
  return all;
}

}  // namespace vardvakt::engine
