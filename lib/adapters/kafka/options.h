#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/base/time.h"

namespace vardvakt::kafka {

// By the client library's names (security.protocol, sasl.*, ssl.*); the values may be secrets: never logged.
using Security = std::map<std::string, std::string>;

// Reads NAME=VALUE lines; empty lines and lines that begin with # are left out. Anything but security
// settings is kInvalidArgument with the file's line; the value is never named.
absl::StatusOr<Security> LoadSecurity(const std::string& file);

struct Options {
  std::string bootstrap_servers;  // "host:9092,host:9092"
  Security security;
  Duration clock_margin{500};           // see engine::Log
  Duration answer_timeout{5000};        // for a question to the brokers
  Duration delivery_timeout{30'000};    // until an append that nobody acknowledged is called back as failed
  size_t max_unacknowledged = 100'000;  // records; one more is kResourceExhausted
  size_t max_unacknowledged_bytes = size_t{64} << 20;
  size_t max_record_bytes = 1'000'000;          // a broker's message.max.bytes less its overhead
  size_t fetch_queue_bytes = size_t{16} << 20;  // read ahead, per open reader
  Duration fetch_wait{20};      // how long a broker may hold a fetch that has nothing to answer
  int replication_factor = -1;  // of topics created here; -1: the brokers' default
  // What the client library has to say (a broker lost, a connection refused). Any thread; may be empty.
  std::function<void(std::string_view warning)> warn;
};

}  // namespace vardvakt::kafka
