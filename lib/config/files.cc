#include "lib/config/files.h"

#include <limits>
#include <span>

namespace vardvakt::config {
namespace {

using domain::Better;
using domain::CaseCondition;
using domain::DenominatorRule;
using domain::DurationUnit;
using domain::Pick;
using domain::Severity;
using domain::Shape;

constexpr Duration kYear = hours(24 * 366);
constexpr int64_t kMaxDays = 3660;

Type<domain::Window> WindowNameType() {
  std::vector<std::pair<std::string, domain::Window>> choices;
  for (const domain::Window window : domain::kWindows) {
    choices.emplace_back(std::string(domain::WindowName(window)), window);
  }
  return OneOf(std::move(choices));
}

Type<Severity> SeverityType() {
  return OneOf<Severity>(
      {{"info", Severity::kInfo}, {"warning", Severity::kWarning}, {"page", Severity::kPage}});
}

std::string Placeholders(std::span<const std::string_view> names) {
  std::string listed;
  for (const std::string_view name : names) CatTo(listed, listed.empty() ? "`{" : ", `{", name, "}`");
  return listed;
}

// A number of days, or null where none is set.
Type<std::optional<int64_t>> DaysOrNull() {
  return {"whole number of days, or `null` for no limit",
          [](const Node& node, Sink& sink, std::optional<int64_t>& out) {
            if (node.kind == Node::Kind::kNull) return true;
            return Integer(0, kMaxDays).read(node, sink, out.emplace());
          }};
}

// A table of limits is named as its file begins; there is one.
Type<bool> LimitTableType() { return OneOf<bool>({{"svf", true}}); }

const Table<LevelText>& LevelTable() {
  static const auto table =
      Table<LevelText>("a level",
                       "A further level at which series can be kept, beside `region`, `lansdel`, "
                       "`hospital`, `unit` and `municipality`. Give one of `attribute` and `unit_tag`.")
          .Required("level", &LevelText::level, Identifier(), "Its name in roll-ups, rules and answers.")
          .Optional("attribute", &LevelText::attribute, EventName(), "The key is this attribute of the case.")
          .Optional("unit_tag", &LevelText::unit_tag, EventName(), "The key is this tag of the case's unit.");
  return table;
}

const Table<StreamText>& StreamTable() {
  static const auto table =
      Table<StreamText>("a stream", "A stream of events: `vardvakt.<stream>.v1`.")
          .Required("stream", &StreamText::stream, Identifier(), "Its name, as events carry it.")
          .WithDefault(
              "case_scope", &StreamText::case_scope_stream,
              OneOf<bool>({{"source", false}, {"stream", true}}), "source",
              "`source`: a case is named by source, stream and case id. `stream`: by stream and case id, "
              "so that several systems can report on one case.")
          .WithDefault("strict_milestones", &StreamText::strict_milestones, Flag(), "false",
                       "Reject events with a milestone that is not listed (`unknown_milestone`).")
          .WithDefault("strict_attributes", &StreamText::strict_attributes, Flag(), "false",
                       "Reject events with an attribute that is not listed (`unknown_attribute`).")
          .Required(
              "settle", &StreamText::settle, Span(Duration{}, kYear, true),
              "The usual reporting delay: an open case is decided as a miss so long after its deadline.")
          .Required("milestones", &StreamText::milestones, ListOf(WithPlace(EventName()), 1),
                    "The milestones that its events carry, in the order in which a case reaches them. A case "
                    "that has "
                    "one behind a clock's stop, but no stop, is a finding of data quality.")
          .Required("attributes", &StreamText::attributes, ListOf(WithPlace(EventName())),
                    "The attributes that its events carry.")
          .Optional("levels", &StreamText::levels, ListOf(ObjectOf(LevelTable())),
                    "Further levels of its series.");
  return table;
}

const Table<BothLanguages>& BothLanguagesTable() {
  static const auto table = Table<BothLanguages>("a text in both languages", "")
                                .Required("sv", &BothLanguages::sv, Text(), "In Swedish.")
                                .Required("en", &BothLanguages::en, Text(), "In English.");
  return table;
}

const Table<ConditionText>& ConditionTable() {
  static const auto table =
      Table<ConditionText>("a condition",
                           "What must hold for a case to count. Give one of `in` and `not`. A missing "
                           "attribute has the value `\"\"`.")
          .Required("attribute", &ConditionText::attribute, EventName(), "An attribute of the case.")
          .Optional("in", &ConditionText::in, ListOf(Text(0, 256), 1), "Values that count.")
          .Optional("not", &ConditionText::not_in, ListOf(Text(0, 256), 1), "Values that do not count.");
  return table;
}

const Table<InsteadText>& InsteadTable() {
  static const auto table =
      Table<InsteadText>("a special case", "Other milestones for cases of which a condition holds.")
          .Required("attribute", &InsteadText::attribute, EventName(), "An attribute of the case.")
          .Required("in", &InsteadText::in, ListOf(Text(0, 256), 1), "Values for which it holds.")
          .Required("milestones", &InsteadText::milestones, ListOf(WithPlace(EventName()), 1),
                    "Any of these then.");
  return table;
}

const Table<AgesText>& AgesTable() {
  static const auto table =
      Table<AgesText>(
          "an age range",
          "Age is the local year of the start, of a ratio's or a count's case that of the stop, less "
          "the attribute `birth_year`. An unknown age is in no range.")
          .Optional("from", &AgesText::from, Integer(0, 150), "The youngest that count. Left out: newborns.")
          .Optional("to", &AgesText::to, Integer(0, 150), "The oldest that count. Left out: no bound.");
  return table;
}

const Table<SelectorText>& SelectorTable() {
  static const auto table =
      Table<SelectorText>("a start or stop", "Which registers start or stop the clock.")
          .Required("milestones", &SelectorText::milestones, ListOf(WithPlace(EventName()), 1),
                    "Any of these milestones.")
          .Optional("resource_kinds", &SelectorText::resource_kinds, ListOf(Text(0, 64), 1),
                    "Only when reached by a resource of one of these kinds; `\"\"` stands for none given. "
                    "Left out: "
                    "every kind.")
          .WithDefault("pick", &SelectorText::pick,
                       OneOf<Pick>({{"first", Pick::kFirst}, {"last", Pick::kLast}}), "first",
                       "The earliest or the latest of them.")
          .Optional("instead", &SelectorText::instead, ObjectOf(InsteadTable()),
                    "Other milestones for some cases, as palliative care has another stop.");
  return table;
}

const Table<WarnText>& WarnTable() {
  static const auto table =
      Table<WarnText>(
          "a warning time",
          "From when an open case is at risk. Give exactly one: `days_before` where the limit is in "
          "days, one of the others where it is a duration.")
          .Optional("after", &WarnText::after, Span(Duration{}, kYear, false), "So long after the start.")
          .Optional("before_deadline", &WarnText::before_deadline, Span(Duration{}, kYear, false),
                    "So long before the limit is reached.")
          .Optional("share_of_limit", &WarnText::share_of_limit, Share(),
                    "When this share of the limit has passed.")
          .Optional("days_before", &WarnText::days_before, Integer(0, kMaxDays),
                    "From the beginning of the local day that many days before the last allowed one; 0: that "
                    "day itself.");
  return table;
}

const Table<RollUpText>& RollUpTable() {
  static const auto table =
      Table<RollUpText>("a roll-up", "Series that are kept: one for each key of a level.")
          .Required("level", &RollUpText::level, Identifier(),
                    "`region`, `lansdel`, `hospital`, `unit`, `municipality`, or a level of the stream.")
          .Optional("by", &RollUpText::by, ListOf(WithPlace(EventName()), 1, 2),
                    "`sex`, `age` or both: further series for each sex and for each age band.");
  return table;
}

const Table<VersionText>& VersionTable() {
  static const auto table =
      Table<VersionText>("a version",
                         "How an indicator is judged, for cases that start on `valid_from` or later. The "
                         "first version also judges what started before it.")
          .Required("valid_from", &VersionText::valid_from, Day(), "First local day of the case's start.")
          .Optional("where", &VersionText::where, ListOf(ObjectOf(ConditionTable())),
                    "Conditions that must all hold. Left out: those of `defaults`.")
          .Optional("ages", &VersionText::ages, ObjectOf(AgesTable()),
                    "Whose cases count. Left out: everybody's.")
          .Optional("start", &VersionText::start, ObjectOf(SelectorTable()),
                    "What starts the clock. A share must have it; ratios and counts have no clock.")
          .Required("stop", &VersionText::stop, ObjectOf(SelectorTable()),
                    "What stops it; of a ratio or a count, what is counted.")
          .Optional(
              "limit", &VersionText::limit, Span(milliseconds(1), kYear, false),
              "Within is `stop - start <= limit`. Give at most one limit; without any nothing is decided, "
              "only times are shown.")
          .Optional("limit_days", &VersionText::limit_days, Integer(0, kMaxDays),
                    "Within is a stop at most that many local calendar days after the start's.")
          .Optional(
              "limit_date", &VersionText::limit_date, EventName(),
              "Within is a stop no later than the local day in this attribute of the case (`2026-01-31`).")
          .Optional("limit_table", &VersionText::limit_table, LimitTableType(),
                    "Calendar days by pathway, variant and treatment form: `svf-limits.yaml`.")
          .Optional("without_table_limit", &VersionText::without_table_limit, LimitTableType(),
                    "Only cases whose pathway has no limit in that table.")
          .Optional("warn", &VersionText::warn, ObjectOf(WarnTable()),
                    "From when an open case is at risk. Left out: never.")
          .Optional("settle", &VersionText::settle, Span(Duration{}, kYear, true), "Left out: the stream's.")
          .WithDefault("deadline_decides", &VersionText::deadline_decides, Flag(), "true",
                       "`false`: a case is decided by its stop alone, never by the passing of its deadline.")
          .WithDefault("pvv_excludes", &VersionText::pvv_excludes, Flag(), "true",
                       "Whether the deviation `pvv` (patient's choice) leaves a case out.")
          .WithDefault(
              "mov_excludes", &VersionText::mov_excludes, Flag(), "false",
              "Whether with the deviation `mov` (medical reasons) an open case waits in no count and its "
              "deadline decides nothing.");
  return table;
}

const Table<GoalText>& GoalTable() {
  static const auto table =
      Table<GoalText>("a goal", "In force until the next one.")
          .Required("valid_from", &GoalText::valid_from, Day(), "First day it is in force.")
          .Required("goal", &GoalText::goal,
                    Unread("share from 0 to 1, e.g. `0.80`; of a count a whole number a year"),
                    "The share to reach, or with `better: lower` not to exceed.");
  return table;
}

const Table<IndicatorText>& IndicatorTable() {
  static const auto table =
      Table<IndicatorText>("an indicator",
                           "One clock and its share; or a count, or a count of those expected.")
          .Required("id", &IndicatorText::id, Identifier(), "Its name in answers, metrics and rules.")
          .Required("name", &IndicatorText::name, ObjectOf(BothLanguagesTable()), "Its name for people.")
          .Required("description", &IndicatorText::description, ObjectOf(BothLanguagesTable()),
                    "What it measures.")
          .Required("source", &IndicatorText::source, Text(), "Where the definition comes from.")
          .WithDefault("better", &IndicatorText::better,
                       OneOf<Better>({{"higher", Better::kHigher}, {"lower", Better::kLower}}), "higher",
                       "`lower`: what is within is unwanted, and the goal is a ceiling.")
          .WithDefault(
              "shape", &IndicatorText::shape,
              OneOf<Shape>({{"share", Shape::kShare}, {"ratio", Shape::kRatio}, {"count", Shape::kCount}}),
              "share",
              "`share`: of the cases that stopped, how many within the limit. `ratio`: how many cases "
              "reached the stop, of the number in `denominators.yaml`. `count`: how many reached it.")
          .Optional(
              "denominator", &IndicatorText::denominator,
              OneOf<DenominatorRule>({{"pro_rata", DenominatorRule::kProRata},
                                      {"year_of_last_day", DenominatorRule::kYearOfLastDay}}),
              "A ratio must have it. `pro_rata`: each day of the window adds its part of its year's count. "
              "`year_of_last_day`: the count of the year of the window's last day.")
          .Optional(
              "unit", &IndicatorText::unit,
              OneOf<DurationUnit>({{"seconds", DurationUnit::kSeconds}, {"days", DurationUnit::kDays}}),
              "Of its durations, where no version has a limit. Left out: `seconds`; with a limit, what the "
              "limit is in.")
          .Optional("goals", &IndicatorText::goals, ListOf(ObjectOf(GoalTable())),
                    "Its goals, oldest first. Left out: none.")
          .Optional("roll_ups", &IndicatorText::roll_ups, ListOf(ObjectOf(RollUpTable()), 1),
                    "Left out: those of `defaults`.")
          .Required("versions", &IndicatorText::versions, ListOf(ObjectOf(VersionTable()), 1),
                    "Oldest first.");
  return table;
}

const Table<IndicatorDefaultsText>& IndicatorDefaultsTable() {
  static const auto table =
      Table<IndicatorDefaultsText>("the defaults",
                                   "What every indicator of the file has unless it says otherwise.")
          .Optional("where", &IndicatorDefaultsText::where, ListOf(ObjectOf(ConditionTable())), "Conditions.")
          .Optional("roll_ups", &IndicatorDefaultsText::roll_ups, ListOf(ObjectOf(RollUpTable())),
                    "Roll-ups.");
  return table;
}

const Table<RegionText>& RegionTable() {
  static const auto table = Table<RegionText>("the region", "")
                                .Required("code", &RegionText::code, Code(), "Its code, as events carry it.")
                                .Required("name", &RegionText::name, Text(), "Its name for people.")
                                .Required("time_zone", &RegionText::time_zone, Text(),
                                          "IANA name; days, months and ages are local to it.");
  return table;
}

const Table<LansdelText>& LansdelTable() {
  static const auto table = Table<LansdelText>("a länsdel", "")
                                .Required("code", &LansdelText::code, Code(), "Its key in series.")
                                .Required("name", &LansdelText::name, Text(), "Its name for people.");
  return table;
}

const Table<HospitalText>& HospitalTable() {
  static const auto table = Table<HospitalText>("a hospital", "")
                                .Required("code", &HospitalText::code, Code(), "Its key in series.")
                                .Required("name", &HospitalText::name, Text(), "Its name for people.")
                                .Optional("lansdel", &HospitalText::lansdel, Code(), "Code of its länsdel.");
  return table;
}

const Table<MunicipalityText>& MunicipalityTable() {
  static const auto table =
      Table<MunicipalityText>("a municipality", "")
          .Required("code", &MunicipalityText::code, Code(),
                    "Its code, as the attribute `municipality` carries it.")
          .Required("name", &MunicipalityText::name, Text(), "Its name for people.")
          .Optional("lansdel", &MunicipalityText::lansdel, Code(),
                    "Code of its länsdel. Left out: its hospital's.")
          .Optional("hospital", &MunicipalityText::hospital, Code(), "Code of its hospital.")
          .Optional("tile", &MunicipalityText::tile, ListOf(Integer(0, 99), 2, 2),
                    "`[column, row]` on the tile map, from the north-west.");
  return table;
}

const Table<UnitText>& UnitTable() {
  static const auto table =
      Table<UnitText>(
          "a unit",
          "What is left out of `hospital`, `lansdel` and `municipality` follows from the hospital, "
          "then from the municipality.")
          .Required("code", &UnitText::code, Code(), "Its code, as the attribute `unit` carries it.")
          .Required("name", &UnitText::name, Text(), "Its name for people.")
          .Optional("kind", &UnitText::kind, Text(1, 64), "What it is, e.g. `ambulance_station`.")
          .Optional("hospital", &UnitText::hospital, Code(), "Code of its hospital.")
          .Optional("lansdel", &UnitText::lansdel, Code(), "Code of its länsdel.")
          .Optional("municipality", &UnitText::municipality, Code(), "Code of its municipality.")
          .Optional("tags", &UnitText::tags, TextMap(),
                    "Further facts; a level with `unit_tag` takes its keys from them.")
          .WithDefault("example", &UnitText::example, Flag(), "false",
                       "Made up, to be replaced by the region's own unit.");
  return table;
}

const Table<CaseRuleText>& CaseRuleTable() {
  static const auto table =
      Table<CaseRuleText>("a case rule", "An episode for each open case that is at risk or overdue.")
          .Required("id", &CaseRuleText::id, Identifier(), "The alert's name.")
          .Required("indicator", &CaseRuleText::indicator, Identifier(), "By which indicator.")
          .Required("when", &CaseRuleText::when,
                    OneOf<CaseCondition>(
                        {{"at_risk", CaseCondition::kAtRisk}, {"overdue", CaseCondition::kOverdue}}),
                    "What the case must be.")
          .WithDefault("severity", &CaseRuleText::severity, SeverityType(), "warning",
                       "`page` wakes somebody.")
          .Required(
              "summary_sv", &CaseRuleText::summary_sv, Text(),
              Cat("What it says, in Swedish. Placeholders: ", Placeholders(domain::kCasePlaceholders), "."))
          .Required("summary_en", &CaseRuleText::summary_en, Text(), "The same in English.")
          .Required("action", &CaseRuleText::action, Text(), "What to do.")
          .Required("runbook", &CaseRuleText::runbook, Text(), "File below `docs/runbooks`.");
  return table;
}

const Table<ThresholdRuleText>& ThresholdRuleTable() {
  static const auto table =
      Table<ThresholdRuleText>("a threshold rule",
                               "An episode for each series of a level whose share of `decided` stays "
                               "below a floor.")
          .Required("id", &ThresholdRuleText::id, Identifier(), "The alert's name.")
          .Required("indicator", &ThresholdRuleText::indicator, Identifier(), "Of which indicator.")
          .Required("level", &ThresholdRuleText::level, Identifier(), "One of the indicator's roll-ups.")
          .Required("window", &ThresholdRuleText::window, WindowNameType(), "Over which window.")
          .Required("floor", &ThresholdRuleText::floor, Share(), "Holds while the share is below it.")
          .Optional("clear", &ThresholdRuleText::clear, Share(),
                    "Resolves at or above it; at least the floor. Left out: the floor.")
          .Required("min_n", &ThresholdRuleText::min_n, Integer(1, 1000000), "Never fires with fewer cases.")
          .WithDefault("for", &ThresholdRuleText::for_at_least, Span(Duration{}, kYear, true), "0s",
                       "How long it must hold before it fires.")
          .WithDefault("severity", &ThresholdRuleText::severity, SeverityType(), "warning",
                       "`page` wakes somebody.")
          .Required("summary_sv", &ThresholdRuleText::summary_sv, Text(),
                    Cat("What it says, in Swedish. Placeholders: ",
                        Placeholders(domain::kThresholdPlaceholders), "."))
          .Required("summary_en", &ThresholdRuleText::summary_en, Text(), "The same in English.")
          .Required("action", &ThresholdRuleText::action, Text(), "What to do.")
          .Required("runbook", &ThresholdRuleText::runbook, Text(), "File below `docs/runbooks`.");
  return table;
}

const Table<DeployedRegionText>& DeployedRegionTable() {
  static const auto table =
      Table<DeployedRegionText>("a deployed region", "")
          .Required("code", &DeployedRegionText::code, Code(), "Its code, as events carry it.")
          .Required("partition", &DeployedRegionText::partition, Integer(0, 9999),
                    "Its partition of every topic.");
  return table;
}

const Table<SvfLimitText>& SvfLimitTable() {
  static const auto table =
      Table<SvfLimitText>("a limit of a treatment form", "")
          .Required("treatment_form", &SvfLimitText::treatment_form, Identifier(),
                    "As the attribute carries it.")
          .Required("days", &SvfLimitText::days, DaysOrNull(),
                    "Calendar days from founded suspicion to treatment.")
          .Optional("source", &SvfLimitText::source, Text(), "Where the number comes from.")
          .Optional("dated", &SvfLimitText::dated, Text(1, 32), "Of when the source is.");
  return table;
}

const Table<SvfVariantText>& SvfVariantTable() {
  static const auto table = Table<SvfVariantText>("a variant", "")
                                .Required("variant", &SvfVariantText::variant, Text(0, 64),
                                          "As the attribute carries it; `\"\"` for none.")
                                .Required("limits", &SvfVariantText::limits,
                                          ListOf(ObjectOf(SvfLimitTable())), "A limit per treatment form.");
  return table;
}

const Table<SvfPathwayText>& SvfPathwayTable() {
  static const auto table =
      Table<SvfPathwayText>("a pathway", "One version of a pathway's limits.")
          .Required("pathway", &SvfPathwayText::pathway, Identifier(), "As the attribute carries it.")
          .Required("name", &SvfPathwayText::name, Text(), "Its name for people.")
          .Required("valid_from", &SvfPathwayText::valid_from, Day(),
                    "For suspicions founded on this day or later.")
          .WithDefault("under_18", &SvfPathwayText::under_18, Flag(), "false", "Whether it covers children.")
          .WithDefault("pad_subtract_days", &SvfPathwayText::pad_subtract_days, Integer(0, kMaxDays), "0",
                       "Taken off the limit when suspicion was first raised by the pathologist.")
          .Optional("gap", &SvfPathwayText::gap, Text(),
                    "What is known to be missing or outdated here; `check-config` repeats it as a note.")
          .Required("variants", &SvfPathwayText::variants, ListOf(ObjectOf(SvfVariantTable()), 1),
                    "The first is for cases that name none.");
  return table;
}

const Table<DenominatorText>& DenominatorTable() {
  static const auto table =
      Table<DenominatorText>("a denominator", "")
          .Required("indicator", &DenominatorText::indicator, Identifier(), "A ratio indicator.")
          .Required("level", &DenominatorText::level, Identifier(), "At which level.")
          .Required("key", &DenominatorText::key, Code(), "For which key of it.")
          .Required("year", &DenominatorText::year, Integer(1900, 2200), "For which calendar year.")
          .Required("count", &DenominatorText::count, Integer(1, 1000000000), "How many in that year.")
          .WithDefault("example", &DenominatorText::example, Flag(), "false",
                       "Made up, to be replaced by the region's own count.");
  return table;
}

}  // namespace

const Table<StreamsText>& StreamsTable() {
  static const auto table =
      Table<StreamsText>("the file", "")
          .WithDefault("future_tolerance", &StreamsText::future_tolerance, Span(Duration{}, hours(24), false),
                       "5min",
                       "How far a time may lie after the one it is measured against (`from_the_future`).")
          .Optional(
              "too_old_after", &StreamsText::too_old_after, Span(hours(1), kYear * 20, true),
              "At the way in, refuse what was recorded longer ago (`too_old`). Left out: nothing is too old.")
          .Required("streams", &StreamsText::streams, ListOf(ObjectOf(StreamTable()), 1), "The streams.");
  return table;
}

const Table<IndicatorsText>& IndicatorsTable() {
  static const auto table =
      Table<IndicatorsText>("the file", "")
          .Required("stream", &IndicatorsText::stream, Identifier(), "The stream whose cases are judged.")
          .Optional("defaults", &IndicatorsText::defaults, ObjectOf(IndicatorDefaultsTable()),
                    "What every indicator of the file has unless it says otherwise.")
          .Required("indicators", &IndicatorsText::indicators, ListOf(ObjectOf(IndicatorTable()), 1),
                    "The indicators.");
  return table;
}

const Table<UnitsText>& UnitsTable() {
  static const auto table =
      Table<UnitsText>("the file", "")
          .Required("region", &UnitsText::region, ObjectOf(RegionTable()), "The region.")
          .Optional("lansdelar", &UnitsText::lansdelar, ListOf(ObjectOf(LansdelTable())), "Its länsdelar.")
          .Optional("hospitals", &UnitsText::hospitals, ListOf(ObjectOf(HospitalTable())), "Its hospitals.")
          .Optional("municipalities", &UnitsText::municipalities, ListOf(ObjectOf(MunicipalityTable())),
                    "Its municipalities.")
          .Optional("units", &UnitsText::units, ListOf(ObjectOf(UnitTable())), "Its units.");
  return table;
}

const Table<AlertsText>& AlertsTable() {
  static const auto table =
      Table<AlertsText>("the file", "")
          .WithDefault("grid", &AlertsText::grid, Span(milliseconds(100), hours(1), false), "1s",
                       "Rules look at the data this often, in log time.")
          .Optional("case_rules", &AlertsText::case_rules, ListOf(ObjectOf(CaseRuleTable())),
                    "Rules about a case.")
          .Optional("threshold_rules", &AlertsText::threshold_rules, ListOf(ObjectOf(ThresholdRuleTable())),
                    "Rules about a share.");
  return table;
}

const Table<RegionsText>& RegionsTable() {
  static const auto table =
      Table<RegionsText>("the file", "")
          .Required("regions", &RegionsText::regions, ListOf(ObjectOf(DeployedRegionTable()), 1),
                    "The regions; the first is the default.");
  return table;
}

const Table<RevisionText>& RevisionTable() {
  static const auto table =
      Table<RevisionText>("the file", "")
          .Required("revision", &RevisionText::revision, Integer(1, std::numeric_limits<uint32_t>::max()),
                    "Greater than that of any definitions deployed before.")
          .Optional("note", &RevisionText::note, Text(), "What changed.");
  return table;
}

const Table<SvfLimitsText>& SvfLimitsTable() {
  static const auto table =
      Table<SvfLimitsText>("the file", "")
          .Required("pathways", &SvfLimitsText::pathways, ListOf(ObjectOf(SvfPathwayTable())),
                    "The pathways, each version by itself.");
  return table;
}

const Table<DenominatorsText>& DenominatorsTable() {
  static const auto table = Table<DenominatorsText>("the file", "")
                                .Required("denominators", &DenominatorsText::denominators,
                                          ListOf(ObjectOf(DenominatorTable())), "Expected counts per year.");
  return table;
}

}  // namespace vardvakt::config
