#include "services/compliance/query.h"

#include <algorithm>
#include <functional>

#include "lib/base/strings.h"
#include "lib/engine/figures.h"
#include "lib/wire/compliance_codec.h"
#include "services/compliance/data_quality.h"
#include "services/compliance/explain.h"
#include "services/compliance/filter.h"
#include "services/compliance/indicator_info.h"
#include "services/compliance/messages.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

using engine::Task;
using engine::Worker;

constexpr int kDefaultLimit = 1000;

size_t LimitOf(int limit) { return static_cast<size_t>(limit <= 0 ? kDefaultLimit : limit); }

class Query final : public wire::ComplianceApi {
 public:
  Query(const config::Configuration& configuration, const engine::Host& host, std::string process)
      : configuration_(configuration), host_(host), process_(std::move(process)) {}

  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
      const v1::ListIndicatorsRequest& request) override {
    const config::RegionConfiguration* region = configuration_.FindRegion(request.region());
    if (region == nullptr)
      return absl::InvalidArgumentError(Cat("region: there is no region \"", request.region(), "\""));
    v1::ListIndicatorsResponse response;
    for (const Worker* worker : host_.Find(region->code, "")) {
      const engine::TaskSetting shown = worker->setting();
      for (const domain::Indicator& indicator : shown.definition->indicators) {
        *response.add_indicators() =
            DescribeIndicator(indicator, *shown.definition, Today(*region, worker->stream()));
      }
    }
    return response;
  }

  absl::StatusOr<v1::GetComplianceResponse> GetCompliance(const v1::GetComplianceRequest& request) override {
    const auto filter = Filter::From(request);
    if (!filter.ok()) return filter.status();
    v1::GetComplianceResponse response;
    return Answer(request.region(), request.indicator(), response,
                  [&](Task& task) { return AddRows(task, *filter, response); });
  }

  absl::StatusOr<v1::GetSeriesResponse> GetSeries(const v1::GetSeriesRequest& request) override {
    const auto filter = SeriesFilter::From(request);
    if (!filter.ok()) return filter.status();
    v1::GetSeriesResponse response;
    return Answer(request.region(), request.indicator(), response, [&](Task& task) {
      return filter->snapshots ? AddSnapshots(task, *filter, response) : AddPoints(task, *filter, response);
    });
  }

  absl::StatusOr<v1::ListCasesResponse> ListCases(const v1::ListCasesRequest& request) override {
    std::optional<domain::Waiting> state;
    if (request.state() == "at_risk") state = domain::Waiting::kAtRisk;
    if (request.state() == "overdue") state = domain::Waiting::kOverdue;
    if (!state && !request.state().empty())
      return absl::InvalidArgumentError("state: give at_risk, overdue, or leave it out");
    v1::ListCasesResponse response;
    const size_t limit = LimitOf(request.limit());
    auto answered = Answer(request.region(), request.indicator(), response, [&](Task& task) -> absl::Status {
      const auto indicator = IndexOf(task, request.indicator());
      if (!request.indicator().empty() && !indicator) return absl::OkStatus();
      int64_t total = 0;
      auto cases = task.CurrentCases(indicator, state, limit, &total);
      if (!cases.ok()) return cases.status();
      for (const engine::CaseStatus& status : *cases) *response.add_cases() = ToProto(status, task.setting());
      response.set_total(response.total() + static_cast<int32_t>(total));
      return absl::OkStatus();
    });
    return answered;
  }

  absl::StatusOr<v1::ListEpisodesResponse> ListEpisodes(const v1::ListEpisodesRequest& request) override {
    const std::string& state = request.state();
    if (!state.empty() && state != "pending" && state != "firing" && state != "resolved") {
      return absl::InvalidArgumentError("state: give pending, firing, resolved, or leave it out");
    }
    std::vector<domain::Episode> all;
    v1::ListEpisodesResponse response;
    auto answered = Answer(request.region(), "", response, [&](Task& task) -> absl::Status {
      auto kept = task.rules().Kept(SIZE_MAX);
      if (!kept.ok()) return kept.status();
      for (domain::Episode& e : *kept) {
        if (e.resolved_at && !e.firing_at) continue;  // it never fired
        if (state.empty() || domain::EpisodeStateName(e.state) == state) all.push_back(std::move(e));
      }
      return absl::OkStatus();
    });
    if (!answered.ok()) return answered;
    std::sort(all.begin(), all.end(), [](const domain::Episode& a, const domain::Episode& b) {
      return std::tie(b.started_at, b.fingerprint) < std::tie(a.started_at, a.fingerprint);
    });
    if (all.size() > LimitOf(request.limit())) all.resize(LimitOf(request.limit()));
    for (const domain::Episode& e : all) *answered->add_episodes() = wire::ToProto(e);
    return answered;
  }

  absl::StatusOr<v1::GetDataQualityResponse> GetDataQuality(
      const v1::GetDataQualityRequest& request) override {
    v1::GetDataQualityResponse response;
    return Answer(request.region(), "", response, [&](Task& task) -> absl::Status {
      AddDataQuality(task, response);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<v1::ExplainCaseResponse> ExplainCase(const v1::ExplainCaseRequest& request) override {
    if (request.case_id().empty()) return absl::InvalidArgumentError("case_id: say which case");
    v1::ExplainCaseResponse response;
    return Answer(request.region(), "", response, [&](Task& task) -> absl::Status {
      if (!request.stream().empty() && request.stream() != task.setting().definition->stream)
        return absl::OkStatus();
      return ExplainCaseOf(task, request.source(), request.case_id(), response);
    });
  }

  absl::StatusOr<v1::ExplainShareResponse> ExplainShare(const v1::ExplainShareRequest& request) override {
    const auto filter = Filter::From(request.share());
    if (!filter.ok()) return filter.status();
    if (request.share().indicator().empty()) return absl::InvalidArgumentError("indicator: say which share");
    v1::ExplainShareResponse response;
    return Answer(request.share().region(), request.share().indicator(), response,
                  [&](Task& task) { return ExplainShareOf(task, *filter, request.with_cases(), response); });
  }

  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest&) override {
    v1::GetStatusResponse response;
    response.set_process(process_);
    for (Worker* worker : host_.Find("", "")) *response.add_tasks() = StatusOf(*worker);
    return response;
  }

 private:
  v1::TaskStatus StatusOf(const Worker& worker) const {
    const engine::WorkerStatus status = worker.status();
    v1::TaskStatus out;
    out.set_region(worker.region());
    out.set_stream(worker.stream());
    out.set_owned(status.owned);
    out.set_caught_up(status.state == engine::WorkerState::kReady);
    out.set_detail(status.detail.empty() || out.caught_up()
                       ? status.detail
                       : Cat(engine::WorkerStateName(status.state), ": ", status.detail));
    if (status.judging) {
      out.set_coming_revision(status.judging->revision);
      out.set_judged_cases(status.judging->judged);
      out.set_cases(status.judging->cases);
      const int64_t percent = status.judging->judged * 100 / std::max<int64_t>(1, status.judging->cases);
      out.set_detail(Cat(out.detail(), out.detail().empty() ? "" : "; ", "revision ",
                         status.judging->revision, " is being judged: ", percent, " %",
                         out.caught_up() ? Cat("; revision ", status.version.revision, " is shown") : ""));
    }
    if (!status.refused.empty()) {
      out.set_detail(Cat(out.detail(), out.detail().empty() ? "" : "; ",
                         "newer definitions were refused: ", status.refused));
    }
    *out.mutable_version() = ToProto(status.version);
    if (status.version.log_time != kBeginningOfTime)
      wire::SetTimestamp(status.version.log_time, out.mutable_as_of());
    out.set_lag_records(std::max<int64_t>(0, status.end - status.version.offset));
    out.set_process(process_);
    return out;
  }

  LocalDay Today(const config::RegionConfiguration& region, const std::string& stream) const {
    Instant now = InstantFromMillis(0);
    for (Worker* worker : host_.Find(region.code, stream)) {
      const Instant log_time = worker->status().version.log_time;
      if (log_time != kBeginningOfTime) now = std::max(now, log_time);
    }
    return region.zone.DayOf(now);
  }

  // Looks at every task of the region that has the indicator (empty: any), and says of each how far it is.
  template <typename Response>
  absl::StatusOr<Response> Answer(const std::string& region, const std::string& indicator, Response& response,
                                  const std::function<absl::Status(Task&)>& look) {
    if (!region.empty() && configuration_.FindRegion(region) == nullptr) {
      return absl::InvalidArgumentError(Cat("region: there is no region \"", region, "\""));
    }
    bool known = indicator.empty();
    std::optional<Instant> as_of;
    for (Worker* worker : host_.Find(region, "")) {
      if (!indicator.empty() && !HasIndicator(worker->setting(), indicator)) continue;
      known = true;
      absl::Status looked;
      v1::TaskStatus status = StatusOf(*worker);
      const bool there = worker->Look([&](Task& task) {
        looked = look(task);
        *status.mutable_version() = ToProto(task.version());
        if (task.version().log_time == kBeginningOfTime) return;
        wire::SetTimestamp(task.version().log_time, status.mutable_as_of());
        as_of = std::min(as_of.value_or(task.version().log_time), task.version().log_time);
      });
      if (!looked.ok()) return looked;
      if (!there) status.set_caught_up(false);
      *response.add_tasks() = std::move(status);
    }
    if (!known)
      return absl::InvalidArgumentError(Cat("indicator: there is no indicator \"", indicator, "\""));
    if (!response.tasks().empty() && !as_of) {
      return absl::UnavailableError(Cat("no task is ready yet: ", response.tasks(0).detail()));
    }
    if (as_of) wire::SetTimestamp(*as_of, response.mutable_as_of());
    return std::move(response);
  }

  static bool HasIndicator(const engine::TaskSetting& setting, const std::string& id) {
    const auto& all = setting.definition->indicators;
    return std::any_of(all.begin(), all.end(), [&](const domain::Indicator& i) { return i.id == id; });
  }

  static std::optional<int> IndexOf(const Task& task, const std::string& id) {
    const auto& all = task.setting().definition->indicators;
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
      if (all[i].id == id) return i;
    }
    return std::nullopt;
  }

  const config::Configuration& configuration_;
  const engine::Host& host_;
  std::string process_;
};

}  // namespace

std::unique_ptr<wire::ComplianceApi> MakeQuery(const config::Configuration& configuration,
                                               const engine::Host& host, std::string process) {
  return std::make_unique<Query>(configuration, host, std::move(process));
}

}  // namespace vardvakt::compliance
