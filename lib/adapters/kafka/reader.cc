#include "lib/adapters/kafka/reader.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "lib/adapters/kafka/status.h"
#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

using engine::Offset;
using engine::Partition;
using engine::Record;
using Steady = std::chrono::steady_clock;

constexpr size_t kBatch = 1000;
constexpr auto kAskExistenceEvery = std::chrono::seconds(1);
constexpr size_t kFewMessages = 64;
constexpr auto kWakeEvery = std::chrono::milliseconds(10);
constexpr int kDenialsBelieved = 5;  // a broker may not have heard yet of a new topic
constexpr size_t kMaxPollBytes = size_t{16} << 20;

std::string Name(const Partition& partition) {
  return Cat("topic ", partition.topic, " partition ", partition.partition);
}

void CopyHeaders(const rd_kafka_message_t& message, Record& record) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.push_back(
        {name, value == nullptr ? std::string() : std::string(static_cast<const char*>(value), size)});
  }
}

class KafkaReader final : public engine::Reader {
 public:
  KafkaReader(std::unique_ptr<Consumers::Lease> lease, Client& queries, Partition partition, Offset from,
              bool gapless, Duration answer_timeout)
      : lease_(std::move(lease)),
        queries_(queries),
        partition_(std::move(partition)),
        gapless_(gapless),
        answer_timeout_(answer_timeout),
        topic_(rd_kafka_topic_new(lease_->client()->get(), partition_.topic.c_str(), nullptr)),
        queue_(rd_kafka_queue_new(lease_->client()->get())),
        position_(from) {}
  ~KafkaReader() override;

  absl::Status Start();
  absl::Status Poll(size_t max_records, Duration wait, std::vector<Record>& out) override;
  absl::StatusOr<Offset> End() override { return Watermark(RD_KAFKA_OFFSET_END); }
  absl::StatusOr<Offset> Beginning() override { return Watermark(RD_KAFKA_OFFSET_BEGINNING); }
  Offset position() const override { return position_; }

 private:
  absl::StatusOr<Offset> Watermark(int64_t which);
  void Fetch(size_t count, Duration wait);
  absl::Status Take(const rd_kafka_message_t& message, std::vector<Record>& out);
  absl::Status Fail(absl::Status status);
  void WakeFetcher();
  // The library waits for ever for a partition that does not exist; this asks, while nothing has come.
  absl::Status CheckExistence();
  std::optional<bool> Exists();

  const std::unique_ptr<Consumers::Lease> lease_;
  Client& queries_;
  const Partition partition_;
  const bool gapless_;
  const Duration answer_timeout_;
  const OwnedTopic topic_;
  const OwnedQueue queue_;
  bool started_ = false;
  Offset position_;
  Instant greatest_ = kBeginningOfTime;
  std::vector<OwnedMessage> fetched_;  // given from `next_` on
  size_t next_ = 0;
  absl::Status failed_;  // what no asking again can cure
  bool exists_ = false;  // known for certain
  Steady::time_point asked_ = Steady::now();
  int denials_ = 0;         // in a row
  size_t most_queued_ = 0;  // since the fetcher was woken last
  Steady::time_point woken_ = Steady::now();
};

absl::Status KafkaReader::Start() {
  if (position_ < 0) return absl::OutOfRangeError(Cat(Name(partition_), ": there is no offset ", position_));
  if (topic_ == nullptr ||
      rd_kafka_consume_start_queue(topic_.get(), partition_.partition, position_, queue_.get()) != 0) {
    return ToStatus(rd_kafka_last_error(), Name(partition_) + ": opening");
  }
  started_ = true;
  return absl::OkStatus();
}

KafkaReader::~KafkaReader() {
  fetched_.clear();
  if (started_) rd_kafka_consume_stop(topic_.get(), partition_.partition);
}

