#include "lib/simulator/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/base/personal_number.h"
#include "lib/domain/case_state.h"
#include "lib/domain/intake.h"
#include "lib/domain/judgement.h"
#include "lib/simulator/county_test_util.h"
#include "lib/wire/ndjson.h"

namespace vardvakt::simulator {
namespace {

using domain::RegisterKind;

std::string Text(const std::vector<Delivery>& deliveries) {
  std::string text;
  for (const Delivery& delivery : deliveries) wire::AppendEventJson(delivery.event, text);
  return text;
}

uint64_t Fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

std::map<std::string, domain::CaseState> Merged(const std::vector<Delivery>& deliveries) {
  std::map<std::string, domain::CaseState> cases;
  for (const Delivery& delivery : deliveries) domain::Merge(delivery.event, cases[delivery.event.case_id]);
  return cases;
}

// Of the missions called in while `when` holds: how many were decided, and how many of them within.
struct Tally {
  int missions = 0;
  int decided = 0;
  int within = 0;
  double share() const { return static_cast<double>(within) / decided; }
};

Tally TallyOf(const County& county, const GeneratorOptions& options,
              const std::function<bool(const Mission&)>& counts) {
  Tally tally;
  Generator generator(county, options);
  generator.ObserveMissions([&](const Mission& mission) {
    if (!counts(mission)) return;
    ++tally.missions;
    if (mission.IsDecided()) ++tally.decided;
    if (mission.IsWithin()) ++tally.within;
  });
  while (generator.Next()) {
  }
  return tally;
}

class GeneratorTest : public ::testing::Test {
 protected:
  const County county_ = TestCounty();
};

TEST_F(GeneratorTest, TheSameSeedGivesTheSameBytes) {
  Generator a(county_, AWeek(1));
  Generator b(county_, AWeek(1));
  Generator other(county_, AWeek(2));
  const std::string text = Text(All(a));
  EXPECT_EQ(text, Text(All(b)));
  EXPECT_NE(text, Text(All(other)));
}

// A change here is a change of what `vardvakt simulate` writes for a seed: say so in the commit.
TEST_F(GeneratorTest, TheBytesOfASeedArePinned) {
  Generator generator(county_, AWeek(1));
  EXPECT_EQ(Fnv1a(Text(All(generator))), 14177094811604911007u);
}

TEST_F(GeneratorTest, DeliversInOrderOfTimeAndNothingBeforeItIsWrittenDown) {
  GeneratorOptions options = AWeek(3);
  options.missions_per_day = 20'000;
  Generator generator(county_, options);
  Instant last = options.from;
  while (const std::optional<Instant> at = generator.NextAt()) {
    const Delivery next = generator.Next().value();
    EXPECT_EQ(next.deliver_at, *at);
    EXPECT_GE(next.deliver_at, last);
    EXPECT_LT(next.deliver_at, options.to);
    EXPECT_GE(next.deliver_at, next.event.recorded_at.value());
    EXPECT_LE(next.event.occurred_at.value_or(options.from), *next.event.recorded_at);
    last = next.deliver_at;
  }
  EXPECT_FALSE(generator.Next());
}

TEST_F(GeneratorTest, EveryEventIsAcceptedAndNoneHasAPersonalNumber) {
  domain::IntakeRules rules;
  domain::StreamSchema& schema = rules.streams["ambulance"];
  schema.name = "ambulance";
  schema.strict_milestones = schema.strict_attributes = true;
  schema.milestones = {"call_received", "unit_alarmed", "rolling", "arrived"};
  schema.attributes = {"priority", "municipality", "unit", "sex", "birth_year"};
  rules.regions = {"06"};
  Generator generator(county_, AYear(4));
  while (const std::optional<Delivery> next = generator.Next()) {
    const auto rejection = domain::CheckEvent(next->event, rules, next->deliver_at);
    ASSERT_FALSE(rejection) << domain::RejectName(rejection->reason) << ": " << rejection->detail;
    std::string line;
    wire::AppendEventJson(next->event, line);
    ASSERT_FALSE(ContainsPersonalNumber(line)) << line;
  }
}

TEST_F(GeneratorTest, EventIdsAreUniqueButForDuplicates) {
  GeneratorOptions options = AWeek(5);
  options.missions_per_day = 5'000;
  Generator generator(county_, options);
  std::map<std::string, domain::Event> seen;
  int duplicates = 0;
  int events = 0;
  while (std::optional<Delivery> next = generator.Next()) {
    ++events;
    const auto [at, is_new] = seen.emplace(next->event.event_id, next->event);
    if (is_new) continue;
    ++duplicates;
    EXPECT_EQ(at->second, next->event);
  }
  EXPECT_NEAR(static_cast<double>(duplicates) / events, 0.01, 0.003);
}

TEST_F(GeneratorTest, LegsComeInTheirOrder) {
  Generator generator(county_, AWeek(6));
  for (const auto& [id, state] : Merged(All(generator))) {
    const domain::Register* call = state.Find(RegisterKind::kMilestone, "call_received");
    if (call == nullptr) continue;  // still on its way at the week's end
    for (const domain::Register& leg : state.registers) {
      if (leg.kind != RegisterKind::kMilestone || !leg.set || leg.name == "call_received") continue;
      EXPECT_GT(leg.at, call->at) << id;
      const auto before = leg.name == "arrived" ? "rolling" : leg.name == "rolling" ? "unit_alarmed" : "";
      const domain::Register* earlier = state.Find(RegisterKind::kMilestone, before, leg.resource);
      if (earlier == nullptr) continue;
      EXPECT_GE(leg.at, earlier->at) << id;
    }
  }
}

TEST_F(GeneratorTest, ShowsEveryKindOfTrouble) {
  GeneratorOptions options = AWeek(7);
  options.missions_per_day = 2'000;
  Generator generator(county_, options);
  std::map<std::string, int> seen;
  std::map<std::string, std::set<Instant>> arrivals;
  Instant last_recorded;
  std::set<std::string> kinds;
  for (const Delivery& delivery : All(generator)) {
    const domain::Event& event = delivery.event;
    if (*event.recorded_at < last_recorded) ++seen["out of order"];
    last_recorded = std::max(last_recorded, *event.recorded_at);
    if (delivery.deliver_at - *event.recorded_at > minutes(5)) ++seen["late"];
    if (event.retract && event.milestone == "arrived") ++seen["arrival retracted"];
    if (event.retract && !event.closed.empty()) ++seen["reopened"];
    if (!event.closed.empty() && !event.retract) ++seen[event.closed];
    if (event.deleted) ++seen["withdrawn"];
    if (event.milestone.empty() && !event.attributes.empty() && event.attributes[0].first == "priority") {
      ++seen["priority now " + event.attributes[0].second];
    }
    if (!event.resource_kind.empty()) kinds.insert(event.resource_kind);
    if (event.milestone == "arrived" && !event.retract) {
      if (arrivals[event.case_id + event.resource].insert(*event.occurred_at).second &&
          arrivals[event.case_id + event.resource].size() == 2) {
        ++seen["arrival corrected"];
      }
    }
  }
  for (const char* trouble :
       {"out of order", "late", "arrival retracted", "reopened", "cancelled", "transferred", "withdrawn",
        "priority now 1", "priority now 2", "arrival corrected"}) {
    EXPECT_GT(seen[trouble], 0) << trouble;
  }
  EXPECT_THAT(kinds, ::testing::ElementsAre("ambulance", "first_responder", "helicopter", "ivpa"));
}

// What the generator says of its missions is what merging its events and judging them by the rules gives.
TEST_F(GeneratorTest, TheTruthIsWhatTheEventsSay) {
  GeneratorOptions options = AWeek(8);
  options.missions_per_day = 1'000;
  options.to = kNever;
  Generator generator(county_, options);
  std::map<std::string, std::pair<bool, bool>> truth;
  generator.ObserveMissions([&](const Mission& mission) {
    truth[mission.deliveries.front().event.case_id] = {mission.IsDecided(), mission.IsWithin()};
  });
  std::map<std::string, domain::CaseState> cases;
  const Instant last_call = options.from + days(7);
  const Instant end = last_call + days(3);
  while (*generator.NextAt() < end) {
    const domain::Event event = generator.Next()->event;
    domain::Merge(event, cases[event.case_id]);
  }
  const domain::Indicator indicator = {
      .id = "ambulance_prio1_20min",
      .versions = {{.valid_from = LocalDay(days(0)),
                    .where = {{.attribute = "priority", .values = {"1"}}},
                    .start = {.milestones = {"call_received"}},
                    .stop = {.milestones = {"arrived"}, .kinds = {"ambulance", "helicopter", ""}},
                    .limit = domain::DurationLimit{minutes(20)},
                    .settle = seconds(60)}}};
  int judged = 0;
  for (const auto& [id, state] : cases) {
    const domain::Register* call = state.Find(RegisterKind::kMilestone, "call_received");
    if (call == nullptr || call->at >= last_call) continue;
    const domain::Judgement judgement = domain::Judge(state, indicator, end, county_.zone);
    EXPECT_EQ(judgement.decided.has_value(), truth[id].first) << id;
    EXPECT_EQ(judgement.decided && judgement.decided->within, truth[id].second) << id;
    ++judged;
  }
  EXPECT_GT(judged, 6'000);
}

TEST_F(GeneratorTest, CallsFollowTheDayAndTheVolume) {
  const auto hour = [&](const Mission& mission) {
    const auto local = county_.zone.ToLocal(mission.call);
    return (local - std::chrono::floor<days>(local)) / hours(1);
  };
  const GeneratorOptions options = AYear(9);
  const Tally all = TallyOf(county_, options, [](const Mission&) { return true; });
  EXPECT_NEAR(all.missions / 365.0, 100, 2);
  EXPECT_NEAR(all.decided / 365.0, 40, 2);
  const Tally night = TallyOf(county_, options, [&](const Mission& mission) { return hour(mission) == 3; });
  const Tally afternoon =
      TallyOf(county_, options, [&](const Mission& mission) { return hour(mission) == 16; });
  EXPECT_GT(afternoon.missions, 2 * night.missions);
}

TEST_F(GeneratorTest, AStormSlowsTheRoadsAndBringsMissions) {
  GeneratorOptions options = AWeek(10);
  const auto any = [](const Mission&) { return true; };
  const Tally before = TallyOf(county_, options, any);
  options.incidents = {{.kind = IncidentKind::kSnowStorm, .from = options.from, .to = options.to}};
  const Tally storm = TallyOf(county_, options, any);
  EXPECT_GT(storm.missions, before.missions * 3 / 2);
  EXPECT_LT(storm.share(), before.share() - 0.3);
}

TEST_F(GeneratorTest, AClosedStationIsFeltWhereItServes) {
  GeneratorOptions options = AYear(11);
  const auto nassjo = [&](const Mission& mission) {
    return county_.places[mission.place].municipality == "0682";
  };
  const auto elsewhere = [&](const Mission& mission) { return !nassjo(mission); };
  const Tally before = TallyOf(county_, options, nassjo);
  const Tally elsewhere_before = TallyOf(county_, options, elsewhere);
  options.incidents = {
      {.kind = IncidentKind::kStationClosed, .from = options.from, .to = options.to, .where = "0682"}};
  EXPECT_LT(TallyOf(county_, options, nassjo).share(), before.share() - 0.15);
  EXPECT_EQ(TallyOf(county_, options, elsewhere).within, elsewhere_before.within);
}

TEST_F(GeneratorTest, ASilentSourceDeliversAllOfItAtTheEnd) {
  GeneratorOptions options = AWeek(12);
  Generator undisturbed(county_, options);
  const Instant from = options.from + days(2);
  const Instant to = from + hours(6);
  options.incidents = {{.kind = IncidentKind::kSourceSilent, .from = from, .to = to}};
  Generator silent(county_, options);
  const std::vector<Delivery> deliveries = All(silent);
  int at_the_end = 0;
  for (const Delivery& delivery : deliveries) {
    EXPECT_FALSE(from <= delivery.deliver_at && delivery.deliver_at < to);
    if (to <= delivery.deliver_at && delivery.deliver_at < to + minutes(1)) ++at_the_end;
  }
  EXPECT_GT(at_the_end, 50);
  EXPECT_EQ(Merged(deliveries), Merged(All(undisturbed)));
}

TEST_F(GeneratorTest, ALostSourceNeverDelivers) {
  GeneratorOptions options = AWeek(13);
  Generator undisturbed(county_, options);
  const std::vector<Delivery> before = All(undisturbed);
  const Instant from = options.from + days(2);
  const Instant to = from + hours(6);
  options.incidents = {{.kind = IncidentKind::kSourceLost, .from = from, .to = to, .where = "0680"}};
  Generator lost(county_, options);
  const std::vector<Delivery> after = All(lost);
  EXPECT_LT(after.size(), before.size());
  const auto in_gap = [&](const Delivery& delivery) {
    return from <= delivery.deliver_at && delivery.deliver_at < to;
  };
  EXPECT_GT(std::count_if(after.begin(), after.end(), in_gap), 0);  // the other municipalities'
  EXPECT_EQ(std::count_if(after.begin(), after.end(), std::not_fn(in_gap)),
            std::count_if(before.begin(), before.end(), std::not_fn(in_gap)));
}

TEST_F(GeneratorTest, ADoublingSourceChangesNothingButTheNumberOfEvents) {
  GeneratorOptions options = AWeek(14);
  Generator undisturbed(county_, options);
  const std::vector<Delivery> before = All(undisturbed);
  options.incidents = {{.kind = IncidentKind::kSourceDouble, .from = options.from, .to = options.to}};
  Generator doubled(county_, options);
  const std::vector<Delivery> after = All(doubled);
  EXPECT_EQ(after.size(), 2 * before.size());
  EXPECT_EQ(Merged(after), Merged(before));
}

}  // namespace
}  // namespace vardvakt::simulator
