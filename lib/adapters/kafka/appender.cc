#include "lib/adapters/kafka/appender.h"

#include <atomic>
#include <condition_variable>
#include <thread>

#include "lib/adapters/kafka/status.h"
#include "lib/base/strings.h"

namespace vardvakt::kafka {

using engine::Offset;
using engine::Outgoing;

namespace {

constexpr size_t kRecordOverhead = 16'384;  // of a batch with one record, its headers included

std::string Name(const engine::Partition& partition) {
  return Cat("topic ", partition.topic, " partition ", partition.partition);
}

}  // namespace

// One handle and the thread that serves its acknowledgements. Every callback is called before it is gone.
class Producer {
 public:
  static absl::StatusOr<std::shared_ptr<Producer>> Make(const Options& options);
  ~Producer();

  bool dead() const;
  absl::Status Append(const Outgoing& record, engine::Appender::Done done);
  absl::Status Flush(Duration wait);

 private:
  struct Delivery {
    Producer* producer;
    engine::Appender::Done done;
  };

  explicit Producer(const Options& options) : options_(options) {}
  static void OnDelivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  void Acknowledged();
  // Takes the record's headers and `delivery` over when it is ok.
  rd_kafka_resp_err_t Produce(const Outgoing& record, Delivery* delivery);

  const Options options_;
  std::unique_ptr<Client> client_;
  std::mutex mutex_;
  std::condition_variable drained_;
  size_t unacknowledged_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

absl::StatusOr<std::shared_ptr<Producer>> Producer::Make(const Options& options) {
  std::shared_ptr<Producer> producer(new Producer(options));
  auto client = Client::Make(RD_KAFKA_PRODUCER, options,
                             {{"enable.idempotence", "true"},  // implies acks=all and unlimited retries
                              {"linger.ms", "1"},
                              {"compression.type", "lz4"},
                              {"message.timeout.ms", Cat(options.delivery_timeout.count())},
                              {"message.max.bytes", Cat(options.max_record_bytes + kRecordOverhead)},
                              {"queue.buffering.max.messages", Cat(options.max_unacknowledged)},
                              {"queue.buffering.max.kbytes", Cat(options.max_unacknowledged_bytes >> 10)}},
                             {.delivered = OnDelivered});
  if (!client.ok()) return client.status();
  producer->client_ = *std::move(client);
  producer->thread_ = std::thread([raw = producer.get()] {
    while (!raw->stopping_) rd_kafka_poll(raw->client_->get(), 100);
  });
  return producer;
}

Producer::~Producer() {
  if (thread_.joinable()) {
    if (!Flush(options_.answer_timeout).ok()) {
      rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      std::unique_lock lock(mutex_);
      drained_.wait(lock, [&] { return unacknowledged_ == 0; });
    }
    stopping_ = true;
    thread_.join();
  }
}

bool Producer::dead() const {
  char text[1];
  return rd_kafka_fatal_error(client_->get(), text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t Producer::Produce(const Outgoing& record, Delivery* delivery) {
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const engine::Header& header : record.headers) {
      rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                          header.value.data(), static_cast<ssize_t>(header.value.size()));
    }
  }
  // No key and no value are null: that is what makes a tombstone.
  const void* key = record.key.empty() ? nullptr : record.key.data();
  const void* value = record.value.empty() ? nullptr : record.value.data();
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_->get(), RD_KAFKA_V_TOPIC(record.to.topic.c_str()), RD_KAFKA_V_PARTITION(record.to.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, record.key.size()),
      RD_KAFKA_V_VALUE(const_cast<void*>(value), record.value.size()), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_OPAQUE(delivery), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);
  return error;
}

absl::Status Producer::Append(const Outgoing& record, engine::Appender::Done done) {
  auto delivery = std::make_unique<Delivery>(Delivery{this, std::move(done)});
  {
    std::lock_guard lock(mutex_);
    ++unacknowledged_;
  }
  Delivery* const handed_over = delivery.release();  // to OnDelivered
  const rd_kafka_resp_err_t error = Produce(record, handed_over);
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): OnDelivered deletes it
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  delivery.reset(handed_over);
  if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
    delivery->done(AppendStatus(error, Name(record.to) + ": appending"));
  Acknowledged();
  if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return absl::OkStatus();
  return absl::ResourceExhaustedError(Cat(Name(record.to), ": ", rd_kafka_outq_len(client_->get()),
                                          " records wait for the brokers; try again"));
}

void Producer::OnDelivered(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  std::unique_ptr<Delivery> delivery(static_cast<Delivery*>(message->_private));
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    delivery->done(message->offset >= 0 ? message->offset : engine::kUnknownOffset);
  } else {
    const engine::Partition partition{rd_kafka_topic_name(message->rkt), message->partition};
    delivery->done(AppendStatus(message->err, Name(partition) + ": appending"));
  }
  delivery->producer->Acknowledged();
}

void Producer::Acknowledged() {
  std::lock_guard lock(mutex_);
  if (--unacknowledged_ == 0) drained_.notify_all();
}

absl::Status Producer::Flush(Duration wait) {
  std::unique_lock lock(mutex_);
  if (drained_.wait_for(lock, wait, [&] { return unacknowledged_ == 0; })) return absl::OkStatus();
  return absl::DeadlineExceededError(
      Cat(unacknowledged_, " records are not acknowledged within ", wait.count(), " ms"));
}

KafkaAppender::KafkaAppender(const Options& options) : options_(options) {}
KafkaAppender::~KafkaAppender() = default;

void KafkaAppender::SetCompacted(const std::string& topic) {
  std::lock_guard lock(mutex_);
  compacted_.insert(topic);
}

absl::StatusOr<std::shared_ptr<Producer>> KafkaAppender::Current() {
  std::lock_guard lock(mutex_);
  if (producer_ != nullptr && !producer_->dead()) return producer_;
  auto made = Producer::Make(options_);
  if (!made.ok()) return made.status();
  if (producer_ != nullptr) retired_.push_back(std::move(producer_));
  producer_ = *std::move(made);
  return producer_;
}

absl::Status KafkaAppender::Check(const Outgoing& record) {
  if (record.key.size() + record.value.size() > options_.max_record_bytes) {
    return absl::InvalidArgumentError(Cat(Name(record.to), ": a record of ",
                                          record.key.size() + record.value.size(),
                                          " bytes is over the limit of ", options_.max_record_bytes));
  }
  std::lock_guard lock(mutex_);
  if (record.key.empty() && compacted_.contains(record.to.topic)) {
    // The brokers would refuse every record of its batch.
    return absl::InvalidArgumentError(Name(record.to) + " is compacted: a record needs a key");
  }
  return absl::OkStatus();
}

absl::Status KafkaAppender::Append(Outgoing record, Done done) {
  if (absl::Status valid = Check(record); !valid.ok()) {
    done(valid);
    return absl::OkStatus();
  }
  auto producer = Current();
  if (!producer.ok()) return producer.status();
  return (*producer)->Append(record, std::move(done));
}

absl::Status KafkaAppender::Flush(Duration wait) {
  std::shared_ptr<Producer> producer;
  {
    std::lock_guard lock(mutex_);
    producer = producer_;
  }
  return producer == nullptr ? absl::OkStatus() : producer->Flush(wait);
}

}  // namespace vardvakt::kafka
