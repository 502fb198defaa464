#include "lib/simulator/ndjson.h"

#include <string_view>

#include "lib/base/json_text.h"

namespace vardvakt::simulator {
namespace {

// Writes `"name": ` with what must stand before it.
class Fields {
 public:
  explicit Fields(std::string& out) : out_(out) { out_ += '{'; }

  void Name(std::string_view name) {
    if (!first_) out_ += ", ";
    first_ = false;
    AppendJsonString(out_, name);
    out_ += ": ";
  }
  void Text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    Name(name);
    AppendJsonString(out_, value);
  }
  void Time(std::string_view name, const std::optional<Instant>& value) {
    if (value) Text(name, FormatMillis(*value));
  }
  void Flag(std::string_view name, bool value) {
    if (!value) return;
    Name(name);
    out_ += "true";
  }
  void End() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace

void AppendNdjson(const domain::Event& event, std::string& out) {
  Fields fields(out);
  fields.Text("event_id", event.event_id);
  fields.Text("source", event.source);
  fields.Text("stream", event.stream);
  fields.Text("region", event.region);
  fields.Text("case_id", event.case_id);
  fields.Time("occurred_at", event.occurred_at);
  fields.Time("recorded_at", event.recorded_at);
  fields.Text("milestone", event.milestone);
  fields.Text("resource", event.resource);
  fields.Text("resource_kind", event.resource_kind);
  fields.Flag("retract", event.retract);
  if (!event.attributes.empty()) {
    fields.Name("attributes");
    Fields attributes(out);
    for (const auto& [name, value] : event.attributes) {
      attributes.Name(name);
      AppendJsonString(out, value);  // an empty value clears, so it is written
    }
    attributes.End();
  }
  if (event.deviation) {
    fields.Name("deviation");
    AppendJsonString(out, domain::DeviationCode(*event.deviation));
  }
  fields.Text("closed", event.closed);
  if (event.exempted) {
    fields.Name("exempted");
    Fields exempted(out);
    exempted.Text("indicator", event.exempted->indicator);
    exempted.Text("reason", event.exempted->reason);
    exempted.Text("decided_by", event.exempted->decided_by);
    exempted.Time("decided_at", event.exempted->decided_at);
    exempted.Flag("revoked", event.exempted->revoked);
    exempted.End();
  }
  fields.Flag("deleted", event.deleted);
  fields.End();
  out += '\n';
}

}  // namespace vardvakt::simulator
