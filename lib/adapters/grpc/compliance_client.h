#pragma once

#include <memory>
#include <string>

#include "lib/base/time.h"
#include "lib/wire/compliance_api.h"

namespace vardvakt::rpc {

struct ClientOptions {
  std::string target;  // "127.0.0.1:9082"
  Duration deadline = seconds(5);
  size_t max_response_bytes = 64 * 1024 * 1024;
};

// Compliance in another process. Connects when first asked, and again whenever the connection is lost; every
// call ends by the deadline: kUnavailable when nobody answers there, kDeadlineExceeded when it takes too
// long.
std::unique_ptr<wire::ComplianceApi> ConnectCompliance(const ClientOptions& options);

}  // namespace vardvakt::rpc
