#pragma once

#include <string>

#include "lib/domain/statement.h"

namespace vardvakt::wire {

// A statement for other programs: one object, a row a line, each with what was published (null while the
// period goes on) and what is known.
std::string StatementJson(const domain::Statement& statement);
// RFC 4180: two lines for each row, `known` says which ("as_published", "as_known").
std::string StatementCsv(const domain::Statement& statement);
// For people: a section for each indicator, a table line for each place and measure.
std::string StatementMarkdown(const domain::Statement& statement);

}  // namespace vardvakt::wire
