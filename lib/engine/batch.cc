#include "lib/engine/batch.h"

#include "lib/engine/figures.h"
#include "lib/engine/judge_case.h"

namespace vardvakt::engine {
namespace {

// Events of one case mostly come close together: so many are folded up at a time.
constexpr size_t kCasesWorkedOn = 4'000;

}  // namespace

Batch::Batch(TaskSetting setting)
    : setting_(std::move(setting)), cases_(nullptr, 0), series_(*setting_.definition, *setting_.zone, 0) {
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
  SourceQuality& source = SentBy(event.source).quality;
  ++source.accepted;
  source.CountArrival(*event.recorded_at);
  if (cases_.working() >= kCasesWorkedOn) {
    WriteBatch none;
    cases_.Flush(none);
  }
  return absl::OkStatus();
}

Batch::Sent& Batch::SentBy(const std::string& source) {
  if (last_sent_ == nullptr || last_sent_->first != source) last_sent_ = &*sent_.try_emplace(source).first;
  return last_sent_->second;
}

void Batch::AddQuality(Instant as_of, Figures& all) const {
  const std::string& stream = setting_.definition->stream;
  for (const auto& [source, sent] : sent_) {
    all.sources.push_back({.stream = stream,
                           .source = source,
                           .accepted = sent.quality.accepted,
                           .without_effect = sent.quality.accepted - sent.standing,
                           .last_recorded = sent.quality.last_event,
                           .events_per_minute = sent.quality.EventsPerMinute(as_of),
                           .findings = series_.quality().OfSource(source)});
  }
  all.units = series_.quality().Units(as_of, *setting_.zone);
  for (domain::UnitRow& unit : all.units) unit.stream = stream;
}

absl::StatusOr<Batch::Figures> Batch::Finish(Instant as_of) {
  WriteBatch none;
  cases_.Flush(none);
  const absl::Status judged = cases_.ForEach([&](std::string_view, CaseRecord& record) {
    series_.Add(JudgeCase(record.state, setting_, as_of).counted, as_of);
    for (const domain::Stamp& stamp : record.state.stamps) ++SentBy(stamp.source).standing;
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
  AddQuality(as_of, all);
  return all;
}

}  // namespace vardvakt::engine
