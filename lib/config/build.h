#pragma once

#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/config/files.h"

namespace vardvakt::config {

// From files as written to domain structs, with every check of one thing against another. Each function
// reports what is wrong to the file's sink and leaves the rest usable, so that one mistake hides no other.

// One file as read; `text` is null when it is absent or can't be read at all.
template <typename T>
struct File {
  std::string name;  // relative to the directory
  std::shared_ptr<const T> text;
};

// The levels that a stream offers: the built-in ones and its own.
std::vector<domain::Level> LevelsOf(const StreamText& stream);

// Doubled codes, codes that mean something else, references that lead nowhere, tiles upon each other.
// `zone` is set when the time zone is known.
domain::Geography BuildGeography(const UnitsText& text, Sink& sink, TimeZone& zone);

void CheckStreams(const StreamsText& text, Sink& sink);
// What one streams.yaml accepts joins what the others of the deployment do; they must agree in the rest.
void AddIntake(const StreamsText& text, bool first, domain::IntakeRules& intake, Sink& sink);

// The limits of svf-limits.yaml, ascending as the domain wants them. What they leave open goes to `notes`.
std::shared_ptr<const domain::PathwayTable> BuildPathways(const SvfLimitsText& text, Sink& sink, Sink& notes);

// The indicators of one file join `streams`. `known` are the streams of the region; null when its file is
// unreadable: then nothing is checked against it. `pathways` is null where there is no svf-limits.yaml.
// `owners` remembers which file has which id.
void BuildIndicators(const IndicatorsText& text, const StreamsText* known,
                     const std::shared_ptr<const domain::PathwayTable>& pathways,
                     std::vector<domain::StreamDefinition>& streams,
                     std::map<std::string, std::string>& owners, Sink& sink);

// `streams` is null when not every indicator file could be read: then rules are not checked against them.
domain::AlertRules BuildAlerts(const AlertsText& text, const std::vector<domain::StreamDefinition>* streams,
                               Sink& sink);

// The expected counts join their ratio indicators. `streams` is null when not every indicator file could be
// read: then only doubled rows are found. Keys that the units file does not have go to `notes`.
void BuildDenominators(const DenominatorsText& text, const domain::Geography& geography,
                       std::vector<domain::StreamDefinition>* streams, Sink& sink, Sink& notes);

void CheckRegions(const RegionsText& text, Sink& sink);

StreamDigest DigestOf(const domain::StreamDefinition& stream, const RegionConfiguration& region,
                      const domain::IntakeRules& intake);
uint64_t MachineDigestOf(const TimeZone& zone);

// Tells of the second of two equal names.
class Unique {
 public:
  Unique(std::string what, Sink& sink) : what_(std::move(what)), sink_(sink) {}
  void Check(const std::string& name, Mark at) {
    if (const auto [first, added] = seen_.emplace(name, at.line); !added) {
      sink_.Add(
          at, Cat(what_, " \"", name, "\" is there twice (line ", first->second, "); rename or remove one"));
    }
  }
  void Check(const Located<std::string>& name) {
    if (name.given) Check(name.value, name.at);
  }
  bool Has(const std::string& name) const { return seen_.contains(name); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : seen_) names.push_back(entry.first);
    return names;
  }

 private:
  std::string what_;
  Sink& sink_;
  std::map<std::string, int> seen_;
};

}  // namespace vardvakt::config
