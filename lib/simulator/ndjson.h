#pragma once

#include <string>

#include "lib/domain/event.h"

namespace vardvakt::simulator {

// Appends an event as one line of NDJSON with the names of the contract (spec §2), times in UTC, the newline
// included. Fields that were left out are left out.
void AppendNdjson(const domain::Event& event, std::string& out);

}  // namespace vardvakt::simulator
