#include "services/gateway/routes.h"

#include <charconv>
#include <chrono>
#include <utility>

#include "lib/base/strings.h"
#include "lib/base/time.h"
#include "lib/wire/compliance_codec.h"
#include "services/gateway/query.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::gateway {
namespace {

namespace v1 = compliance::v1;

template <auto kMutable, typename Message>
absl::Status Text(std::string_view, const std::string& value, Message& message) {
  *(message.*kMutable)() = value;
  return absl::OkStatus();
}

template <auto kMutable, typename Message>
absl::Status Time(std::string_view name, const std::string& value, Message& message) {
  std::optional<Instant> instant = ParseRfc3339(value);
  if (!instant) {
    return absl::InvalidArgumentError(
        Cat("parameter \"", name, "\" is no RFC 3339 time with an offset, such as 2026-04-15T10:00:00Z"));
  }
  wire::SetTimestamp(*instant, (message.*kMutable)());
  return absl::OkStatus();
}

template <typename Message>
absl::Status Limit(std::string_view name, const std::string& value, Message& message) {
  constexpr int kMost = 10'000;
  int limit = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
  if (error != std::errc() || end != value.data() + value.size() || limit < 1 || limit > kMost) {
    return absl::InvalidArgumentError(Cat("parameter \"", name, "\" is no whole number from 1 to ", kMost));
  }
  message.set_limit(limit);
  return absl::OkStatus();
}

constexpr Parameter<v1::ListIndicatorsRequest> kIndicatorsParameters[] = {
    {"region", Text<&v1::ListIndicatorsRequest::mutable_region>},
};
constexpr Parameter<v1::GetComplianceRequest> kComplianceParameters[] = {
    {"region", Text<&v1::GetComplianceRequest::mutable_region>},
    {"indicator", Text<&v1::GetComplianceRequest::mutable_indicator>},
    {"level", Text<&v1::GetComplianceRequest::mutable_level>},
    {"key", Text<&v1::GetComplianceRequest::mutable_key>},
    {"sex", Text<&v1::GetComplianceRequest::mutable_sex>},
    {"age", Text<&v1::GetComplianceRequest::mutable_age>},
    {"measure", Text<&v1::GetComplianceRequest::mutable_measure>},
    {"window", Text<&v1::GetComplianceRequest::mutable_window>},
    {"from", Time<&v1::GetComplianceRequest::mutable_from>},
    {"to", Time<&v1::GetComplianceRequest::mutable_to>},
};
constexpr Parameter<v1::GetSeriesRequest> kSeriesParameters[] = {
    {"region", Text<&v1::GetSeriesRequest::mutable_region>},
    {"indicator", Text<&v1::GetSeriesRequest::mutable_indicator>},
    {"level", Text<&v1::GetSeriesRequest::mutable_level>},
    {"key", Text<&v1::GetSeriesRequest::mutable_key>},
    {"sex", Text<&v1::GetSeriesRequest::mutable_sex>},
    {"age", Text<&v1::GetSeriesRequest::mutable_age>},
    {"measure", Text<&v1::GetSeriesRequest::mutable_measure>},
    {"from", Time<&v1::GetSeriesRequest::mutable_from>},
    {"to", Time<&v1::GetSeriesRequest::mutable_to>},
    {"step", Text<&v1::GetSeriesRequest::mutable_step>},
};
constexpr Parameter<v1::ListCasesRequest> kCasesParameters[] = {
    {"region", Text<&v1::ListCasesRequest::mutable_region>},
    {"indicator", Text<&v1::ListCasesRequest::mutable_indicator>},
    {"state", Text<&v1::ListCasesRequest::mutable_state>},
    {"limit", Limit<v1::ListCasesRequest>},
};
constexpr Parameter<v1::ListEpisodesRequest> kAlertsParameters[] = {
    {"region", Text<&v1::ListEpisodesRequest::mutable_region>},
    {"state", Text<&v1::ListEpisodesRequest::mutable_state>},
    {"limit", Limit<v1::ListEpisodesRequest>},
};
constexpr Parameter<v1::GetDataQualityRequest> kDataQualityParameters[] = {
    {"region", Text<&v1::GetDataQualityRequest::mutable_region>},
};

// What no single parameter shows to be wrong.
template <typename Request>
absl::Status CheckTogether(const Request&) {
  return absl::OkStatus();
}
absl::Status CheckTogether(const v1::GetComplianceRequest& request) {
  if (request.has_from() != request.has_to()) {
    return absl::InvalidArgumentError("\"from\" and \"to\" go together; give both or neither");
  }
  if (request.has_from() && !request.window().empty()) {
    return absl::InvalidArgumentError("\"window\" and \"from\"/\"to\" exclude each other; give one of them");
  }
  return absl::OkStatus();
}

http::Response JsonResponse(const google::protobuf::Message& message) {
  absl::StatusOr<std::string> json = wire::ToJson(message);
  if (!json.ok()) return http::ErrorResponse(json.status());
  return {.body = *std::move(json), .headers = {{"Cache-Control", "no-store"}}};
}

template <typename Request, typename Response>
using Method = absl::StatusOr<Response> (wire::ComplianceApi::*)(const Request&);

template <typename Request, typename Response>
http::Response Answer(const Query& query, std::span<const Parameter<Request>> parameters,
                      wire::ComplianceApi& api, Method<Request, Response> method) {
  Request request;
  absl::Status status = ReadQuery(query, parameters, request);
  if (status.ok()) status = CheckTogether(request);
  if (!status.ok()) return http::ErrorResponse(status);
  absl::StatusOr<Response> response = (api.*method)(request);
  return response.ok() ? JsonResponse(*response) : http::ErrorResponse(response.status());
}

// What every route needs.
struct Wiring {
  http::Router& router;
  wire::ComplianceApi& api;
  runtime::WorkerPool& workers;
  engine::Metrics& metrics;
};

template <typename Request, typename Response, size_t kCount>
void AddRoute(const Wiring& wiring, const char* path, const Parameter<Request> (&parameters)[kCount],
              Method<Request, Response> method) {
  auto handle = [path, &parameters, method, &api = wiring.api, &workers = wiring.workers,
                 &metrics = wiring.metrics](http::Request request, http::Respond answer) {
    auto respond = [path, &metrics, begun = std::chrono::steady_clock::now(),
                    answer = std::move(answer)](http::Response response) {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
      metrics.Count(engine::Metric::kGatewayRequests, {path, std::to_string(response.status)});
      metrics.Observe(engine::Metric::kGatewayRequestSeconds, {path}, took.count());
      answer(std::move(response));
    };
    auto work = [&parameters, method, &api, query = std::move(request.query), respond] {
      respond(Answer<Request, Response>(query, parameters, api, method));
    };
    if (workers.TryRun(std::move(work))) return;
    respond(http::ErrorResponse(
        absl::ResourceExhaustedError("too many queries are waiting; ask again in a second")));
  };
  wiring.router.Get(path, std::move(handle));
}

}  // namespace

void AddRoutes(http::Router& router, wire::ComplianceApi& api, runtime::WorkerPool& workers,
               engine::Metrics& metrics) {
  using Api = wire::ComplianceApi;
  const Wiring wiring{router, api, workers, metrics};
  AddRoute(wiring, "/v1/indicators", kIndicatorsParameters, &Api::ListIndicators);
  AddRoute(wiring, "/v1/compliance", kComplianceParameters, &Api::GetCompliance);
  AddRoute(wiring, "/v1/series", kSeriesParameters, &Api::GetSeries);
  AddRoute(wiring, "/v1/cases", kCasesParameters, &Api::ListCases);
  AddRoute(wiring, "/v1/alerts", kAlertsParameters, &Api::ListEpisodes);
  AddRoute(wiring, "/v1/data-quality", kDataQualityParameters, &Api::GetDataQuality);
}

}  // namespace vardvakt::gateway
