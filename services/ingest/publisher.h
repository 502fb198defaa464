#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/configuration.h"
#include "lib/domain/event.h"
#include "lib/domain/intake.h"
#include "lib/engine/dead_letters.h"
#include "lib/engine/log.h"
#include "lib/engine/metrics.h"
#include "vardvakt/ingest/v1/ingest_service.pb.h"

namespace vardvakt::ingest {

// One record as it came in: its place in the request, what it says or why it can't be understood, and its
// bytes.
struct Incoming {
  int index = 0;
  std::variant<domain::Event, domain::Rejection> decoded;
  std::string original;
};

struct PublisherOptions {
  Duration deadline = seconds(5);             // for the log to take all records of a request
  size_t max_dead_letter_bytes = 512 * 1024;  // of an original; what is longer is cut, and says so
};

// The way of a record into the log: check, route to its region's partition, append; what is rejected goes to
// the dead letters. A record counts as accepted, or as rejected, only once the log has it. Never blocks:
// answers come from the log's threads, or from the publisher's own when the deadline has passed. Thread-safe.
// It may be stopped with records under way: their requests stay without an answer.
class Publisher : public std::enable_shared_from_this<Publisher> {
 public:
  using Response = v1::PublishEventsResponse;
  using Published = std::function<void(Response)>;

  static std::shared_ptr<Publisher> Create(std::shared_ptr<const config::Configuration> configuration,
                                           std::shared_ptr<engine::Appender> appender, const Clock& clock,
                                           engine::Metrics& metrics, PublisherOptions options = {});
  ~Publisher();

  // Once it has returned, no answer is given any more.
  void Stop();

  // Checks by another configuration from now on; of the same regions, partitions and streams.
  void Follow(std::shared_ptr<const config::Configuration> configuration);

  // An answer for each record, in order. `way_in` ("http", "grpc") is told in dead letters.
  void Publish(std::string_view way_in, std::vector<Incoming> records, Published published);

 private:
  struct Request;
  using RequestPtr = std::shared_ptr<Request>;

  using Done = std::function<void(const absl::Status&)>;

  Publisher(std::shared_ptr<const config::Configuration> configuration,
            std::shared_ptr<engine::Appender> appender, const Clock& clock, engine::Metrics& metrics,
            PublisherOptions options);

  size_t OriginOf(Request& request, const Incoming& record) const;
  void Decide(const RequestPtr& request, int index, domain::Event event, std::string original);
  void Reject(const RequestPtr& request, int index, int32_t partition, std::string key, std::string original,
              const domain::Rejection& rejection, std::string_view stage);
  void Append(Request& request, engine::Outgoing record, Done done);
  static void MarkAccepted(Request& request, int index);
  static void MarkRejected(Request& request, int index, const domain::Rejection& rejection);
  static void MarkUnavailable(Request& request, int index, const absl::Status& status);
  void Settle(const RequestPtr& request);
  void Answer(Request& request);
  void CountResults(const Request& request, const Response& response);
  static bool IsAnswered(Request& request);
  void Watch();

  std::shared_ptr<const config::Configuration> configuration() const;

  mutable std::mutex configuration_mutex_;
  std::shared_ptr<const config::Configuration> configuration_;
  const std::shared_ptr<engine::Appender> appender_;
  const Clock& clock_;
  engine::Metrics& metrics_;
  const PublisherOptions options_;

  std::shared_mutex answering_;  // shared by those who answer
  bool stopped_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RequestPtr> under_way_;  // oldest first; all have the same time to live
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace vardvakt::ingest
