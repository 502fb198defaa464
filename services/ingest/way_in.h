#pragma once

#include <memory>

#include "lib/adapters/http/server.h"
#include "lib/runtime/worker_pool.h"
#include "lib/wire/ingest_api.h"
#include "services/ingest/publisher.h"

namespace vardvakt::ingest {

// Adds POST /v1/events: a body of NDJSON, answered with the JSON mapping of PublishEventsResponse, a result
// for each line. 200 when the log has every line or its dead letter; 429 when it has not taken some of them,
// which may be sent again (so may all); 400 when no line is a JSON object, and then nothing is kept. Decodes
// on `workers`, never on an I/O thread. Both references must outlive the server, and `workers` end only after
// the publisher was stopped.
void AddRoutes(http::Router& router, std::shared_ptr<Publisher> publisher, runtime::WorkerPool& workers,
               engine::Metrics& metrics);

// The same by gRPC, with the same demands.
std::unique_ptr<wire::IngestApi> MakeIngestApi(std::shared_ptr<Publisher> publisher,
                                               runtime::WorkerPool& workers, engine::Metrics& metrics);

}  // namespace vardvakt::ingest
