#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/base/time.h"
#include "lib/domain/episode.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"

namespace google::protobuf {
class Message;
class Timestamp;
}  // namespace google::protobuf
namespace vardvakt::alerts::v1 {
class Episode;
}
namespace vardvakt::compliance::v1 {
class LeftOutRow;
class RatioRow;
class ShareRow;
class WaitingRow;
}  // namespace vardvakt::compliance::v1

namespace vardvakt::wire {

void SetTimestamp(Instant instant, google::protobuf::Timestamp* out);
// Finer digits than milliseconds are cut.
Instant ToInstant(const google::protobuf::Timestamp& timestamp);

// What the domain works out, as it is published and answered. Fractions are rounded (spec §4); what counts
// nothing stands nowhere.
compliance::v1::ShareRow ToProto(const domain::ShareRow& row, std::string_view region);
compliance::v1::WaitingRow ToProto(const domain::WaitingRow& row, std::string_view region);
compliance::v1::RatioRow ToProto(const domain::RatioRow& row, std::string_view region);
compliance::v1::LeftOutRow ToProto(const domain::LeftOutRow& row, std::string_view region);
alerts::v1::Episode ToProto(const domain::Episode& episode);

// kDataLoss, naming the field, when it holds a severity, state or time that no episode has.
absl::StatusOr<domain::Episode> FromProto(const alerts::v1::Episode& message);

// The JSON mapping with the names of the proto, every plain field printed.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

}  // namespace vardvakt::wire
