#include <span>

#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

using domain::Indicator;
using domain::StreamDefinition;

void CheckPlaceholders(const Located<std::string>& text, std::span<const std::string_view> placeholders,
                       Sink& sink) {
  const std::vector<std::string> known(placeholders.begin(), placeholders.end());
  std::string_view rest = text.value;
  while (true) {
    const size_t open = rest.find('{');
    if (open == std::string_view::npos) return;
    const size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      sink.Add(text.at, "a placeholder is opened with { and not closed; add }");
      return;
    }
    const std::string name(rest.substr(open + 1, close - open - 1));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      sink.Add(text.at, Cat("unknown placeholder {", name, "}", Remedy(name, known)));
    }
    rest.remove_prefix(close + 1);
  }
}

// "ambulance/overdue.md": a path that stays below docs/runbooks.
void CheckRunbook(const Located<std::string>& runbook, Sink& sink) {
  if (!runbook.given) return;
  std::string_view rest = runbook.value;
  bool ok = rest.ends_with(".md");
  while (ok) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    ok = !part.empty() && part[0] != '.' && part.find('\\') == std::string_view::npos;
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  if (!ok) {
    sink.Add(runbook.at, Cat("\"", runbook.value,
                             "\" is not a file below docs/runbooks; write e.g. ambulance_overdue.md"));
  }
}

class AlertBuilder {
 public:
  AlertBuilder(const std::vector<StreamDefinition>* streams, Sink& sink)
      : streams_(streams), sink_(sink), ids_("rule", sink) {}

  domain::CaseRule Build(const CaseRuleText& text) {
    ids_.Check(text.id);
    CheckPlaceholders(text.summary_sv, domain::kCasePlaceholders, sink_);
    CheckPlaceholders(text.summary_en, domain::kCasePlaceholders, sink_);
    CheckRunbook(text.runbook, sink_);
    if (const Indicator* indicator = Find(text.indicator).second; indicator != nullptr && text.when.given) {
      const domain::IndicatorVersion& newest = indicator->versions.back();
      if (!newest.limit || indicator->better == domain::Better::kLower) {
        sink_.Add(text.when.at, Cat("no case is ever at risk or overdue by indicator \"", indicator->id,
                                    "\" (no limit, or better: lower); name another"));
      } else if (text.when.value == domain::CaseCondition::kAtRisk && !newest.warn) {
        sink_.Add(text.when.at,
                  Cat("indicator \"", indicator->id,
                      "\" has no \"warn\", so no case is ever at risk; add it there or use overdue"));
      }
    }
    return {.id = text.id.value,
            .indicator = text.indicator.value,
            .condition = text.when.value,
            .severity = text.severity,
            .summary_sv = text.summary_sv.value,
            .summary_en = text.summary_en.value,
            .action = text.action,
            .runbook = text.runbook.value};
  }

  domain::ThresholdRule Build(const ThresholdRuleText& text) {
    ids_.Check(text.id);
    CheckPlaceholders(text.summary_sv, domain::kThresholdPlaceholders, sink_);
    CheckPlaceholders(text.summary_en, domain::kThresholdPlaceholders, sink_);
    CheckRunbook(text.runbook, sink_);
    if (text.clear.given && text.floor.given && text.clear.value < text.floor.value) {
      sink_.Add(text.clear.at,
                "\"clear\" is below \"floor\", so the alert would resolve while it fires; make it at least "
                "the floor");
    }
    if (const auto [stream, indicator] = Find(text.indicator); indicator != nullptr) {
      CheckSeries(text, *stream, *indicator);
    }
    return {.id = text.id.value,
            .indicator = text.indicator.value,
            .level = text.level.value,
            .window = text.window.value,
            .floor_permille = text.floor.value,
            .clear_permille = text.clear.given ? text.clear.value : text.floor.value,
            .min_n = text.min_n,
            .for_at_least = text.for_at_least,
            .severity = text.severity,
            .summary_sv = text.summary_sv.value,
            .summary_en = text.summary_en.value,
            .action = text.action,
            .runbook = text.runbook.value};
  }

 private:
  void CheckSeries(const ThresholdRuleText& text, const StreamDefinition& stream,
                   const Indicator& indicator) {
    if (!indicator.versions.back().limit) {
      sink_.Add(text.indicator.at,
                Cat("indicator \"", indicator.id, "\" has no limit, so it has no share; name another"));
    }
    std::vector<std::string> levels;
    for (const domain::RollUp& roll_up : indicator.roll_ups) {
      if (!stream.levels.empty()) levels.push_back(stream.levels[static_cast<size_t>(roll_up.level)].name);
    }
    if (text.level.given && !levels.empty() &&
        std::find(levels.begin(), levels.end(), text.level.value) == levels.end()) {
      sink_.Add(text.level.at,
                Cat("indicator \"", indicator.id, "\" keeps no series at level \"", text.level.value,
                    "\"; add the roll-up or correct it", Remedy(text.level.value, levels)));
    }
  }

  std::pair<const StreamDefinition*, const Indicator*> Find(const Located<std::string>& id) {
    if (streams_ == nullptr || !id.given) return {};
    std::vector<std::string> ids;
    for (const StreamDefinition& stream : *streams_) {
      for (const Indicator& indicator : stream.indicators) {
        if (indicator.id == id.value) return {&stream, indicator.versions.empty() ? nullptr : &indicator};
        ids.push_back(indicator.id);
      }
    }
    sink_.Add(id.at,
              Cat("indicator \"", id.value, "\" is not in any file of indicators/", Remedy(id.value, ids)));
    return {};
  }

  const std::vector<StreamDefinition>* streams_;
  Sink& sink_;
  Unique ids_;
};

}  // namespace

domain::AlertRules BuildAlerts(const AlertsText& text, const std::vector<StreamDefinition>* streams,
                               Sink& sink) {
  AlertBuilder builder(streams, sink);
  domain::AlertRules rules;
  rules.grid = text.grid;
  for (const CaseRuleText& rule : text.case_rules) rules.case_rules.push_back(builder.Build(rule));
  for (const ThresholdRuleText& rule : text.threshold_rules)
    rules.threshold_rules.push_back(builder.Build(rule));
  return rules;
}

}  // namespace vardvakt::config
