#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/wire/compliance_api.h"

namespace vardvakt::rpc {

// One process that is asked.
struct Endpoint {
  std::string name;  // "127.0.0.1:9082"
  std::shared_ptr<wire::ComplianceApi> api;
};

// The stream of an indicator of a region; empty when there is none.
using StreamOf = std::function<std::string(std::string_view region, std::string_view indicator)>;

// Compliance as several processes (at least one) have it: each is asked at the same time, and of each region
// and stream the owner's answer is kept, else the one with the greatest version. `tasks` names who answered
// which, and, with empty region and stream, who did not answer. An error only when nobody answers. `total` of
// the cases is a lower bound when a process had to cut its list. Every call lasts as long as the slowest
// endpoint's.
std::unique_ptr<wire::ComplianceApi> FanOut(std::vector<Endpoint> endpoints, StreamOf stream_of);

}  // namespace vardvakt::rpc
