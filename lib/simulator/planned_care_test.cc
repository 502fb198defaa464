#include "lib/simulator/planned_care.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/base/personal_number.h"
#include "lib/config/configuration.h"
#include "lib/domain/case_state.h"
#include "lib/domain/intake.h"
#include "lib/domain/judgement.h"
#include "lib/simulator/calendar.h"
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

using Cases = std::map<std::string, domain::CaseState>;

Cases Merged(const std::vector<Delivery>& deliveries) {
  Cases cases;
  for (const Delivery& delivery : deliveries) domain::Merge(delivery.event, cases[delivery.event.case_id]);
  return cases;
}

domain::Indicator ByDays(const char* start, const char* stop, int limit) {
  return {.id = stop,
          .unit = domain::DurationUnit::kDays,
          .versions = {{.valid_from = LocalDay(days(0)),
                        .start = {.milestones = {start}},
                        .stop = {.milestones = {stop}},
                        .limit = domain::CalendarDaysLimit{limit},
                        .settle = hours(72)}}};
}

struct Tally {
  int completed = 0;
  int within = 0;
  int pvv = 0;

  double share() const { return static_cast<double>(within) / completed; }
};

// How the cases stopped in [from, to) went.
Tally TallyOf(const Cases& cases, const domain::Indicator& indicator, const TimeZone& zone, Instant from,
              Instant to) {
  Tally tally;
  for (const auto& [id, state] : cases) {
    const domain::Judgement judgement = domain::Judge(state, indicator, to + days(40), zone);
    if (judgement.reason == "pvv" && judgement.start >= from) ++tally.pvv;
    if (!judgement.completed || judgement.completed->at < from || judgement.completed->at >= to) continue;
    ++tally.completed;
    if (judgement.completed->within) ++tally.within;
  }
  return tally;
}

class PlannedCareTest : public ::testing::Test {
 protected:
  std::vector<Delivery> DeliveriesOf(const CareOptions& options) const {
    PlannedCare care(county_, options);
    return All(care);
  }

  const County county_ = TestCounty();
};

TEST_F(PlannedCareTest, TheSameSeedGivesTheSameBytes) {
  const std::string text = Text(DeliveriesOf(ACareWeek(1)));
  EXPECT_EQ(text, Text(DeliveriesOf(ACareWeek(1))));
  EXPECT_NE(text, Text(DeliveriesOf(ACareWeek(2))));
}

// A change here is a change of what `vardvakt simulate` writes for a seed: say so in the commit.
TEST_F(PlannedCareTest, TheBytesOfASeedArePinned) {
  EXPECT_EQ(Fnv1a(Text(DeliveriesOf(ACareWeek(1)))), 2574693543934591118u);
}

TEST_F(PlannedCareTest, DeliversInOrderOfTimeAndNothingBeforeItIsWrittenDown) {
  PlannedCare care(county_, ACareWeek(3));
  Instant last = ACareWeek(3).from;
  while (const std::optional<Instant> at = care.NextAt()) {
    const Delivery next = care.Next().value();
    EXPECT_EQ(next.deliver_at, *at);
    EXPECT_GE(next.deliver_at, last);
    EXPECT_LT(next.deliver_at, ACareWeek(3).to);
    EXPECT_GE(next.deliver_at, next.event.recorded_at.value());
    EXPECT_LE(next.event.occurred_at.value_or(kBeginningOfTime), *next.event.recorded_at)
        << next.event.event_id;
    last = next.deliver_at;
  }
  EXPECT_FALSE(care.Next());
}

