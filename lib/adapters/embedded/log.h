#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "lib/engine/log.h"
#include "lib/engine/store.h"

namespace vardvakt::embedded {

// What the log's store holds, for whoever opens it: one that refuses a damaged write-ahead log, for the log
// is the source of truth.
inline constexpr std::string_view kContent = "embedded log";
inline constexpr uint32_t kFormatVersion = 1;

struct LogOptions {
  size_t max_unacknowledged = 100'000;  // records; one more is kResourceExhausted
  size_t max_unacknowledged_bytes = size_t{64} << 20;
  size_t max_record_bytes = size_t{1} << 20;  // as Kafka's brokers have it
};

// Opens the log's store; called again whenever a write has failed, until it succeeds.
using StoreOpener = std::function<absl::StatusOr<std::unique_ptr<engine::Store>>()>;

// The log of one process, in one ordered store whose reads may come from any thread: append-only topics and
// partitions, stamped with `clock` as they are put in order. One thread writes what has come in since its
// last write in one durable batch, then wakes the readers and calls back. A failed write makes the log
// kUnavailable until its store could be opened and read again. A compacted topic drops the older record of a
// key at once and a tombstone after a day. The clock must outlive the log, the log its readers.
absl::StatusOr<std::unique_ptr<engine::Log>> OpenLog(StoreOpener open_store, const Clock& clock,
                                                     const LogOptions& options = {});

}  // namespace vardvakt::embedded
