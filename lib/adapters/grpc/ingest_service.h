#pragma once

#include "lib/wire/ingest_api.h"
#include "vardvakt/ingest/v1/ingest_service.grpc.pb.h"

namespace vardvakt::rpc {

// Serves IngestService without holding a thread while the log takes the events.
class IngestService final : public ingest::v1::IngestService::CallbackService {
 public:
  explicit IngestService(wire::IngestApi& api) : api_(api) {}

 private:
  ::grpc::ServerUnaryReactor* PublishEvents(::grpc::CallbackServerContext* context,
                                            const ingest::v1::PublishEventsRequest* request,
                                            ingest::v1::PublishEventsResponse* response) override;

  wire::IngestApi& api_;
};

}  // namespace vardvakt::rpc