TEST_F(PlannedCareTest, EveryEventIsAcceptedAndNoneHasAPersonalNumber) {
  const config::LoadResult loaded = config::Load("config");
  ASSERT_TRUE(loaded.configuration) << config::FormatProblems(loaded.problems);
  domain::IntakeRules rules = loaded.configuration->intake;
  for (auto& [name, schema] : rules.streams) schema.strict_milestones = schema.strict_attributes = true;
  CareOptions options = ACareYear(4);
  options.to = options.from + days(60);
  PlannedCare care(county_, options);
  std::string line;
  while (const std::optional<Delivery> next = care.Next()) {
    const auto rejection = domain::CheckEvent(next->event, rules, next->deliver_at);
    ASSERT_FALSE(rejection) << domain::RejectName(rejection->reason) << ": " << rejection->detail;
    line.clear();
    wire::AppendEventJson(next->event, line);
    ASSERT_FALSE(ContainsPersonalNumber(line)) << line;
  }
}

TEST_F(PlannedCareTest, EventIdsAreUniqueButForDuplicates) {
  std::map<std::string, domain::Event> seen;
  int duplicates = 0;
  const std::vector<Delivery> deliveries = DeliveriesOf(ACareWeek(5));
  for (const Delivery& delivery : deliveries) {
    const auto [at, is_new] = seen.emplace(delivery.event.event_id, delivery.event);
    if (is_new) continue;
    ++duplicates;
    EXPECT_EQ(at->second, delivery.event);
  }
  EXPECT_NEAR(static_cast<double>(duplicates) / static_cast<double>(deliveries.size()), 0.01, 0.004);
}

