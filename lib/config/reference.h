#pragma once

#include <string>

#include "lib/config/schema.h"

namespace vardvakt::config {

// Appends, as Markdown, what is declared of a file's keys and of those of every map in it.
void AppendReference(const TableInfo& table, std::string& text);

}  // namespace vardvakt::config
