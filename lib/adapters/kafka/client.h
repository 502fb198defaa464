#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/adapters/kafka/options.h"
#include "librdkafka/rdkafka.h"

namespace vardvakt::kafka {

template <auto Destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
template <typename T, auto Destroy>
using Owned = std::unique_ptr<T, Destroyer<Destroy>>;

using OwnedQueue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using OwnedTopic = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using OwnedMessage = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using OwnedMetadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using OwnedPartitions = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

// One handle of the client library with the settings that all of ours have. Thread-safe.
class Client {
 public:
  struct Callbacks {
    void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
    void (*rebalanced)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) = nullptr;
    void* context = nullptr;  // for `rebalanced`, by Client::ContextOf
  };
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // kInvalidArgument names the setting that the library refuses, never its value.
  static absl::StatusOr<std::unique_ptr<Client>> Make(rd_kafka_type_t type, const Options& options,
                                                      const Settings& settings, const Callbacks& callbacks);
  ~Client();

  rd_kafka_t* get() const { return handle_; }
  // The last trouble that the library had with the brokers, to go with an error that only says "timed out".
  std::string last_trouble() const;
  static void* ContextOf(void* opaque) { return static_cast<Client*>(opaque)->context_; }

 private:
  Client(const Options& options, void* context) : warn_(options.warn), context_(context) {}
  static void OnError(rd_kafka_t* handle, int error, const char* reason, void* opaque);
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text);

  rd_kafka_t* handle_ = nullptr;
  const std::function<void(std::string_view)> warn_;
  void* const context_;
  mutable std::mutex mutex_;
  std::string last_trouble_;
};

}  // namespace vardvakt::kafka
