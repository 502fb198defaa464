#include "lib/engine/static_membership.h"

namespace vardvakt::engine {

absl::Status StaticMembership::Start(Changed changed) {
  changed(owned_);
  return absl::OkStatus();
}

}  // namespace vardvakt::engine
