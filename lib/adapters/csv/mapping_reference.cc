#include "lib/adapters/csv/mapping_schema.h"
#include "lib/config/reference.h"

namespace vardvakt::csv {
namespace {

constexpr char kIntroduction[] = R"(# Mappings of CSV files

A mapping is one YAML file that says how the rows of a CSV file become events; `vardvakt replay`,
`convert` and `explain` read it (`--csv FILE --mapping MAP.yaml`). Every problem of it is printed at once,
as `file:line:column: what is wrong; what to do`. This page is made from the declarations that mappings are
read by (`lib/adapters/csv`); a test keeps the two equal. [Recipes](csv-recipes.md) shows what to write for
which file; `config/mappings` has mappings of real files.

One row becomes one event for each milestone found, and one more for attributes, deviation and close. An
event's id is a digest of the row and the field, so the same row twice changes nothing. Other text in a
cell than a mapping expects is no error: it stands for nothing, or for the `default`.

A row that can't be read is one dead letter with line number and reason, and reading goes on with the next
line; a quote too many takes no other row with it. Rows may end with LF or CRLF, may have more empty cells
than the header, and have at most 64 KiB and 1 000 cells. A byte order mark is passed over.

## The file

)";

}  // namespace

std::string MappingReferenceMarkdown() {
  std::string text = kIntroduction;
  config::AppendReference(MappingTable().info(), text);
  return text;
}

}  // namespace vardvakt::csv