absl::Status KafkaReader::Poll(size_t max_records, Duration wait, std::vector<Record>& out) {
  if (!failed_.ok()) return failed_;
  rd_kafka_poll(lease_->client()->get(), 0);
  size_t added = 0, bytes = 0;
  while (added < max_records && bytes < kMaxPollBytes) {
    if (next_ == fetched_.size()) {
      Fetch(std::min(kBatch, max_records - added), added == 0 ? wait : Duration(0));
      if (fetched_.empty()) break;
    }
    const rd_kafka_message_t& message = *fetched_[next_];
    // What came before an error is given first, the error next time.
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR && added > 0) break;
    const size_t before = out.size();
    const absl::Status taken = Take(message, out);
    fetched_[next_++].reset();
    if (!taken.ok()) return taken;
    added += out.size() - before;
    if (out.size() > before) bytes += out.back().value.size();
  }
  if (added > 0) exists_ = true;
  return exists_ ? absl::OkStatus() : CheckExistence();
}

absl::Status KafkaReader::CheckExistence() {
  if (Steady::now() - asked_ < kAskExistenceEvery) return absl::OkStatus();
  asked_ = Steady::now();
  const std::optional<bool> exists = Exists();
  if (!exists.has_value()) return absl::OkStatus();
  exists_ = *exists;
  denials_ = exists_ ? 0 : denials_ + 1;
  if (denials_ < kDenialsBelieved) return absl::OkStatus();
  return Fail(ToStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Name(partition_)));
}

