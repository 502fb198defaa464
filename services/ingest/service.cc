#include "services/ingest/service.h"

#include <utility>

#include "services/ingest/way_in.h"

namespace vardvakt::ingest {

void Declare(runtime::Options& options, ServiceOptions* service) {
  options
      .Integer("ingest-threads", &service->threads, "Threads that decode, check and answer events.",
               {.least = 1, .most = 256})
      .Integer("ingest-max-waiting", &service->max_requests_waiting,
               "Requests that may wait for them; further ones get 429.", {.least = 1, .most = 1'000'000})
      .Time("ingest-deadline", &service->publisher.deadline,
            "How long the log may take for a request's events before the answer is 429.",
            {.least = milliseconds(100), .most = minutes(5)});
}

Service::Service(std::shared_ptr<const config::Configuration> configuration,
                 std::shared_ptr<engine::Appender> appender, const Clock& clock, engine::Metrics& metrics,
                 const ServiceOptions& options)
    : metrics_(metrics),
      publisher_(Publisher::Create(std::move(configuration), std::move(appender), clock, metrics,
                                   options.publisher)),
      workers_(options.threads, options.max_requests_waiting),
      api_(MakeIngestApi(publisher_, workers_, metrics)) {}

// Answers go by the workers, so none may come any more when they end.
Service::~Service() { publisher_->Stop(); }

void Service::AddRoutes(http::Router& router) { ingest::AddRoutes(router, publisher_, workers_, metrics_); }

}  // namespace vardvakt::ingest
