#include "lib/adapters/alertmanager/sink.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/adapters/alertmanager/json.h"
#include "lib/base/strings.h"

namespace vardvakt::alertmanager {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Instant kNow = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

domain::Episode Example() {
  domain::Episode e;
  e.fingerprint = "00112233aabbccdd";
  e.rule = "share_low";
  e.region = "06";
  e.severity = domain::Severity::kPage;
  e.state = domain::EpisodeState::kFiring;
  e.started_at = kNow - minutes(10);
  e.firing_at = kNow - minutes(5);
  e.indicator = "ambulance_prio1_20min";
  e.level = "region";
  e.key = "region";
  e.place = "Region Jönköpings län";
  e.n = 34;
  e.within = 21;
  e.window = "24h";
  e.floor_permille = 650;
  e.summary_sv = "Andelen är \"låg\".";
  e.summary_en = "The share is low.";
  e.action = "Look at the legs.";
  e.runbook = "runbooks/share-low.md";
  return e;
}
Notice Of(News news) {
  Notice notice{news, Example()};
  if (news != News::kFiring) {
    notice.episode.state = domain::EpisodeState::kResolved;
    notice.episode.resolved_at = kNow - minutes(1);
  }
  return notice;
}

// Answers what it is told to and keeps what was posted.
struct Receiver {
  std::vector<absl::StatusOr<int>> answers;  // the last one again and again
  std::vector<Posted> posted;
  Post post() {
    return [this](const Posted& one) {
      posted.push_back(one);
      return answers[std::min(posted.size(), answers.size()) - 1];
    };
  }
};
std::vector<Outcome> Outcomes(const std::vector<Result>& results) {
  std::vector<Outcome> outcomes;
  for (const Result& result : results) outcomes.push_back(result.outcome);
  return outcomes;
}

TEST(AlertsJsonTest, LabelsNameItAndAnnotationsTellIt) {
  EXPECT_EQ(
      AlertsJson({Of(News::kFiring)}, kNow, minutes(1)),
      R"([{"labels":{"alertname":"share_low","severity":"page","region":"06","indicator":"ambulance_prio1_20min",)"
      R"("level":"region","key":"region","episode":"00112233aabbccdd"},)"
      R"("annotations":{"summary_sv":"Andelen är \"låg\".","summary_en":"The share is low.",)"
      R"("action":"Look at the legs.","runbook":"runbooks/share-low.md","place":"Region Jönköpings län",)"
      R"("numbers":"n=34 within=21 share=0.617647 window=24h floor=0.65"},)"
      R"("startsAt":"2026-04-15T09:50:00.000Z","endsAt":"2026-04-15T10:04:00.000Z"}])");
}

TEST(AlertsJsonTest, WhatIsOverEndsWhenItEnded) {
  EXPECT_THAT(AlertsJson({Of(News::kResolved)}, kNow, minutes(1)),
              HasSubstr(R"("endsAt":"2026-04-15T09:59:00.000Z")"));
  Notice undone = Of(News::kResolved);
  undone.episode.resolved_at = undone.episode.started_at - minutes(1);
  EXPECT_THAT(AlertsJson({undone}, kNow, minutes(1)), HasSubstr(R"("endsAt":"2026-04-15T09:50:00.000Z")"));
}

TEST(AlertsJsonTest, SmallNumbersAndSingleCasesAreNotTold) {
  Notice small = Of(News::kFiring);
  small.episode.n = 4;
  EXPECT_EQ(NumbersText(small.episode), "");
  EXPECT_THAT(WebhookJson(small, kNow), Not(HasSubstr("\"n\"")));
  Notice of_case = Of(News::kFiring);
  of_case.episode.window = "";
  EXPECT_EQ(NumbersText(of_case.episode), "");
}

TEST(AlertmanagerSinkTest, OnePostForAll) {
  Receiver receiver{{200}, {}};
  const auto sink = MakeAlertmanagerSink(receiver.post(), minutes(1));
  EXPECT_THAT(Outcomes(sink->Deliver({Of(News::kFiring), Of(News::kResolved)}, kNow)),
              ElementsAre(Outcome::kDelivered, Outcome::kDelivered));
  EXPECT_THAT(receiver.posted, SizeIs(1));
}

TEST(AlertmanagerSinkTest, WhatIsRefusedTogetherIsSentOneByOne) {
  Receiver receiver{{400, 200, 400}, {}};
  const auto sink = MakeAlertmanagerSink(receiver.post(), minutes(1));
  EXPECT_THAT(Outcomes(sink->Deliver({Of(News::kFiring), Of(News::kResolved)}, kNow)),
              ElementsAre(Outcome::kDelivered, Outcome::kRefused));
}

TEST(AlertmanagerSinkTest, OutcomesOfStatuses) {
  const auto outcome = [](absl::StatusOr<int> answer) {
    Receiver receiver{{std::move(answer)}, {}};
    return MakeAlertmanagerSink(receiver.post(), minutes(1))->Deliver({Of(News::kFiring)}, kNow)[0].outcome;
  };
  for (const int again : {408, 429, 500, 503}) EXPECT_EQ(outcome(again), Outcome::kUncertain) << again;
  for (const int never : {302, 400, 401, 404}) EXPECT_EQ(outcome(never), Outcome::kRefused) << never;
  EXPECT_EQ(outcome(absl::UnavailableError("")), Outcome::kNotSent);
  EXPECT_EQ(outcome(absl::DeadlineExceededError("")), Outcome::kUncertain);
}

TEST(WebhookSinkTest, SignsWhatItSends) {
  Receiver receiver{{204}, {}};
  MakeWebhookSink(receiver.post(), "key")->Deliver({Of(News::kPast)}, kNow);
  ASSERT_THAT(receiver.posted, SizeIs(1));
  const Posted& posted = receiver.posted[0];
  EXPECT_THAT(posted.body, HasSubstr(R"({"id":"00112233aabbccdd-1776246600000-past","status":"past",)"));
  EXPECT_THAT(posted.body, HasSubstr(R"("resolved_at":"2026-04-15T09:59:00.000Z")"));
  EXPECT_EQ(posted.headers[1].second, "1776247200");
  EXPECT_EQ(posted.headers[2].second, Signature("key", "1776247200", posted.body));
  // As `printf '1.x' | openssl dgst -sha256 -hmac key` has it.
  EXPECT_EQ(Signature("key", "1", "x"),
            "sha256=fc4913c41a7bf793267e2a384f3261c9436ec2cd097bd745e7b0d99113f510ec");
}

TEST(WebhookSinkTest, KeepsTheOrderByStoppingAtAFailure) {
  Receiver receiver{{200, 404, 503}, {}};
  const auto results =
      MakeWebhookSink(receiver.post(), "")
          ->Deliver({Of(News::kFiring), Of(News::kFiring), Of(News::kFiring), Of(News::kResolved)}, kNow);
  EXPECT_THAT(Outcomes(results),
              ElementsAre(Outcome::kDelivered, Outcome::kRefused, Outcome::kUncertain, Outcome::kNotSent));
  EXPECT_THAT(receiver.posted, SizeIs(3));
  EXPECT_THAT(receiver.posted[0].headers, SizeIs(1));
}

}  // namespace
}  // namespace vardvakt::alertmanager
