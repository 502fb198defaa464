#pragma once

#include <memory>
#include <string>

#include "lib/config/configuration.h"
#include "lib/engine/host.h"
#include "lib/wire/compliance_api.h"

namespace vardvakt::compliance {

// Answers about the tasks of this process, owned or followed. A task is looked at between two of its batches,
// so every answer is of one (offset, log time). `process` names this process in answers. Both must outlive
// it.
std::unique_ptr<wire::ComplianceApi> MakeQuery(const config::Configuration& configuration,
                                               const engine::Host& host, std::string process);

}  // namespace vardvakt::compliance
