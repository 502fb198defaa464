#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt::engine {

using Offset = int64_t;  // of a record in its partition, from 0
// Of a record that the log has, as it says after a retry, without saying where.
inline constexpr Offset kUnknownOffset = -1;

struct Partition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const Partition&) const = default;
};

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Record {
  Offset offset = 0;
  Instant append_time;  // when the log took it; never decreases within a partition as read here
  std::string key;
  std::string value;  // empty in a compacted topic: a tombstone
  std::vector<Header> headers;
};

enum class Retention : uint8_t { kKeep, kCompact, kDays90 };

struct TopicSpec {
  std::string name;
  int32_t partitions = 1;
  Retention retention = Retention::kKeep;
};

// What is handed to an appender. `key` empty: no key.
struct Outgoing {
  Partition to;
  std::string key;
  std::string value;
  std::vector<Header> headers;
};

// Reads one partition from an offset on. Not thread-safe: one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;

  // Appends up to `max_records` records to `out`, waiting at most `wait` for the first. Ok with nothing added
  // when none came in time, which says nothing about the end. Skips no record without an error: an offset
  // that the log does not have any more is kOutOfRange; a damaged record is kDataLoss; a log that can't be
  // reached is kUnavailable and may be asked again.
  virtual absl::Status Poll(size_t max_records, Duration wait, std::vector<Record>& out) = 0;

  // The offset behind the last record, as the log's owner names it now. kUnavailable when it does not answer.
  virtual absl::StatusOr<Offset> End() = 0;

  // The offset of the first record that the log still has.
  virtual absl::StatusOr<Offset> Beginning() = 0;

  // The offset of the next record that Poll will give.
  virtual Offset position() const = 0;
};

// Appends records. Thread-safe. A record counts as appended when its callback has said so.
class Appender {
 public:
  virtual ~Appender() = default;

  // Called once per record, on any thread: ok with the offset (or kUnknownOffset) once the log has the record
  // durably, else the reason; after a reason other than kInvalidArgument it may be in the log all the same.
  using Done = std::function<void(absl::StatusOr<Offset>)>;

  // kResourceExhausted at once, and no callback, when the bounded queue is full; the caller waits or pushes
  // back.
  virtual absl::Status Append(Outgoing record, Done done) = 0;

  // Waits until everything handed over before has been called back, at most `wait`.
  virtual absl::Status Flush(Duration wait) = 0;
};

// The log: topics of partitions of records. Thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  virtual absl::StatusOr<std::unique_ptr<Reader>> OpenReader(const Partition& partition, Offset from) = 0;
  virtual std::shared_ptr<Appender> appender() = 0;

  // Creates what is missing; never changes what is there. Every topic that is there but differs from its spec
  // (partition count, retention, timestamp type) is named in one kFailedPrecondition.
  virtual absl::Status EnsureTopics(const std::vector<TopicSpec>& topics) = 0;
  // The same without creating: a missing topic is named too.
  virtual absl::Status CheckTopics(const std::vector<TopicSpec>& topics) = 0;

  // How far append times may be ahead of the visible end: twice the permitted clock skew plus the longest
  // time from stamp to visibility (architecture §4). Zero where stamping and appending are one step.
  virtual Duration clock_margin() const = 0;

  // Appends `record` and waits for the answer.
  absl::StatusOr<Offset> AppendAndWait(Outgoing record, Duration wait = seconds(30));
};

// Which partitions this process owns. `changed` is called with the whole new set (also a first one that is
// empty), from one thread at a time, before Start returns for an assignment that never changes. On loss the
// set shrinks at once.
class Membership {
 public:
  virtual ~Membership() = default;
  using Changed = std::function<void(std::vector<Partition>)>;
  virtual absl::Status Start(Changed changed) = 0;
  virtual void Stop() = 0;
};

}  // namespace vardvakt::engine
