#include "services/gateway/service.h"

#include "services/gateway/routes.h"

namespace vardvakt::gateway {

void Declare(runtime::Options& options, ServiceOptions* service) {
  options
      .Integer("gateway-threads", &service->threads, "Threads that ask compliance.",
               {.least = 1, .most = 256})
      .Integer("gateway-max-waiting", &service->max_queries_waiting,
               "Queries that may wait for them; further ones get 429.", {.least = 1, .most = 1'000'000});
}

Service::Service(wire::ComplianceApi& api, engine::Metrics& metrics, const ServiceOptions& options)
    : api_(api), metrics_(metrics), workers_(options.threads, options.max_queries_waiting) {}

void Service::AddRoutes(http::Router& router) { gateway::AddRoutes(router, api_, workers_, metrics_); }

}  // namespace vardvakt::gateway
