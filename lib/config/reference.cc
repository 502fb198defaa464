#include "lib/config/reference.h"

#include "absl/strings/str_replace.h"
#include "lib/config/configuration.h"
#include "lib/config/files.h"

namespace vardvakt::config {
namespace {

// Each table once, in the order in which it is first needed.
void Collect(const TableInfo& table, std::vector<const TableInfo*>& found) {
  for (const TableInfo* inner : table.tables) {
    if (std::find(found.begin(), found.end(), inner) != found.end()) continue;
    found.push_back(inner);
    Collect(*inner, found);
  }
}

std::string Cell(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

void AppendKeys(const TableInfo& table, std::string& text) {
  CatTo(text, "| key | value | default | meaning |\n|---|---|---|---|\n");
  for (const KeyInfo& key : table.keys) {
    const std::string fallback = key.required               ? "required"
                                 : key.default_text.empty() ? "–"
                                                            : Cat("`", key.default_text, "`");
    CatTo(text, "| `", key.name, "` | ", Cell(key.type), " | ", fallback, " | ", Cell(key.doc), " |\n");
  }
}

}  // namespace

void AppendReference(const TableInfo& table, std::string& text) {
  AppendKeys(table, text);
  std::vector<const TableInfo*> tables;
  Collect(table, tables);
  for (const TableInfo* inner : tables) {
    CatTo(text, "\n### ", inner->name, "\n\n");
    if (!inner->doc.empty()) CatTo(text, inner->doc, "\n\n");
    AppendKeys(*inner, text);
  }
}

const std::vector<FileKind>& FileKinds() {
  static const std::vector<FileKind> kinds = {
      {"regions.yaml", false, false,
       "The regions of this deployment. Left out: the one region of `units.yaml`, in partition 0.",
       &RegionsTable().info()},
      {"revision.yaml", false, false,
       "The number of these definitions. Left out: 1. Whoever changes what is measured (an indicator, a "
       "limit, a "
       "goal, a roll-up, a unit, a rule) raises it; two directories can't be told apart as earlier and later "
       "by "
       "their contents.",
       &RevisionTable().info()},
      {"units.yaml", true, true, "The region and its places.", &UnitsTable().info()},
      {"streams.yaml", true, true,
       "What events may say. In a region's folder it can offer other levels and names; what is accepted is "
       "then what "
       "any region accepts.",
       &StreamsTable().info()},
      {"indicators/*.yaml", true, true,
       "What is measured. One file for each stream is the custom; several may share a stream.",
       &IndicatorsTable().info()},
      {"alerts.yaml", true, true, "What raises an alert. See also [alerts](alerts.md).",
       &AlertsTable().info()},
      {"svf-limits.yaml", false, true,
       "Limits of the cancer pathways, for indicators with `limit_table: svf`. A case is judged by its "
       "pathway's "
       "newest version whose `valid_from` is not later than the local day of its start. What a table leaves "
       "open, "
       "`check-config` says as a note.",
       &SvfLimitsTable().info()},
      {"denominators.yaml", false, true,
       "What ratio indicators divide by. A ratio is given where every year that a window needs has a count.",
       &DenominatorsTable().info()},
  };
  return kinds;
}

std::string ReferenceMarkdown() {
  std::string text =
      "# Configuration\n\n"
      "A deployment is configured by one directory of YAML files. `vardvakt check-config DIR` reads it and "
      "prints every\n"
      "problem at once, each as `file:line:column: what is wrong; what to do`. This page is made from the "
      "declarations\n"
      "that the files are read by (`lib/config`); a test keeps the two equal.\n\n"
      "Files of the same names under `regions/<code>/` replace the top ones for that region. Unknown files "
      "and keys,\n"
      "keys given twice, anchors, aliases and tags are refused. Files are UTF-8, of at most 1 MiB and 32 "
      "levels.\n"
      "Text that looks like a number (`\"06\"`, `\"0680\"`) is kept as it is written, quoted or not.\n";
  for (const FileKind& kind : FileKinds()) {
    CatTo(text, "\n## `", kind.pattern, "`\n\n", kind.doc, kind.required ? "" : " Optional.", "\n\n");
    AppendReference(*kind.table, text);
  }
  return text;
}

}  // namespace vardvakt::config
