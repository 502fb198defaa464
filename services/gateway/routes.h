#pragma once

#include "lib/adapters/http/server.h"
#include "lib/engine/metrics.h"
#include "lib/runtime/worker_pool.h"
#include "lib/wire/compliance_api.h"

namespace vardvakt::gateway {

// Adds the JSON routes over compliance: GET /v1/indicators, /v1/compliance, /v1/series, /v1/cases, /v1/alerts
// and /v1/data-quality, answered with the JSON mapping of the messages in query_service.proto. Compliance is
// asked on `workers`, never on an I/O thread. `api` and `workers` must outlive the server that gets the
// routes.
void AddRoutes(http::Router& router, wire::ComplianceApi& api, runtime::WorkerPool& workers,
               engine::Metrics& metrics);

}  // namespace vardvakt::gateway
