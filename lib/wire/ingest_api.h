#pragma once

#include <functional>

#include "absl/status/statusor.h"

namespace vardvakt::ingest::v1 {
class PublishEventsRequest;
class PublishEventsResponse;
}  // namespace vardvakt::ingest::v1

namespace vardvakt::wire {

// The way in (proto/vardvakt/ingest/v1/ingest_service.proto), in this process or by gRPC. Thread-safe.
class IngestApi {
 public:
  virtual ~IngestApi() = default;

  // Called once, on any thread: an answer for each event, or kResourceExhausted when nothing was taken
  // because the log is full or slow.
  using Published = std::function<void(absl::StatusOr<ingest::v1::PublishEventsResponse>)>;
  // Does not block. `request` must live until `published` is called.
  virtual void PublishEvents(const ingest::v1::PublishEventsRequest& request, Published published) = 0;
};

}  // namespace vardvakt::wire
