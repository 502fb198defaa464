#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "lib/domain/intake.h"
#include "lib/engine/log.h"
#include "lib/engine/topics.h"

namespace vardvakt::engine {

// Where rejected input came from: a topic with partition and offset, or a way in ("http", "grpc", a file)
// with the number of the record.
struct DeadLetterOrigin {
  std::string process;  // "vardvakt-ingest"
  std::string stage;    // what was being done: "decode", "check", "route"
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
};

// The dead letter of `original` (its bytes unchanged): reason and detail in Vårdvakt's headers, and in Kafka
// Connect's, which operators' tools know. `key` is the case, or empty where it is not known or must not be
// told.
inline Outgoing DeadLetter(const DeadLetterOrigin& origin, int32_t partition, std::string key,
                           std::string original, const domain::Rejection& rejection) {
  std::string reason(domain::RejectName(rejection.reason));
  return Outgoing{{std::string(kDeadLettersTopic), partition},
                  std::move(key),
                  std::move(original),
                  {{"vardvakt.reason", reason},
                   {"vardvakt.detail", rejection.detail},
                   {"__connect.errors.topic", origin.topic},
                   {"__connect.errors.partition", std::to_string(origin.partition)},
                   {"__connect.errors.offset", std::to_string(origin.offset)},
                   {"__connect.errors.connector.name", origin.process},
                   {"__connect.errors.stage", origin.stage},
                   {"__connect.errors.exception.class.name", "vardvakt." + reason},
                   {"__connect.errors.exception.message", rejection.detail}}};
}

}  // namespace vardvakt::engine
