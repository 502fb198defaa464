#pragma once

#include "lib/config/document.h"
#include "lib/domain/intake.h"

namespace vardvakt::csv {

// Reports each stream, milestone and attribute that a mapping's document names and `rules` would refuse,
// where it stands. The document is one that was read as a mapping.
void CheckNames(const config::Node& document, const domain::IntakeRules& rules, config::Sink& sink);

}  // namespace vardvakt::csv
