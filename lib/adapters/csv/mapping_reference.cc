#include "lib/adapters/csv/mapping_schema.h"
#include "lib/config/reference.h"

namespace vardvakt::csv {

std::string MappingReferenceMarkdown() {
  std::string text =
      "# Mappings of CSV files\n\n"
      "A mapping is one YAML file that says how the rows of a CSV file become events; `vardvakt replay` and "
      "`convert`\n"
      "read it (`--csv FILE --mapping MAP.yaml`). Every problem of it is printed at once, as\n"
      "`file:line:column: what is wrong; what to do`. This page is made from the declarations that mappings "
      "are read "
      "by\n"
      "(`lib/adapters/csv`); a test keeps the two equal. [Recipes](csv-recipes.md) shows what to write for "
      "which "
      "file;\n"
      "`config/mappings` has mappings of real files.\n\n"
      "One row becomes one event for each milestone found, and one more for attributes, deviation and close. "
      "An "
      "event's id is\n"
      "a digest of the row and the field, so the same row twice changes nothing. A row that can't be read is "
      "one dead "
      "letter\n"
      "with line number and reason; reading goes on with the next line. Other text in a cell than a mapping "
      "expects "
      "is no\n"
      "error: it stands for nothing, or for the `default`. Rows may end with LF or CRLF, may have more empty "
      "cells "
      "than the\n"
      "header, and have at most 64 KiB and 1 000 cells.\n\n"
      "## The file\n\n";
  config::AppendReference(MappingTable().info(), text);
  return text;
}

}  // namespace vardvakt::csv