// Nullopt: nobody answers.
std::optional<bool> KafkaReader::Exists() {
  const OwnedTopic topic(rd_kafka_topic_new(queries_.get(), partition_.topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  if (rd_kafka_metadata(queries_.get(), 0, topic.get(), &raw, static_cast<int>(answer_timeout_.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  const OwnedMetadata metadata(raw);
  if (metadata->topic_cnt != 1) return std::nullopt;
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return false;
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return partition_.partition < found.partition_cnt;
}

// The library's batch call waits for a full batch, so the wait is for one message alone.
void KafkaReader::Fetch(size_t count, Duration wait) {
  fetched_.clear();
  next_ = 0;
  if (wait > Duration(0)) {
    rd_kafka_message_t* first = rd_kafka_consume_queue(queue_.get(), static_cast<int>(wait.count()));
    if (first == nullptr) return;
    fetched_.emplace_back(first);
    --count;
  }
  rd_kafka_message_t* batch[kBatch];
  const ssize_t got = count == 0 ? 0 : rd_kafka_consume_batch_queue(queue_.get(), 0, batch, count);
  for (ssize_t i = 0; i < got; ++i) fetched_.emplace_back(batch[i]);
  if (got > 0) WakeFetcher();
}

// A fetcher that found our queue full looks again after a second (before 2.2 fixedly), while a fast reader
// has emptied it in a tenth of that. Any request wakes it; this one is answered to nobody.
void KafkaReader::WakeFetcher() {
  const size_t queued = rd_kafka_queue_length(queue_.get());
  most_queued_ = std::max(most_queued_, queued);
  if (most_queued_ < kFewMessages || queued > most_queued_ / 2) return;
  const auto now = Steady::now();
  if (now - woken_ < kWakeEvery) return;
  woken_ = now;
  most_queued_ = queued;
  const OwnedPartitions asked(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(asked.get(), partition_.topic.c_str(), partition_.partition)->offset =
      RD_KAFKA_OFFSET_END;
  rd_kafka_offsets_for_times(lease_->client()->get(), asked.get(), 0);
}

absl::Status KafkaReader::Take(const rd_kafka_message_t& message, std::vector<Record>& out) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* detail = rd_kafka_message_errstr(&message);
    return Fail(ToStatus(message.err, Cat(Name(partition_), ": reading from offset ", position_),
                         detail == nullptr ? "" : detail));
  }
  if (message.offset < position_) return absl::OkStatus();
  if (gapless_ && message.offset > position_) {
    return Fail(absl::DataLossError(
        Cat(Name(partition_), ": the records from offset ", position_, " to ", message.offset - 1,
            " are missing; restore the topic (or was it written by transactions?)")));
  }
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t millis = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) {
    return Fail(absl::FailedPreconditionError(
        Cat(Name(partition_), ": the record at offset ", message.offset,
            " was stamped by its producer; set message.timestamp.type=LogAppendTime on that topic before "
            "anything "
            "is written to it")));
  }
  greatest_ = std::max(greatest_, InstantFromMillis(millis));
  Record& record = out.emplace_back();
  record.offset = message.offset;
  record.append_time = greatest_;
  if (message.key_len > 0) record.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.len > 0) record.value.assign(static_cast<const char*>(message.payload), message.len);
  CopyHeaders(message, record);
  position_ = message.offset + 1;
  return absl::OkStatus();
}

absl::Status KafkaReader::Fail(absl::Status status) {
  if (status.code() != absl::StatusCode::kUnavailable) failed_ = status;
  return status;
}

// By time, for the library's call for watermarks does not end before a broker that is gone is back
// (before 2.3).
absl::StatusOr<Offset> KafkaReader::Watermark(int64_t which) {
  rd_kafka_poll(queries_.get(), 0);
  const OwnedPartitions asked(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* answer =
      rd_kafka_topic_partition_list_add(asked.get(), partition_.topic.c_str(), partition_.partition);
  answer->offset = which;
  rd_kafka_resp_err_t error =
      rd_kafka_offsets_for_times(queries_.get(), asked.get(), static_cast<int>(answer_timeout_.count()));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = answer->err;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && answer->offset < 0) error = RD_KAFKA_RESP_ERR__NO_OFFSET;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return answer->offset;
  return ToStatus(error, Name(partition_) + ": asking for its ends", queries_.last_trouble());
}

}  // namespace

Consumers::Lease::~Lease() {
  std::lock_guard lock(owner_.mutex_);
  for (Consumer& consumer : owner_.consumers_) {
    if (consumer.client.get() == client_) consumer.in_use.erase(partition_);
  }
}

absl::StatusOr<std::unique_ptr<Consumers::Lease>> Consumers::Acquire(const Partition& partition) {
  std::lock_guard lock(mutex_);
  auto free = std::find_if(consumers_.begin(), consumers_.end(),
                           [&](const Consumer& consumer) { return !consumer.in_use.contains(partition); });
  if (free == consumers_.end()) {
    auto client = Client::Make(RD_KAFKA_CONSUMER, options_,
                               {{"auto.offset.reset", "error"},  // the default skips data without a word
                                {"check.crcs", "true"},
                                {"enable.auto.commit", "false"},
                                {"enable.auto.offset.store", "false"},
                                {"allow.auto.create.topics", "false"},
                                {"fetch.wait.max.ms", Cat(options_.fetch_wait.count())},
                                {"fetch.error.backoff.ms", "100"},
                                {"queued.max.messages.kbytes", Cat(options_.fetch_queue_bytes >> 10)},
                                // The bytes are the bound: at 100 000 messages, the default, the library
                                // stops fetching for a second.
                                {"queued.min.messages", "1000000"}},
                               {});
    if (!client.ok()) return client.status();
    consumers_.push_back({*std::move(client), {}});
    free = std::prev(consumers_.end());
  }
  free->in_use.insert(partition);
  return std::make_unique<Lease>(*this, free->client.get(), partition);
}

absl::StatusOr<std::unique_ptr<engine::Reader>> OpenReader(Consumers& consumers, Client& queries,
                                                           const Partition& partition, Offset from,
                                                           bool gapless, const Options& options) {
  auto lease = consumers.Acquire(partition);
  if (!lease.ok()) return lease.status();
  auto reader = std::make_unique<KafkaReader>(*std::move(lease), queries, partition, from, gapless,
                                              options.answer_timeout);
  if (absl::Status started = reader->Start(); !started.ok()) return started;
  return reader;
}

}  // namespace vardvakt::kafka
