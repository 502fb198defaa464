#include "lib/adapters/grpc/ingest_service.h"

#include <utility>

#include "lib/adapters/grpc/status.h"

namespace vardvakt::rpc {

::grpc::ServerUnaryReactor* IngestService::PublishEvents(::grpc::CallbackServerContext* context,
                                                         const ingest::v1::PublishEventsRequest* request,
                                                         ingest::v1::PublishEventsResponse* response) {
  ::grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api_.PublishEvents(*request,
                     [reactor, response](absl::StatusOr<ingest::v1::PublishEventsResponse> published) {
                       if (published.ok()) *response = *std::move(published);
                       reactor->Finish(ToGrpc(published.status()));
                     });
  return reactor;
}

}  // namespace vardvakt::rpc
