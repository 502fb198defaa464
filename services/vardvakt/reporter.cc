#include "services/vardvakt/reporter.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "lib/base/strings.h"
#include "lib/engine/statement.h"
#include "services/compliance/task_setting.h"

namespace vardvakt::cli {
namespace {

auto Place(const domain::StatementRow& row) {
  return std::tie(row.indicator, row.level, row.key, row.measure);
}

}  // namespace

Reporter::Reporter(const config::Configuration& configuration, domain::Period period,
                   std::optional<Instant> as_of)
    : configuration_(configuration), period_(std::move(period)), as_of_(as_of) {
  for (const config::RegionConfiguration& region : configuration.regions) {
    for (const domain::StreamDefinition& stream : region.streams) {
      const engine::TaskSetting setting = compliance::TaskSettingOf(region, stream, configuration.intake);
      parts_[{region.code, stream.stream}] =
          std::make_unique<Part>(Part{&region, setting, engine::Batch(setting), engine::Batch(setting)});
    }
  }
}

absl::Status Reporter::Add(domain::Event& event, Instant append_time) {
  if (as_of_ && event.recorded_at && *event.recorded_at > *as_of_) return absl::OkStatus();
  if (domain::CheckEvent(event, configuration_.intake, append_time)) return absl::OkStatus();
  const config::RegionConfiguration& region = *configuration_.FindRegion(event.region);
  event.region = region.code;
  last_recorded_ = std::max(last_recorded_, *event.recorded_at);
  const auto it = parts_.find({region.code, event.stream});
  if (it == parts_.end()) return absl::OkStatus();  // a stream without indicators
  if (*event.recorded_at <= region.zone.StartOf(period_.end)) {
    if (absl::Status status = it->second->published.Add(event); !status.ok()) return status;
  }
  return it->second->known.Add(event);
}

absl::StatusOr<domain::Statement> Reporter::Finish() {
  if (last_recorded_ == kBeginningOfTime)
    return absl::NotFoundError("no event was accepted, so there is nothing to state");
  domain::Statement statement{.period = period_, .as_of = as_of_.value_or(last_recorded_)};
  for (auto& [name, part] : parts_) {
    if (statement.as_of < part->region->zone.StartOf(period_.first)) {
      return absl::FailedPreconditionError(Cat("the period ", period_.name, " has not begun as of ",
                                               FormatSeconds(statement.as_of),
                                               "; give an earlier period or a later --as-of"));
    }
    if (absl::Status status = AddRows(*part, statement); !status.ok()) return status;
  }
  std::ranges::stable_sort(statement.rows, [](const auto& a, const auto& b) {
    return std::tie(a.indicator, a.region) < std::tie(b.indicator, b.region);
  });
  return statement;
}

absl::Status Reporter::AddRows(Part& part, domain::Statement& statement) const {
  const Instant end = part.region->zone.StartOf(period_.end);
  const bool has_ended = statement.as_of >= end;
  auto known = engine::StateNumbers(
      part.known.cases(), part.setting,
      {.period = period_, .as_of = statement.as_of, .waiting_at = has_ended ? end : statement.as_of});
  if (!known.ok()) return known.status();
  std::vector<domain::StatementRow> published;
  if (has_ended) {
    auto stated = engine::StateNumbers(part.published.cases(), part.setting,
                                       {.period = period_, .as_of = end, .waiting_at = end});
    if (!stated.ok()) return stated.status();
    published = *std::move(stated);
  }
  std::vector<domain::StatementRow> rows = *std::move(known);
  for (domain::StatementRow& row : rows) {
    if (has_ended) row.as_published.emplace();
  }
  for (domain::StatementRow& row : published) {
    auto same = std::ranges::find_if(rows, [&](const auto& other) { return Place(other) == Place(row); });
    if (same == rows.end()) {  // a place that a correction has emptied
      same = rows.insert(std::ranges::upper_bound(rows, Place(row), {}, Place), row);
      same->as_known = domain::StatedNumbers();
    }
    same->as_published = std::move(row.as_known);
  }
  std::erase_if(rows, [](const domain::StatementRow& row) {
    return row.as_known.Empty() && (!row.as_published || row.as_published->Empty());
  });
  std::ranges::move(rows, std::back_inserter(statement.rows));
  return absl::OkStatus();
}

}  // namespace vardvakt::cli
