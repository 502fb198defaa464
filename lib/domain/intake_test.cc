#include "lib/domain/intake.h"

#include <gtest/gtest.h>

#include <functional>

namespace vardvakt::domain {
namespace {

constexpr Instant kRecorded = InstantFromMillis(1'776'248'253'250);

IntakeRules Rules() {
  IntakeRules rules;
  rules.streams["ambulance"].name = "ambulance";
  StreamSchema& strict = rules.streams["strict"];
  strict.name = "strict";
  strict.strict_milestones = strict.strict_attributes = true;
  strict.milestones = {"arrived"};
  strict.attributes = {"priority"};
  rules.regions = {"06"};
  return rules;
}

Event Arrival() {
  Event event;
  event.event_id = "e1";
  event.source = "zenit";
  event.stream = "ambulance";
  event.case_id = "18:1358629:2";
  event.recorded_at = kRecorded;
  event.occurred_at = kRecorded;
  event.milestone = "arrived";
  event.attributes = {{"priority", "1"}};
  return event;
}

std::optional<Rejection> Check(const std::function<void(Event&)>& change, Instant append_time = kRecorded) {
  Event event = Arrival();
  change(event);
  return CheckEvent(event, Rules(), append_time);
}

Reject ReasonOf(const std::function<void(Event&)>& change, Instant append_time = kRecorded) {
  const std::optional<Rejection> rejection = Check(change, append_time);
  EXPECT_TRUE(rejection.has_value());
  return rejection ? rejection->reason : Reject::kWrongPartition;
}

std::string PersonalNumber() {  // Skatteverket's test number, in two parts
  return std::string("19121212") + "1212";
}

TEST(CheckEvent, AcceptsAnOrdinaryEvent) {
  EXPECT_FALSE(Check([](Event&) {}));
  EXPECT_FALSE(Check([](Event& e) { e.region = "06"; }));
  EXPECT_FALSE(Check([](Event& e) { e.stream = "strict"; }));
}

TEST(CheckEvent, NeedsTheFieldsThatNameAnEvent) {
  EXPECT_EQ(ReasonOf([](Event& e) { e.event_id.clear(); }), Reject::kMissingField);
  EXPECT_EQ(ReasonOf([](Event& e) { e.source.clear(); }), Reject::kMissingField);
  EXPECT_EQ(ReasonOf([](Event& e) { e.stream.clear(); }), Reject::kMissingField);
  EXPECT_EQ(ReasonOf([](Event& e) { e.case_id.clear(); }), Reject::kMissingField);
  EXPECT_EQ(ReasonOf([](Event& e) { e.recorded_at.reset(); }), Reject::kMissingField);
  EXPECT_EQ(ReasonOf([](Event& e) { e.exempted.emplace(); }), Reject::kMissingField);
}

TEST(CheckEvent, NeedsATimeForWhatHappenedAtOne) {
  EXPECT_EQ(ReasonOf([](Event& e) { e.occurred_at.reset(); }), Reject::kMissingField);
  const auto closed_without_time = [](Event& e) {
    e.occurred_at.reset();
    e.milestone.clear();
    e.closed = "cancelled";
  };
  EXPECT_EQ(ReasonOf(closed_without_time), Reject::kMissingField);
  EXPECT_FALSE(Check([&](Event& e) {
    closed_without_time(e);
    e.retract = true;
  }));
  EXPECT_FALSE(Check([](Event& e) {
    e.occurred_at.reset();
    e.retract = true;
  }));
  EXPECT_FALSE(Check([](Event& e) {
    e.occurred_at.reset();
    e.milestone.clear();
    e.deleted = true;
  }));
  EXPECT_FALSE(Check([](Event& e) {  // carries nothing; legal, and without effect
    e.occurred_at.reset();
    e.milestone.clear();
    e.attributes.clear();
  }));
}

TEST(CheckEvent, KnowsTheDeploymentsNames) {
  EXPECT_EQ(ReasonOf([](Event& e) { e.stream = "weather"; }), Reject::kUnknownStream);
  EXPECT_EQ(ReasonOf([](Event& e) { e.region = "99"; }), Reject::kUnknownRegion);
  EXPECT_FALSE(Check([](Event& e) { e.milestone = "rolling"; }));
  EXPECT_EQ(ReasonOf([](Event& e) { e.stream = "strict", e.milestone = "rolling"; }),
            Reject::kUnknownMilestone);
  EXPECT_EQ(ReasonOf([](Event& e) {
              e.stream = "strict", e.attributes = {{"colour", "red"}};
            }),
            Reject::kUnknownAttribute);
}

TEST(CheckEvent, RefusesPersonalNumbersWithoutRepeatingThem) {
  const std::vector<std::function<void(Event&)>> changes = {
      [](Event& e) { e.source = PersonalNumber(); },
      [](Event& e) { e.case_id = PersonalNumber(); },
      [](Event& e) {
        e.attributes = {{"note", "see " + PersonalNumber()}};
      },
      [](Event& e) {
        e.attributes = {{PersonalNumber(), "x"}};
      },
      [](Event& e) { e.resource = PersonalNumber(); },
      [](Event& e) { e.closed = PersonalNumber(); },
      [](Event& e) { e.exempted = Exemption{.indicator = "i", .reason = PersonalNumber()}; }};
  for (const auto& change : changes) {
    const std::optional<Rejection> rejection = Check(change);
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->reason, Reject::kPersonalNumber);
    EXPECT_EQ(rejection->detail.find(PersonalNumber()), std::string::npos);
  }
  EXPECT_FALSE(Check([](Event& e) { e.event_id = PersonalNumber(); }));
}

TEST(CheckEvent, BoundsEveryField) {
  EXPECT_FALSE(Check([](Event& e) { e.event_id.assign(64, 'x'); }));
  EXPECT_EQ(ReasonOf([](Event& e) { e.event_id.assign(65, 'x'); }), Reject::kTooLarge);
  EXPECT_EQ(ReasonOf([](Event& e) { e.source.assign(65, 'x'); }), Reject::kTooLarge);
  EXPECT_FALSE(Check([](Event& e) { e.case_id.assign(128, 'x'); }));
  EXPECT_EQ(ReasonOf([](Event& e) { e.case_id.assign(129, 'x'); }), Reject::kTooLarge);
  EXPECT_EQ(ReasonOf([](Event& e) { e.resource.assign(129, 'x'); }), Reject::kTooLarge);
  EXPECT_EQ(ReasonOf([](Event& e) { e.attributes = {{"a", std::string(1025, 'x')}}; }), Reject::kTooLarge);
  EXPECT_EQ(ReasonOf([](Event& e) { e.attributes = {{std::string(129, 'x'), ""}}; }), Reject::kTooLarge);
  const auto with_attributes = [](int count) {
    return [count](Event& e) {
      e.attributes.clear();
      for (int i = 0; i < count; ++i) e.attributes.emplace_back("a" + std::to_string(i), "x");
    };
  };
  EXPECT_FALSE(Check(with_attributes(64)));
  EXPECT_EQ(ReasonOf(with_attributes(65)), Reject::kTooLarge);
}

TEST(CheckEvent, CountsCharactersNotBytes) {
  std::string letters;
  for (int i = 0; i < 64; ++i) letters += "\xC3\xA5";
  EXPECT_FALSE(Check([&](Event& e) { e.event_id = letters; }));
  EXPECT_EQ(ReasonOf([&](Event& e) { e.event_id = letters + "a"; }), Reject::kTooLarge);
}

TEST(CheckEvent, ToleratesFiveMinutesAndNoMore) {
  const auto occurred = [](Duration after) {
    return [after](Event& e) { e.occurred_at = kRecorded + after; };
  };
  EXPECT_FALSE(Check(occurred(minutes(5)), kRecorded));
  EXPECT_EQ(ReasonOf(occurred(minutes(5) + milliseconds(1)), kRecorded + hours(1)), Reject::kFromTheFuture);
  EXPECT_EQ(ReasonOf(occurred(minutes(5)), kRecorded - milliseconds(1)), Reject::kFromTheFuture);
  const auto nothing = [](Event&) {};
  EXPECT_FALSE(Check(nothing, kRecorded - minutes(5)));
  EXPECT_EQ(ReasonOf(nothing, kRecorded - minutes(5) - milliseconds(1)), Reject::kFromTheFuture);
  EXPECT_FALSE(Check(nothing, kNever));
  EXPECT_EQ(ReasonOf(nothing, kBeginningOfTime), Reject::kFromTheFuture);
}

TEST(CheckEvent, RefusesInstantsOutsideTheCalendar) {
  EXPECT_EQ(ReasonOf([](Event& e) { e.recorded_at = kNever; }), Reject::kBadTime);
  EXPECT_EQ(ReasonOf([](Event& e) { e.occurred_at = kBeginningOfTime; }), Reject::kBadTime);
}

TEST(CheckEvent, NamesTheFirstReasonOfTheContractsOrder) {
  const auto everything = [](Event& e) {
    e.stream = "strict";
    e.attributes = {{"colour", PersonalNumber()}};
    e.occurred_at = kRecorded + days(1);
    e.event_id.assign(65, 'x');
  };
  EXPECT_EQ(ReasonOf([&](Event& e) { everything(e), e.case_id.clear(), e.stream = "x"; }),
            Reject::kMissingField);
  EXPECT_EQ(ReasonOf([&](Event& e) { everything(e), e.stream = "x"; }), Reject::kUnknownStream);
  EXPECT_EQ(ReasonOf([&](Event& e) { everything(e), e.milestone = "x"; }), Reject::kUnknownMilestone);
  EXPECT_EQ(ReasonOf(everything), Reject::kUnknownAttribute);
  EXPECT_EQ(ReasonOf([&](Event& e) { everything(e), e.stream = "ambulance"; }), Reject::kPersonalNumber);
  EXPECT_EQ(ReasonOf([&](Event& e) { everything(e), e.attributes.clear(); }), Reject::kTooLarge);
}

TEST(CheckAge, AppliesOnlyWhereConfigured) {
  IntakeRules rules = Rules();
  EXPECT_FALSE(CheckAge(Arrival(), rules, kRecorded + days(4000)));
  rules.too_old_after = days(30);
  EXPECT_FALSE(CheckAge(Arrival(), rules, kRecorded + days(30)));
  const std::optional<Rejection> rejection =
      CheckAge(Arrival(), rules, kRecorded + days(30) + milliseconds(1));
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, Reject::kTooOld);
}

TEST(SafeName, RepeatsPlainNamesOnly) {
  EXPECT_EQ(SafeName("caseID_x"), "caseID_x");
  EXPECT_EQ(SafeName("a1"), "(name withheld)");
  EXPECT_EQ(SafeName(""), "(name withheld)");
  EXPECT_EQ(SafeName(std::string(41, 'a')), "(name withheld)");
}

}  // namespace
}  // namespace vardvakt::domain
