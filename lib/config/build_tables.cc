#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

using domain::Indicator;
using domain::LevelKind;
using domain::PathwayTable;
using domain::PathwayVersion;

PathwayVersion BuildPathway(const SvfPathwayText& text) {
  PathwayVersion built{.pathway = text.pathway.value,
                       .name = text.name,
                       .valid_from = text.valid_from.value,
                       .under_18 = text.under_18,
                       .pad_subtract_days = static_cast<int>(text.pad_subtract_days),
                       .gap = text.gap};
  for (const SvfVariantText& variant : text.variants) {
    domain::PathwayVariant& built_variant = built.variants.emplace_back();
    built_variant.variant = variant.variant.value;
    for (const SvfLimitText& limit : variant.limits) {
      domain::FormLimit& form = built_variant.limits.emplace_back();
      form.treatment_form = limit.treatment_form.value;
      if (limit.days) form.days = static_cast<int>(*limit.days);
      form.source = limit.source;
      form.dated = limit.dated;
    }
  }
  return built;
}

void CheckPathways(const SvfLimitsText& text, Sink& sink) {
  Unique versions("pathway version", sink);
  for (const SvfPathwayText& pathway : text.pathways) {
    if (pathway.pathway.given && pathway.valid_from.given) {
      versions.Check(Cat(pathway.pathway.value, "@", FormatLocalDay(pathway.valid_from.value)), pathway.at);
    }
    Unique variants("variant", sink);
    for (const SvfVariantText& variant : pathway.variants) {
      variants.Check(variant.variant);
      Unique forms("treatment form", sink);
      for (const SvfLimitText& limit : variant.limits) forms.Check(limit.treatment_form);
    }
  }
}

// Of each pathway's newest version.
void NoteGaps(const SvfLimitsText& text, Sink& notes) {
  std::map<std::string, const SvfPathwayText*> newest;
  for (const SvfPathwayText& pathway : text.pathways) {
    const SvfPathwayText*& found = newest[pathway.pathway.value];
    if (found == nullptr || found->valid_from.value < pathway.valid_from.value) found = &pathway;
  }
  for (const auto& [id, pathway] : newest) {
    if (!BuildPathway(*pathway).AnyLimit()) {
      notes.Add(pathway->at, Cat("pathway \"", id, "\" (", pathway->name,
                                 ") has no limit; its cases are judged "
                                 "by none of this table"));
    }
    if (!pathway->gap.empty()) {
      notes.Add(pathway->at, Cat("pathway \"", id, "\" (", pathway->name, "): ", pathway->gap));
    }
  }
}

// A row's indicator among all.
struct FoundIndicator {
  const domain::StreamDefinition* stream = nullptr;
  Indicator* indicator = nullptr;
};

class DenominatorBuilder {
 public:
  DenominatorBuilder(const domain::Geography& geography, std::vector<domain::StreamDefinition>& streams,
                     Sink& sink, Sink& notes)
      : geography_(geography), streams_(streams), sink_(sink), notes_(notes) {}

  void Build(const DenominatorText& row) {
    if (!row.indicator.given || !row.level.given || !row.key.given || !row.year.given || !row.count.given)
      return;
    const FoundIndicator found = Find(row.indicator);
    if (found.indicator == nullptr || !CheckKey(row, found)) return;
    found.indicator->denominators.push_back(
        {row.level.value, row.key.value, static_cast<int>(row.year.value), row.count.value});
  }

 private:
  FoundIndicator Find(const Located<std::string>& id) {
    std::vector<std::string> ratios;
    for (domain::StreamDefinition& stream : streams_) {
      for (Indicator& indicator : stream.indicators) {
        const bool ratio = indicator.shape == domain::Shape::kRatio;
        if (indicator.id == id.value && ratio) return {&stream, &indicator};
        if (indicator.id == id.value) {
          sink_.Add(id.at, Cat("indicator \"", id.value,
                               "\" is no ratio, so nothing divides by this; remove the "
                               "row or write shape: ratio there"));
          return {};
        }
        if (ratio) ratios.push_back(indicator.id);
      }
    }
    sink_.Add(id.at, Cat("indicator \"", id.value, "\" is not in any file of indicators/",
                         Remedy(id.value, ratios)));
    return {};
  }