// What is open at the beginning comes first, from its own beginning; nothing of what is over does.
TEST_F(PlannedCareTest, BeginsWithTheOpenCases) {
  const CareOptions options = ACareWeek(6);
  const std::vector<Delivery> deliveries = DeliveriesOf(options);
  std::set<std::string> begun_before;
  std::set<std::string> ended_before;
  Instant last = kBeginningOfTime;
  size_t history = 0;
  for (; deliveries[history].deliver_at == options.from; ++history) {
    const domain::Event& event = deliveries[history].event;
    begun_before.insert(event.case_id);
    const bool is_end = !event.closed.empty() || event.milestone == "first_visit" ||
                        event.milestone == "procedure_done" || event.milestone == "recall_done";
    if (is_end && !event.retract) ended_before.insert(event.case_id);
    last = std::max(last, *event.recorded_at);
  }
  EXPECT_GT(begun_before.size(), 10'000u);
  EXPECT_LT(ended_before.size(), begun_before.size() / 200);  // closed by mistake; the rest goes on
  EXPECT_LT(last, options.from);
}

TEST_F(PlannedCareTest, ALaterPartContinuesAnEarlierOne) {
  CareOptions whole = ACareWeek(7);
  CareOptions first = whole;
  CareOptions second = whole;
  first.to = second.from = whole.from + days(3) + hours(5);
  second.open_cases_first = false;
  std::vector<Delivery> parts = DeliveriesOf(first);
  for (Delivery& delivery : DeliveriesOf(second)) parts.push_back(std::move(delivery));
  const Cases joined = Merged(parts);
  for (const auto& [id, state] : Merged(DeliveriesOf(whole))) {
    const auto found = joined.find(id);
    ASSERT_NE(found, joined.end()) << id;
    EXPECT_EQ(found->second, state) << id;
  }
}

// The run-in: cases begun before count as they would have, had all of them been seen.
TEST_F(PlannedCareTest, AYearIsTheSameHoweverLongBeforeItWasBegun) {
  CareOptions options = ACareWeek(13);
  options.to = options.from + days(60);
  CareOptions earlier = options;
  earlier.from = options.from - days(150);
  for (const domain::Indicator& indicator :
       {ByDays("referral_decided", "first_visit", 60), ByDays("followup_decided", "followup_done", 100)}) {
    const Tally a = TallyOf(Merged(DeliveriesOf(options)), indicator, county_.zone, options.from, options.to);
    const Tally b = TallyOf(Merged(DeliveriesOf(earlier)), indicator, county_.zone, options.from, options.to);
    EXPECT_EQ(a.completed, b.completed) << indicator.id;
    EXPECT_EQ(a.within, b.within) << indicator.id;
    EXPECT_GT(a.completed, 1'000) << indicator.id;
  }
}

TEST_F(PlannedCareTest, HoldsNoMoreThanTheOpenCases) {
  CareOptions options = ACareYear(8);
  PlannedCare care(county_, options);
  size_t most = 0;
  while (care.Next()) most = std::max(most, care.open_cases());
  EXPECT_LT(most, 50'000u);
}

TEST_F(PlannedCareTest, WaitsAreDeliveredByNightAndPrimaryCareByDay) {
  const CareOptions options = ACareWeek(9);
  int by_day = 0;
  for (const Delivery& delivery : DeliveriesOf(options)) {
    if (delivery.deliver_at == options.from) continue;
    const auto local = county_.zone.ToLocal(*delivery.event.recorded_at);
    const auto time = local - std::chrono::floor<days>(local);
    if (delivery.event.source == "vc") {
      if (time > hours(8) && time < hours(18)) ++by_day;
    } else if (delivery.event.stream != "svf" && !delivery.event.deleted) {
      EXPECT_LT(time, hours(4)) << delivery.event.event_id;
    }
  }
  EXPECT_GT(by_day, 700);
}

TEST_F(PlannedCareTest, ShowsEveryKindOfTrouble) {
  CareOptions options = ACareYear(10);
  std::map<std::string, int> seen;
  std::map<std::string, std::set<Instant>> ends;
  std::map<std::string, Instant> end_told;
  for (const Delivery& delivery : DeliveriesOf(options)) {
    const domain::Event& event = delivery.event;
    if (event.deviation)
      ++seen[std::string("deviation ") + std::string(domain::DeviationCode(*event.deviation))];
    if (event.deleted) ++seen["withdrawn"];
    if (!event.closed.empty()) ++seen[event.retract ? "reopened" : event.closed];
    if (event.milestone == "first_visit") {
      ends[event.case_id].insert(*event.occurred_at);
      const auto [told, is_new] = end_told.emplace(event.case_id, *event.recorded_at);
      if (!is_new && *event.recorded_at - told->second > days(30) && ends[event.case_id].size() > 1)
        ++seen["corrected after more than a month"];
      if (!is_new && *event.recorded_at != told->second && ends[event.case_id].size() == 1)
        ++seen["sent again unchanged"];
    }
    for (const auto& [name, value] : event.attributes) {
      if (name == "treatment_form") ++seen["form " + value];
      if (name == "municipality" && value == "0000") ++seen["unknown municipality"];
      if (name == "sex") ++seen["sex " + value];
      if (name == "vardgaranti") ++seen["guarantee " + value];
    }
  }
  for (const char* trouble :
       {"deviation pvv", "deviation mov", "deviation sov", "deviation ", "withdrawn", "reopened",
        "no_longer_needed", "removed_from_list", "suspicion_dropped", "transferred",
        "corrected after more than a month", "sent again unchanged", "form kirurgi", "form palliativ",
        "form annan", "unknown municipality", "sex F", "sex U", "guarantee no"}) {
    EXPECT_GT(seen[trouble], 0) << trouble;
  }
}

TEST_F(PlannedCareTest, LittleIsDoneInJuly) {
  std::map<int, int> done;
  for (const Delivery& delivery : DeliveriesOf(ACareYear(11))) {
    if (delivery.event.milestone != "procedure_done") continue;
    ++done[MonthOf(county_.zone.DayOf(*delivery.event.occurred_at))];
  }
  EXPECT_LT(done[6] * 2, done[4]);
}

class CareIncidentTest : public PlannedCareTest {
 protected:
  static constexpr std::string_view kFrom = "2025-04-28T00:00:00+02:00";
  static constexpr std::string_view kTo = "2025-05-05T00:00:00+02:00";

  CareIncidentTest() {
    undisturbed_ = ACareYear(12);
    undisturbed_.waits_per_day = 500;
    undisturbed_.svf_per_day = 1;
    undisturbed_.from = At("2025-03-01T00:00:00+01:00");
    undisturbed_.to = At("2025-07-01T00:00:00+02:00");
    undisturbed_.dental_per_day = 0;
  }

  CareOptions With(IncidentKind kind, std::string where) const {
    CareOptions options = undisturbed_;
    options.incidents = {{.kind = kind, .from = At(kFrom), .to = At(kTo), .where = std::move(where)}};
    return options;
  }

  int ProceduresInTheWeek(const CareOptions& options) const {
    const domain::Indicator indicator = ByDays("procedure_decided", "procedure_done", 60);
    return TallyOf(Merged(DeliveriesOf(options)), indicator, county_.zone, At(kFrom), At(kTo)).completed;
  }

  CareOptions undisturbed_;
};

TEST_F(CareIncidentTest, AShutTheatreIsFeltInItsHospital) {
  const int before = ProceduresInTheWeek(undisturbed_);
  EXPECT_LT(ProceduresInTheWeek(With(IncidentKind::kTheatreClosed, "")), before / 20);
  const int one = ProceduresInTheWeek(With(IncidentKind::kTheatreClosed, "22010"));
  EXPECT_LT(one, before * 9 / 10);
  EXPECT_GT(one, before / 4);
}

TEST_F(CareIncidentTest, AStrikeStopsMostPlannedCareAndLowersTheShareAfterwards) {
  const domain::Indicator visits = ByDays("referral_decided", "first_visit", 60);
  const Cases before = Merged(DeliveriesOf(undisturbed_));
  const Cases after = Merged(DeliveriesOf(With(IncidentKind::kStrike, "")));
  const Instant from = At(kFrom);
  const Instant to = At(kTo);
  EXPECT_LT(TallyOf(after, visits, county_.zone, from, to).completed,
            TallyOf(before, visits, county_.zone, from, to).completed / 2);
  EXPECT_LT(TallyOf(after, visits, county_.zone, to, to + days(35)).share(),
            TallyOf(before, visits, county_.zone, to, to + days(35)).share() - 0.01);
}

TEST_F(CareIncidentTest, ASilentStreamDeliversAllOfItAtTheEnd) {
  const std::vector<Delivery> silent = DeliveriesOf(With(IncidentKind::kSourceSilent, "wait"));
  for (const Delivery& delivery : silent) {
    if (delivery.event.stream != "wait") continue;
    EXPECT_FALSE(At(kFrom) <= delivery.deliver_at && delivery.deliver_at < At(kTo));
  }
  EXPECT_EQ(Merged(silent), Merged(DeliveriesOf(undisturbed_)));
}

TEST_F(CareIncidentTest, ADoublingSourceChangesNothingButTheNumberOfEvents) {
  const std::vector<Delivery> doubled = DeliveriesOf(With(IncidentKind::kSourceDouble, "vc"));
  const std::vector<Delivery> before = DeliveriesOf(undisturbed_);
  EXPECT_GT(doubled.size(), before.size() + 2'000);
  EXPECT_EQ(Merged(doubled), Merged(before));
}

TEST_F(CareIncidentTest, AUnitThatCodesPvvForCapacityLooksBetterThanItIs) {
  const domain::Indicator visits = ByDays("referral_decided", "first_visit", 60);
  CareOptions coding = With(IncidentKind::kPvvForCapacity, "22010");
  coding.incidents.front().to = coding.incidents.front().from + days(60);
  const Cases before = Merged(DeliveriesOf(undisturbed_));
  const Cases after = Merged(DeliveriesOf(coding));
  const Instant to = coding.incidents.front().to;
  const Tally honest = TallyOf(before, visits, county_.zone, undisturbed_.from, to);
  const Tally coded = TallyOf(after, visits, county_.zone, undisturbed_.from, to);
  EXPECT_GT(coded.pvv, honest.pvv * 3 / 2);
  EXPECT_GT(coded.share(), honest.share() + 0.01);
}

}  // namespace
}  // namespace vardvakt::simulator
