#include "lib/adapters/kafka/status.h"

#include "lib/base/strings.h"

namespace vardvakt::kafka {
namespace {

using absl::StatusCode;

struct Meaning {
  StatusCode code;
  const char* remedy;
};

Meaning MeaningOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return {StatusCode::kResourceExhausted, "try again"};
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return {StatusCode::kOutOfRange,
              "the topic was shortened or created anew: restore it, or set aside what was computed from it"};
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return {StatusCode::kNotFound, "create it with `vardvakt topics create`"};
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
      return {StatusCode::kDataLoss, "the log holds a damaged record: restore that partition from a replica"};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return {StatusCode::kInvalidArgument, "the brokers refuse such a record"};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return {StatusCode::kPermissionDenied, "check the security settings and this user's access list"};
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return {StatusCode::kFailedPrecondition, "change the settings"};
    default:
      // Brokers and networks come back; what is none of theirs is caught by the tests.
      return {StatusCode::kUnavailable, "check that the brokers run and can be reached"};
  }
}

}  // namespace

absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& subject, const std::string& detail) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const Meaning meaning = MeaningOf(error);
  std::string text = Cat(subject, ": ", rd_kafka_err2str(error));
  if (!detail.empty()) CatTo(text, " (", detail, ")");
  CatTo(text, "; ", meaning.remedy);
  return absl::Status(meaning.code, ToAbsl(text));
}

absl::Status AppendStatus(rd_kafka_resp_err_t error, const std::string& subject) {
  const absl::Status status = ToStatus(error, subject);
  if (status.code() == StatusCode::kNotFound) return absl::InvalidArgumentError(status.message());
  return status;
}

}  // namespace vardvakt::kafka
