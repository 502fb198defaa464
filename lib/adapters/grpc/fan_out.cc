#include "lib/adapters/grpc/fan_out.h"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::rpc {
namespace v1 = compliance::v1;
namespace {

using google::protobuf::Timestamp;
using Task = std::pair<std::string, std::string>;  // region and stream

auto TimeKey(const Timestamp& t) { return std::make_pair(t.seconds(), t.nanos()); }

// What decides between two answers about one task: an owner before a follower, then the greater version.
auto Rank(const v1::TaskStatus& task) {
  const v1::Version& version = task.version();
  return std::make_tuple(task.owned(), version.revision(), version.offset(), TimeKey(version.log_time()));
}

template <typename Response>
struct Answered {
  std::vector<Response> responses;
  std::vector<v1::TaskStatus> silent;  // one for each endpoint that did not answer
};

// Which of the answers is kept for which task.
class Choice {
 public:
  template <typename Response>
  explicit Choice(const Answered<Response>& answered) {
    for (size_t i = 0; i < answered.responses.size(); ++i) {
      for (const v1::TaskStatus& task : answered.responses[i].tasks()) Offer(i, task);
    }
  }

  bool Keeps(size_t answer, const std::string& region, const std::string& stream) const {
    auto it = best_.find({region, stream});
    return it == best_.end() || it->second.answer == answer;
  }

  // Tasks and as_of (the least) of what was kept.
  template <typename Response>
  void Describe(const std::vector<v1::TaskStatus>& silent, Response& response) const {
    response.clear_tasks();
    response.clear_as_of();
    for (const auto& [task, kept] : best_) {
      *response.add_tasks() = *kept.status;
      const Timestamp& as_of = kept.status->as_of();
      if (!response.has_as_of() || TimeKey(as_of) < TimeKey(response.as_of()))
        *response.mutable_as_of() = as_of;
    }
    for (const v1::TaskStatus& status : silent) *response.add_tasks() = status;
  }

 private:
  struct Kept {
    size_t answer;
    const v1::TaskStatus* status;
  };

  void Offer(size_t answer, const v1::TaskStatus& status) {
    auto [it, first] = best_.try_emplace({status.region(), status.stream()}, Kept{answer, &status});
    if (!first && Rank(*it->second.status) < Rank(status)) it->second = {answer, &status};
  }

