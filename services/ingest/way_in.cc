#include "services/ingest/way_in.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/wire/compliance_codec.h"
#include "lib/wire/event_codec.h"
#include "lib/wire/ndjson.h"

namespace vardvakt::ingest {
namespace {

constexpr std::string_view kJsonSpace = " \t\r";

absl::Status TooBusy() {
  return absl::ResourceExhaustedError("too many requests are waiting; send it again in a second");
}

bool AnyLineIsAnObject(std::string_view body) {
  std::string_view line;
  while (wire::NextLine(body, line)) {
    const size_t first = line.find_first_not_of(kJsonSpace);
    if (first != std::string_view::npos && line[first] == '{') return true;
  }
  return false;
}

std::vector<Incoming> DecodeLines(std::string_view body) {
  thread_local wire::NdjsonDecoder decoder;
  std::vector<Incoming> records;
  const char* counted = body.data();
  int number = 0;  // of the line, blank ones counted
  std::string_view rest = body;
  std::string_view line;
  while (wire::NextLine(rest, line)) {
    number += static_cast<int>(std::count(counted, line.data(), '\n'));
    counted = line.data();
    Incoming& record = records.emplace_back();
    record.index = number;
    record.original = line;
    domain::Event event;
    if (auto rejection = decoder.Decode(line, event)) {
      record.decoded = *std::move(rejection);
    } else {
      record.decoded = std::move(event);
    }
  }
  return records;
}

http::Response ToHttp(const Publisher::Response& published) {
  absl::StatusOr<std::string> json = wire::ToJson(published);
  if (!json.ok()) return http::ErrorResponse(json.status());
  http::Response response{.body = *std::move(json)};
  if (published.unavailable() > 0) {
    response.status = 429;
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

// One of the workers' turns at a request.
void PublishBody(Publisher& publisher, runtime::WorkerPool& workers, std::string_view body,
                 const http::Respond& respond) {
  body = wire::WithoutBom(body);
  if (!AnyLineIsAnObject(body)) {
    return respond(http::ErrorResponse(absl::InvalidArgumentError(
        "the body is no NDJSON: no line of it is a JSON object; send one event a line")));
  }
  publisher.Publish("http", DecodeLines(body), [&workers, respond](Publisher::Response published) {
    // The answer comes on the log's thread, which has better things to do than to write JSON. The workers are
    // still there: none comes after Publisher::Stop.
    workers.Continue([respond, published = std::move(published)] { respond(ToHttp(published)); });
  });
}

using Monotonic = std::chrono::steady_clock;

void CountRequest(engine::Metrics& metrics, std::string_view protocol, std::string_view code,
                  Monotonic::time_point begun) {
  const std::chrono::duration<double> took = Monotonic::now() - begun;
  metrics.Count(engine::Metric::kIngestRequests, {protocol, code});
  metrics.Observe(engine::Metric::kIngestRequestSeconds, {protocol}, took.count());
}

class GrpcWayIn final : public wire::IngestApi {
 public:
  GrpcWayIn(std::shared_ptr<Publisher> publisher, runtime::WorkerPool& workers, engine::Metrics& metrics)
      : publisher_(std::move(publisher)), workers_(workers), metrics_(metrics) {}

  // `request` lives until `published` is called, as gRPC has it.
  void PublishEvents(const v1::PublishEventsRequest& request, Published answer) override {
    auto published = [&metrics = metrics_, begun = Monotonic::now(),
                      answer = std::move(answer)](absl::StatusOr<v1::PublishEventsResponse> response) {
      CountRequest(metrics, "grpc", absl::StatusCodeToString(response.status().code()), begun);
      answer(std::move(response));
    };
    auto work = [publisher = publisher_, &request, published] {
      publisher->Publish("grpc", Decode(request), [published](Publisher::Response response) {
        const bool nothing_taken =
            response.unavailable() > 0 && response.accepted() + response.rejected() == 0;
        if (!nothing_taken) return published(std::move(response));
        published(absl::ResourceExhaustedError(response.results(0).detail()));
      });
    };
    if (!workers_.TryRun(std::move(work))) published(TooBusy());
  }

 private:
  static std::vector<Incoming> Decode(const v1::PublishEventsRequest& request) {
    std::vector<Incoming> records;
    for (const event::v1::Event& message : request.events()) {
      Incoming& record = records.emplace_back();
      record.index = static_cast<int>(records.size()) - 1;
      record.original = message.SerializeAsString();
      domain::Event event;
      if (auto rejection = wire::DecodeEvent(message, event)) {
        record.decoded = *std::move(rejection);
      } else {
        record.decoded = std::move(event);
      }
    }
    return records;
  }

  const std::shared_ptr<Publisher> publisher_;
  runtime::WorkerPool& workers_;
  engine::Metrics& metrics_;
};

}  // namespace

void AddRoutes(http::Router& router, std::shared_ptr<Publisher> publisher, runtime::WorkerPool& workers,
               engine::Metrics& metrics) {
  auto handle = [publisher = std::move(publisher), &workers, &metrics](http::Request request,
                                                                       http::Respond answer) {
    auto respond = [&metrics, begun = Monotonic::now(), answer = std::move(answer)](http::Response response) {
      CountRequest(metrics, "http", std::to_string(response.status), begun);
      answer(std::move(response));
    };
    auto work = [publisher, &workers, body = std::move(request.body), respond] {
      PublishBody(*publisher, workers, body, respond);
    };
    if (workers.TryRun(std::move(work))) return;
    http::Response busy = http::ErrorResponse(TooBusy());
    busy.headers.emplace_back("Retry-After", "1");
    respond(std::move(busy));
  };
  router.Post("/v1/events", std::move(handle));
}

std::unique_ptr<wire::IngestApi> MakeIngestApi(std::shared_ptr<Publisher> publisher,
                                               runtime::WorkerPool& workers, engine::Metrics& metrics) {
  return std::make_unique<GrpcWayIn>(std::move(publisher), workers, metrics);
}

}  // namespace vardvakt::ingest
