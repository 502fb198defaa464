#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/adapters/kafka/options.h"
#include "lib/engine/log.h"

namespace vardvakt::kafka {

struct MembershipOptions {
  std::string group;
  // One for each process, the same after its restart: its partitions wait for it, for `session_timeout`.
  // Empty: every start and stop moves partitions.
  std::string instance;
  std::vector<std::string> topics;
  Duration session_timeout{10'000};
  // kAborted: another process has taken `instance`; this one owns nothing any more and should end. Everything
  // else is told and tried again. On the membership's thread.
  std::function<void(const absl::Status&)> problem;
};

// A member of a consumer group with the range assignor, so that partition n of all topics stays together. It
// learns the assignment and never fetches; a revocation is answered after `changed` has returned, so that the
// owner has stopped by then. A process that was stopped, or cut off, for longer than the session lasts is
// told that it owns nothing as soon as it runs again. Stop calls `changed` a last time, with nothing.
std::unique_ptr<engine::Membership> MakeMembership(const Options& options,
                                                   const MembershipOptions& membership);

}  // namespace vardvakt::kafka