  std::map<Task, Kept> best_;
};

// Moves the rows of `from` that `keep` holds for to `to`.
template <typename Rows, typename Keep>
void Take(Rows* from, Rows* to, Keep keep) {
  for (auto& row : *from) {
    if (keep(row)) to->Add(std::move(row));
  }
}

template <typename Rows, typename Key>
void SortBy(Rows* rows, Key key) {
  std::stable_sort(rows->begin(), rows->end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

template <typename Rows>
void Cut(Rows* rows, int limit) {
  constexpr int kDefaultLimit = 1000;  // as the requests say
  if (limit <= 0) limit = kDefaultLimit;
  if (rows->size() > limit) rows->DeleteSubrange(limit, rows->size() - limit);
}

class FanOutApi final : public wire::ComplianceApi {
 public:
  FanOutApi(std::vector<Endpoint> endpoints, StreamOf stream_of)
      : endpoints_(std::move(endpoints)), stream_of_(std::move(stream_of)) {}

  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
      const v1::ListIndicatorsRequest& request) override {
    auto answered = Ask(&ComplianceApi::ListIndicators, request);
    if (!answered.ok()) return answered.status();
    return std::move(answered->responses.front());
  }

  absl::StatusOr<v1::GetComplianceResponse> GetCompliance(const v1::GetComplianceRequest& request) override {
    auto answered = Ask(&ComplianceApi::GetCompliance, request);
    if (!answered.ok()) return answered.status();
    Choice choice(*answered);
    v1::GetComplianceResponse merged;
    choice.Describe(answered->silent, merged);
    for (size_t i = 0; i < answered->responses.size(); ++i) {
      auto keep = [&](const auto& row) {
        return choice.Keeps(i, row.region(), stream_of_(row.region(), row.indicator()));
      };
      v1::GetComplianceResponse& response = answered->responses[i];
      Take(response.mutable_shares(), merged.mutable_shares(), keep);
      Take(response.mutable_waiting(), merged.mutable_waiting(), keep);
      Take(response.mutable_ratios(), merged.mutable_ratios(), keep);
      Take(response.mutable_left_out(), merged.mutable_left_out(), keep);
    }
    SortBy(merged.mutable_shares(), [](const v1::ShareRow& row) {
      return std::tie(row.region(), row.indicator(), row.level(), row.key(), row.sex(), row.age(),
                      row.measure(), row.window());
    });
    SortBy(merged.mutable_waiting(), [](const v1::WaitingRow& row) {
      return std::tie(row.region(), row.indicator(), row.level(), row.key(), row.sex(), row.age());
    });
    SortBy(merged.mutable_ratios(), [](const v1::RatioRow& row) {
      return std::tie(row.region(), row.indicator(), row.level(), row.key(), row.sex(), row.age(),
                      row.window());
    });
    SortBy(merged.mutable_left_out(), [](const v1::LeftOutRow& row) {
      return std::tie(row.region(), row.indicator(), row.level(), row.key());
    });
    return merged;
  }

  absl::StatusOr<v1::GetSeriesResponse> GetSeries(const v1::GetSeriesRequest& request) override {
    return Best(Ask(&ComplianceApi::GetSeries, request));
  }

  absl::StatusOr<v1::ListCasesResponse> ListCases(const v1::ListCasesRequest& request) override {
    auto answered = Ask(&ComplianceApi::ListCases, request);
    if (!answered.ok()) return answered.status();
    Choice choice(*answered);
    v1::ListCasesResponse merged;
    choice.Describe(answered->silent, merged);
    int cut_away = 0;
    for (size_t i = 0; i < answered->responses.size(); ++i) {
      v1::ListCasesResponse& response = answered->responses[i];
      const int before = merged.cases_size();
      const int listed = response.cases_size();
      Take(response.mutable_cases(), merged.mutable_cases(),
           [&](const v1::CaseStatus& status) { return choice.Keeps(i, status.region(), status.stream()); });
      if (merged.cases_size() - before == listed) cut_away += std::max(0, response.total() - listed);
    }
    merged.set_total(merged.cases_size() + cut_away);
    SortBy(merged.mutable_cases(), [](const v1::CaseStatus& status) {
      return std::make_tuple(TimeKey(status.deadline()), status.region(), status.indicator(),
                             status.case_id());
    });
    Cut(merged.mutable_cases(), request.limit());
    return merged;
  }

  absl::StatusOr<v1::ListEpisodesResponse> ListEpisodes(const v1::ListEpisodesRequest& request) override {
    auto answered = Ask(&ComplianceApi::ListEpisodes, request);
    if (!answered.ok()) return answered.status();
    Choice choice(*answered);
    v1::ListEpisodesResponse merged;
    choice.Describe(answered->silent, merged);
    for (size_t i = 0; i < answered->responses.size(); ++i) {
      Take(answered->responses[i].mutable_episodes(), merged.mutable_episodes(),
           [&](const alerts::v1::Episode& episode) {
             return choice.Keeps(i, episode.region(), stream_of_(episode.region(), episode.indicator()));
           });
    }
    auto newest_first = [](const alerts::v1::Episode& a, const alerts::v1::Episode& b) {
      return TimeKey(a.started_at()) > TimeKey(b.started_at());
    };
    std::stable_sort(merged.mutable_episodes()->begin(), merged.mutable_episodes()->end(), newest_first);
    Cut(merged.mutable_episodes(), request.limit());
    return merged;
  }

  absl::StatusOr<v1::GetDataQualityResponse> GetDataQuality(
      const v1::GetDataQualityRequest& request) override {
    auto answered = Ask(&ComplianceApi::GetDataQuality, request);
    if (!answered.ok()) return answered.status();
    Choice choice(*answered);
    v1::GetDataQualityResponse merged;
    choice.Describe(answered->silent, merged);
    for (size_t i = 0; i < answered->responses.size(); ++i) {
      Take(
          answered->responses[i].mutable_sources(), merged.mutable_sources(),
          [&](const v1::SourceQuality& source) { return choice.Keeps(i, source.region(), source.stream()); });
    }
    SortBy(merged.mutable_sources(), [](const v1::SourceQuality& source) {
      return std::tie(source.region(), source.stream(), source.source());
    });
    return merged;
  }

  absl::StatusOr<v1::ExplainCaseResponse> ExplainCase(const v1::ExplainCaseRequest& request) override {
    return Best(Ask(&ComplianceApi::ExplainCase, request));
  }

  absl::StatusOr<v1::ExplainShareResponse> ExplainShare(const v1::ExplainShareRequest& request) override {
    return Best(Ask(&ComplianceApi::ExplainShare, request));
  }

  // Every process's view of every task: what it owns and what it follows.
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) override {
    auto answered = Ask(&ComplianceApi::GetStatus, request);
    if (!answered.ok()) return answered.status();
    v1::GetStatusResponse merged;
    for (const v1::GetStatusResponse& response : answered->responses) merged.MergeFrom(response);
    merged.clear_process();
    for (const v1::TaskStatus& silent : answered->silent) *merged.add_tasks() = silent;
    return merged;
  }

 private:
  using ComplianceApi = wire::ComplianceApi;

  // Asks every endpoint; an error only when none answered: the first that is not kUnavailable, else the
  // first.
  template <typename Request, typename Response>
  absl::StatusOr<Answered<Response>> Ask(absl::StatusOr<Response> (ComplianceApi::*method)(const Request&),
                                         const Request& request) {
    std::vector<std::future<absl::StatusOr<Response>>> others;
    for (size_t i = 1; i < endpoints_.size(); ++i) {
      ComplianceApi* api = endpoints_[i].api.get();
      others.push_back(std::async(std::launch::async, [=, &request] { return (api->*method)(request); }));
    }
    std::vector<absl::StatusOr<Response>> all;
    all.push_back((endpoints_.front().api.get()->*method)(request));
    for (auto& other : others) all.push_back(other.get());

    Answered<Response> answered;
    absl::Status failure;
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].ok()) {
        answered.responses.push_back(*std::move(all[i]));
        continue;
      }
      const absl::Status& status = all[i].status();
      if (failure.ok() || (absl::IsUnavailable(failure) && !absl::IsUnavailable(status))) failure = status;
      v1::TaskStatus& silent = answered.silent.emplace_back();
      silent.set_process(endpoints_[i].name);
      silent.set_detail(std::string(status.message()));
    }
    if (answered.responses.empty()) return failure;
    return answered;
  }

  // The whole answer of whoever has the best task; for what concerns one task only.
  template <typename Response>
  static absl::StatusOr<Response> Best(absl::StatusOr<Answered<Response>> answered) {
    if (!answered.ok()) return answered.status();
    Response* best = nullptr;
    for (Response& response : answered->responses) {
      if (response.tasks().empty()) continue;
      if (best == nullptr || Rank(best->tasks(0)) < Rank(response.tasks(0))) best = &response;
    }
    if (best == nullptr) best = &answered->responses.front();
    for (const v1::TaskStatus& silent : answered->silent) *best->add_tasks() = silent;
    return std::move(*best);
  }

  const std::vector<Endpoint> endpoints_;
  const StreamOf stream_of_;
};

}  // namespace

std::unique_ptr<wire::ComplianceApi> FanOut(std::vector<Endpoint> endpoints, StreamOf stream_of) {
  return std::make_unique<FanOutApi>(std::move(endpoints), std::move(stream_of));
}

}  // namespace vardvakt::rpc
