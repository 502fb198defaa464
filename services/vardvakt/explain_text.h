#pragma once

#include <string>

#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::cli {

// Explanations for a person at a terminal.
std::string ExplainText(const compliance::v1::ExplainCaseResponse& response);
std::string ExplainText(const compliance::v1::ExplainShareResponse& response);

}  // namespace vardvakt::cli
