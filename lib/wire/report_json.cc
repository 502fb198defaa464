#include "lib/wire/json_members.h"
#include "lib/wire/report_rows.h"

namespace vardvakt::wire {
namespace {

template <typename Row>
void AppendRows(std::string_view name, const std::vector<RegionRow<Row>>& rows, bool several_regions,
                std::string& out) {
  out += out.back() == '{' ? "\n" : ",\n";
  AppendJsonString(out, name);
  out += ": [";
  const char* separator = "\n";
  for (const auto& [region, row] : rows) {
    out += separator;
    separator = ",\n";
    JsonMembers members(out);
    if (several_regions) members.Text("region", region);
    VisitFields(*row, members);
    members.End();
  }
  out += ']';
}

}  // namespace

std::string ReportJson(const ReplayReport& report) {
  const SortedRows rows(report);
  std::string out;
  out.reserve(600 * (rows.shares.size() + rows.waiting.size() + rows.left_out.size() + 1));
  JsonMembers whole(out);
  whole.Time("as_of", report.as_of);
  out += ", \"events\": ";
  JsonMembers events(out);
  events.Count("received", report.events.received);
  events.Count("accepted", report.events.accepted);
  events.Count("without_effect", report.events.without_effect);
  events.Counts("rejected", report.events.rejected);
  events.End();
  AppendRows("shares", rows.shares, rows.several_regions, out);
  AppendRows("waiting", rows.waiting, rows.several_regions, out);
  AppendRows("ratios", rows.ratios, rows.several_regions, out);
  AppendRows("left_out", rows.left_out, rows.several_regions, out);
  out += ",\n\"data_quality\": ";
  JsonMembers quality(out);
  AppendRows("sources", rows.sources, rows.several_regions, out);
  AppendRows("units", rows.units, rows.several_regions, out);
  quality.End();
  whole.End();
  out += '\n';
  return out;
}

}  // namespace vardvakt::wire
