#include "lib/base/json_text.h"
#include "lib/wire/numbers.h"
#include "lib/wire/report_rows.h"

namespace vardvakt::wire {
namespace {

// Appends one object's members.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }

  void Text(std::string_view name, std::string_view text) {
    Name(name);
    AppendJsonString(out_, text);
  }
  void Count(std::string_view name, std::optional<int64_t> count) {
    Name(name);
    if (count) {
      AppendInteger(out_, *count);
    } else {
      out_ += "null";
    }
  }
  void Fraction(std::string_view name, std::optional<double> fraction) {
    Name(name);
    if (fraction) {
      AppendFraction(out_, *fraction);
    } else {
      out_ += "null";
    }
  }
  void Time(std::string_view name, std::optional<Instant> at) {
    Name(name);
    out_ += at ? '"' + FormatSeconds(*at) + '"' : "null";
  }
  void Counts(std::string_view name, const std::map<std::string, int64_t>& counts) {
    Name(name);
    JsonMembers members(out_);
    for (const auto& [reason, count] : counts) {
      if (count != 0) members.Count(reason, count);
    }
    members.End();
  }
  void End() { out_ += '}'; }

 private:
  void Name(std::string_view name) {
    if (out_.back() != '{') out_ += ", ";
    AppendJsonString(out_, name);
    out_ += ": ";
  }

  std::string& out_;
};

template <typename Row>
void AppendRows(std::string_view name, const std::vector<RegionRow<Row>>& rows, bool several_regions,
                std::string& out) {
  out += ",\n";
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
  whole.End();
  out += '\n';
  return out;
}

}  // namespace vardvakt::wire
