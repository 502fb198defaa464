#include "services/vardvakt/replayer.h"

#include <algorithm>
#include <iterator>

#include "lib/base/personal_number.h"
#include "lib/base/strings.h"
#include "services/compliance/task_setting.h"

namespace vardvakt::cli {
namespace {

constexpr size_t kLongestSource = 64;  // spec §2

absl::Status NothingAccepted(const wire::Accounting& events) {
  std::string reasons;
  for (const auto& [reason, count] : events.rejected) {
    CatTo(reasons, reasons.empty() ? "" : ", ", count, " ", reason);
  }
  return absl::NotFoundError(
      Cat("no event was accepted, so there is nothing to judge; ",
          reasons.empty()
              ? "none was found: look at --as-of, and at what a CSV file's mapping selects (vardvakt convert)"
              : Cat("rejected: ", reasons, "; --dead-letters FILE has each with its detail")));
}

}  // namespace

Replayer::Replayer(const config::Configuration& configuration, std::optional<Instant> as_of,
                   Instant wall_clock)
    : configuration_(configuration), as_of_(as_of), append_time_(as_of.value_or(wall_clock)) {}

absl::Status Replayer::Add(domain::Event& event, std::optional<domain::Rejection>& rejection) {
  rejection.reset();
  if (as_of_ && event.recorded_at && *event.recorded_at > *as_of_) return absl::OkStatus();
  rejection = domain::CheckEvent(event, configuration_.intake, append_time_);
  if (rejection) {
    CountRejected(*rejection, event);
    return absl::OkStatus();
  }
  const config::RegionConfiguration& region = *configuration_.FindRegion(event.region);
  event.region = region.code;
  ++events_.received;
  ++events_.accepted;
  last_recorded_ = std::max(last_recorded_, *event.recorded_at);
  return BatchOf(region, event.stream).Add(event);
}

void Replayer::CountRejected(const domain::Rejection& rejection, const domain::Event& event) {
  const std::string reason(domain::RejectName(rejection.reason));
  ++events_.received;
  ++events_.rejected[reason];
  const config::RegionConfiguration* region = configuration_.FindRegion(event.region);
  const bool known_stream = configuration_.intake.streams.contains(event.stream);
  const bool tells_source =
      !event.source.empty() && event.source.size() <= kLongestSource && !ContainsPersonalNumber(event.source);
  ++rejected_[{region == nullptr ? configuration_.regions.front().code : region->code,
               known_stream ? event.stream : std::string(domain::kUnknownKey),
               tells_source ? event.source : std::string(domain::kUnknownKey)}][reason];
}

void Replayer::AddRejected(wire::ReplayReport& report) const {
  for (const auto& [from, reasons] : rejected_) {
    const auto& [region, stream, source] = from;
    std::vector<domain::SourceRow>& rows = report.regions[region].sources;
    auto row = std::ranges::find_if(
        rows, [&](const domain::SourceRow& r) { return r.stream == stream && r.source == source; });
    if (row == rows.end()) row = rows.insert(rows.end(), {.stream = stream, .source = source});
    row->rejected = reasons;
  }
}

absl::StatusOr<wire::ReplayReport> Replayer::Finish() {
  if (events_.accepted == 0) return NothingAccepted(events_);
  wire::ReplayReport report;
  report.as_of = as_of_.value_or(last_recorded_);
  report.events = events_;
  int64_t standing = 0;
  for (const config::RegionConfiguration& region : configuration_.regions) {
    report.regions[region.code];
    // A ratio is given with a numerator of 0 too: also of a stream that had no event.
    for (const domain::StreamDefinition& stream : region.streams) BatchOf(region, stream.stream);
  }
  for (auto& [key, batch] : batches_) {
    absl::StatusOr<engine::Batch::Figures> figures = batch->Finish(report.as_of);
    if (!figures.ok()) return figures.status();
    standing += batch->standing();
    wire::RegionReport& rows = report.regions[key.first->code];
    std::ranges::move(figures->shares, std::back_inserter(rows.shares));
    std::ranges::move(figures->waiting, std::back_inserter(rows.waiting));
    std::ranges::move(figures->ratios, std::back_inserter(rows.ratios));
    std::ranges::move(figures->left_out, std::back_inserter(rows.left_out));
    std::ranges::move(figures->sources, std::back_inserter(rows.sources));
    std::ranges::move(figures->units, std::back_inserter(rows.units));
  }
  AddRejected(report);
  report.events.without_effect = events_.accepted - standing;
  return report;
}

engine::Batch& Replayer::BatchOf(const config::RegionConfiguration& region, const std::string& stream) {
  std::unique_ptr<engine::Batch>& batch = batches_[{&region, stream}];
  if (batch != nullptr) return *batch;
  const domain::StreamDefinition* definition = region.FindStream(stream);
  if (definition == nullptr) {  // merged for the accounting alone
    without_indicators_.push_back({.stream = stream});
    definition = &without_indicators_.back();
  }
  batch =
      std::make_unique<engine::Batch>(compliance::TaskSettingOf(region, *definition, configuration_.intake));
  return *batch;
}

}  // namespace vardvakt::cli
