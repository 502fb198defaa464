#include "services/notifier/plan.h"

#include "gtest/gtest.h"

namespace vardvakt::notifier {
namespace {

using domain::EpisodeState;

constexpr Instant kNow = InstantFromMillis(1'776'247'200'000);

domain::Episode In(EpisodeState state) {
  domain::Episode episode;
  episode.state = state;
  episode.started_at = kNow - minutes(10);
  if (state != EpisodeState::kPending) episode.firing_at = kNow - minutes(5);
  if (state == EpisodeState::kResolved) episode.resolved_at = kNow - minutes(1);
  return episode;
}
std::optional<Due> Next(EpisodeState state, SinkKind kind, const Delivery& delivery,
                        bool superseded = false) {
  return NextNews(In(state), delivery, kind, superseded, PlanOptions());
}
Delivery Told(News news, Instant first = kNow, Instant last = kNow) {
  return {.told = news, .refused = {}, .first_told_at = first, .last_told_at = last};
}
std::optional<Due> AtOnce(News news) { return Due{news, kBeginningOfTime}; }
constexpr std::optional<Due> kNothing = std::nullopt;

TEST(NextNewsTest, PendingIsToldNowhere) {
  EXPECT_EQ(Next(EpisodeState::kPending, SinkKind::kAlertmanager, {}), kNothing);
  EXPECT_EQ(Next(EpisodeState::kPending, SinkKind::kWebhook, {}), kNothing);
  domain::Episode gave_up = In(EpisodeState::kResolved);
  gave_up.firing_at.reset();
  EXPECT_EQ(NextNews(gave_up, {}, SinkKind::kWebhook, false, {}), kNothing);
}

TEST(NextNewsTest, FiringIsToldAtOnceAndToAlertmanagerAgainEachMinute) {
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kAlertmanager, {}), AtOnce(News::kFiring));
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kWebhook, {}), AtOnce(News::kFiring));
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kAlertmanager, Told(News::kFiring)),
            (Due{News::kFiring, kNow + minutes(1), false}));
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kWebhook, Told(News::kFiring)), kNothing);
}

TEST(NextNewsTest, ResolvedIsToldToWhoKnowsAndToAlertmanagerAgainForAQuarter) {
  for (const SinkKind kind : {SinkKind::kAlertmanager, SinkKind::kWebhook}) {
    EXPECT_EQ(Next(EpisodeState::kResolved, kind, Told(News::kFiring)), AtOnce(News::kResolved));
  }
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kWebhook, Told(News::kResolved)), kNothing);
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kAlertmanager, Told(News::kResolved)),
            (Due{News::kResolved, kNow + minutes(1), false}));
  EXPECT_EQ(
      Next(EpisodeState::kResolved, SinkKind::kAlertmanager, Told(News::kResolved, kNow - minutes(14), kNow)),
      (Due{News::kResolved, kNow + minutes(1), false}));
  EXPECT_EQ(
      Next(EpisodeState::kResolved, SinkKind::kAlertmanager, Told(News::kResolved, kNow - minutes(15), kNow)),
      kNothing);
}

TEST(NextNewsTest, WhatIsOverBeforeItWasToldIsPastAndPagesNobody) {
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kWebhook, {}), AtOnce(News::kPast));
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kWebhook, Told(News::kPast)), kNothing);
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kAlertmanager, {}), kNothing);
}

TEST(NextNewsTest, WhatFiresAgainIsToldAgain) {
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kWebhook, Told(News::kResolved)), AtOnce(News::kFiring));
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kAlertmanager, Told(News::kResolved)),
            AtOnce(News::kFiring));
}

TEST(NextNewsTest, WhatWasRefusedIsNotToldAgain) {
  Delivery refused;
  refused.refused = News::kFiring;
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kAlertmanager, refused), kNothing);
  EXPECT_EQ(Next(EpisodeState::kFiring, SinkKind::kWebhook, refused), kNothing);
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kWebhook, refused), AtOnce(News::kPast));
  Delivery end_refused = Told(News::kFiring);
  end_refused.refused = News::kResolved;
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kAlertmanager, end_refused), kNothing);
}

TEST(NextNewsTest, AnEarlierEpisodeDoesNotEndALaterOneAtAlertmanager) {
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kAlertmanager, Told(News::kFiring), true), kNothing);
  EXPECT_EQ(Next(EpisodeState::kResolved, SinkKind::kWebhook, Told(News::kFiring), true),
            AtOnce(News::kResolved));
}

TEST(RetryAfterTest, DoublesUpToALimitAndHalfIsChance) {
  const PlanOptions options;
  EXPECT_EQ(RetryAfter(1, 0, options), milliseconds(250));
  EXPECT_EQ(RetryAfter(1, 0.5, options), milliseconds(375));
  EXPECT_EQ(RetryAfter(2, 0, options), milliseconds(500));
  EXPECT_EQ(RetryAfter(1000, 0.999, options), milliseconds(29985));
}

}  // namespace
}  // namespace vardvakt::notifier