  bool CheckKey(const DenominatorText& row, const FoundIndicator& found) {
    if (found.stream->levels.empty()) return false;
    std::vector<std::string> levels;
    for (const domain::RollUp& roll_up : found.indicator->roll_ups) {
      const domain::Level& level = found.stream->levels[static_cast<size_t>(roll_up.level)];
      levels.push_back(level.name);
      if (level.name != row.level.value) continue;
      CheckPlace(level.kind, row.key);
      return true;
    }
    sink_.Add(row.level.at,
              Cat("indicator \"", row.indicator.value, "\" keeps no series at level \"", row.level.value,
                  "\"; add the roll-up or correct it", Remedy(row.level.value, levels)));
    return false;
  }

  void CheckPlace(LevelKind kind, const Located<std::string>& key) {
    if (kind == LevelKind::kRegion && key.value != domain::kRegionKey) {
      sink_.Add(key.at,
                Cat("the key of level \"region\" is \"region\", not \"", key.value, "\"; write that"));
    }
    const auto has = [&](const auto& places) {
      return std::any_of(places.begin(), places.end(), [&](const auto& p) { return p.code == key.value; });
    };
    const bool known = kind == LevelKind::kLansdel        ? has(geography_.lansdelar)
                       : kind == LevelKind::kHospital     ? has(geography_.hospitals)
                       : kind == LevelKind::kUnit         ? has(geography_.units)
                       : kind == LevelKind::kMunicipality ? has(geography_.municipalities)
                                                          : true;
    if (!known) notes_.Add(key.at, Cat("units.yaml has no \"", key.value, "\" at this level"));
  }

  const domain::Geography& geography_;
  std::vector<domain::StreamDefinition>& streams_;
  Sink& sink_;
  Sink& notes_;
};

}  // namespace

std::shared_ptr<const PathwayTable> BuildPathways(const SvfLimitsText& text, Sink& sink, Sink& notes) {
  CheckPathways(text, sink);
  NoteGaps(text, notes);
  auto table = std::make_shared<PathwayTable>();
  for (const SvfPathwayText& pathway : text.pathways) table->versions.push_back(BuildPathway(pathway));
  std::sort(table->versions.begin(), table->versions.end(),
            [](const PathwayVersion& a, const PathwayVersion& b) {
              return std::tie(a.pathway, a.valid_from) < std::tie(b.pathway, b.valid_from);
            });
  return table;
}

void BuildDenominators(const DenominatorsText& text, const domain::Geography& geography,
                       std::vector<domain::StreamDefinition>* streams, Sink& sink, Sink& notes) {
  Unique rows("denominator", sink);
  for (const DenominatorText& row : text.denominators) {
    if (row.indicator.given && row.level.given && row.key.given && row.year.given) {
      rows.Check(Cat(row.indicator.value, " ", row.level.value, " ", row.key.value, " ", row.year.value),
                 row.at);
    }
  }
  if (streams == nullptr) return;
  DenominatorBuilder builder(geography, *streams, sink, notes);
  for (const DenominatorText& row : text.denominators) builder.Build(row);
  for (domain::StreamDefinition& stream : *streams) {
    for (Indicator& indicator : stream.indicators) {
      std::sort(indicator.denominators.begin(), indicator.denominators.end(),
                [](const domain::Denominator& a, const domain::Denominator& b) {
                  return std::tie(a.level, a.key, a.year) < std::tie(b.level, b.key, b.year);
                });
    }
  }
}

}  // namespace vardvakt::config
