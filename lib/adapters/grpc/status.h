#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace vardvakt::rpc {

// The codes of absl and gRPC are the same numbers.
inline ::grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return ::grpc::Status::OK;
  return {static_cast<::grpc::StatusCode>(status.code()), std::string(status.message())};
}

inline absl::Status FromGrpc(const ::grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace vardvakt::rpc
