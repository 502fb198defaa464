#include "services/vardvakt/recorded.h"

#include <algorithm>

#include "lib/adapters/memory/memory_store.h"
#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "lib/wire/event_codec.h"
#include "services/compliance/explain.h"
#include "services/compliance/task_setting.h"

namespace vardvakt::cli {

namespace v1 = compliance::v1;

Recorded::Recorded(std::shared_ptr<const config::Configuration> configuration)
    : configuration_(std::move(configuration)) {}

absl::StatusOr<std::unique_ptr<Recorded>> Recorded::Read(
    std::shared_ptr<const config::Configuration> configuration, const InputOptions& input,
    std::optional<Instant> as_of, runtime::Context& context) {
  std::unique_ptr<Recorded> recorded(new Recorded(std::move(configuration)));
  absl::Status status = recorded->ReadAll(input, as_of, context);
  if (status.ok()) status = recorded->Judge();
  if (!status.ok()) return status;
  return recorded;
}

absl::Status Recorded::ReadAll(const InputOptions& input, std::optional<Instant> as_of,
                               runtime::Context& context) {
  for (engine::TaskSetting& setting : compliance::TaskSettingsOf(configuration_)) {
    setting.rules = &no_rules_;
    Part& part = parts_[{setting.region, setting.definition->stream}];
    part.store = std::make_unique<memory::MemoryStore>();
    auto decode = [](std::string_view value, domain::Event& event) {
      return wire::DecodeEvent(value, event);
    };
    auto task = engine::Task::Open(setting, {}, *part.store, decode);
    if (!task.ok()) return task.status();
    part.task = *std::move(task);
  }
  const Instant append_time = as_of.value_or(context.clock.Now());
  Instant last_recorded = kBeginningOfTime;
  absl::Status status =
      ReadInput(input, &configuration_->intake, context.signals,
                [&](domain::Event& event, const std::optional<domain::Rejection>& unreadable, const Place&) {
                  if (unreadable || (as_of && event.recorded_at && *event.recorded_at > *as_of) ||
                      domain::CheckEvent(event, configuration_->intake, append_time)) {
                    return absl::OkStatus();
                  }
                  event.region = configuration_->FindRegion(event.region)->code;
                  last_recorded = std::max(last_recorded, *event.recorded_at);
                  const auto part = parts_.find({event.region, event.stream});
                  if (part != parts_.end()) part->second.unread.push_back(wire::EncodeEvent(event));
                  return absl::OkStatus();
                });
  if (!status.ok()) return status;
  if (last_recorded == kBeginningOfTime)
    return absl::NotFoundError("no event was accepted, so there is nothing to explain");
  as_of_ = as_of.value_or(last_recorded);
  return absl::OkStatus();
}

absl::Status Recorded::Judge() {
  for (auto& [name, part] : parts_) {
    std::vector<engine::Record> records;
    for (std::string& value : part.unread) {
      engine::Record& record = records.emplace_back();
      record.offset = static_cast<engine::Offset>(records.size()) - 1;
      record.append_time = as_of_;
      record.value = std::move(value);
    }
    part.unread.clear();
    absl::Status status = part.task->Apply(records);
    if (status.ok()) status = part.task->AdvanceTo(as_of_);
    if (status.ok()) status = part.task->Commit();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ExplainCaseResponse> Recorded::ExplainCase(const v1::ExplainCaseRequest& request) {
  v1::ExplainCaseResponse response;
  wire::SetTimestamp(as_of_, response.mutable_as_of());
  for (auto& [name, part] : parts_) {
    if (!request.region().empty() && request.region() != name.first) continue;
    if (!request.stream().empty() && request.stream() != name.second) continue;
    absl::Status status =
        compliance::ExplainCaseOf(*part.task, request.source(), request.case_id(), response);
    if (!status.ok()) return status;
    if (response.found()) break;
  }
  return response;
}

absl::StatusOr<v1::ExplainShareResponse> Recorded::ExplainShare(const v1::ExplainShareRequest& request) {
  absl::StatusOr<compliance::Filter> filter = compliance::Filter::From(request.share());
  if (!filter.ok()) return filter.status();
  v1::ExplainShareResponse response;
  wire::SetTimestamp(as_of_, response.mutable_as_of());
  for (auto& [name, part] : parts_) {
    if (!request.share().region().empty() && request.share().region() != name.first) continue;
    const auto& indicators = part.task->setting().definition->indicators;
    const bool has = std::ranges::any_of(
        indicators, [&](const domain::Indicator& i) { return i.id == request.share().indicator(); });
    if (!has) continue;
    absl::Status status = compliance::ExplainShareOf(*part.task, *filter, request.with_cases(), response);
    if (!status.ok()) return status;
    return response;
  }
  return absl::InvalidArgumentError(Cat("there is no indicator \"", request.share().indicator(), "\""));
}

}  // namespace vardvakt::cli
