#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "lib/adapters/http/server.h"

namespace vardvakt::runtime {

// Whether this process should get work (ready) and whether it should be restarted (alive), each with named
// reasons. It is alive until a part says otherwise, and ready when every part that was declared is.
// Thread-safe.
class Health {
 public:
  // Declares a part as not ready, or says why it no longer is.
  void SetNotReady(std::string_view part, std::string_view reason);
  void SetReady(std::string_view part);
  // A part that can't go on and will not recover by itself.
  void SetDead(std::string_view part, std::string_view reason);

  bool ready() const;
  http::Response Readiness() const;  // 200 or 503 with {"ready": …, "reasons": [{"part": …, "reason": …}]}
  http::Response Liveness() const;  // the same with "alive"

 private:
  using Reasons = std::map<std::string, std::string, std::less<>>;
  static http::Response Answer(std::string_view what, const Reasons& reasons);

  mutable std::mutex mutex_;
  Reasons not_ready_;
  Reasons dead_;
};

// /livez, /readyz and /metrics; `metrics` gives the text format and runs on the server's I/O thread. All
// outlive the server.
void AddAdminRoutes(http::Router& router, const Health& health, std::function<std::string()> metrics);

// Ok for an address of loopback, 127.0.0.0/8 or ::1. Anything else is kFailedPrecondition with reason and
// remedy: until authentication is configured, no service listens beyond loopback. `option` is the option that
// gave it.
absl::Status CheckListenAddress(std::string_view address, std::string_view option);

}  // namespace vardvakt::runtime
