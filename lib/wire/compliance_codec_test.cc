#include "lib/wire/compliance_codec.h"

#include <gtest/gtest.h>

#include "lib/wire/numbers.h"
#include "vardvakt/alerts/v1/alerts.pb.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::wire {
namespace {

const Instant kStart = InstantFromMillis(1'776'248'253'250);

std::string Fraction(double value) {
  std::string out;
  AppendFraction(out, value);
  return out;
}

TEST(Numbers, RoundAsPrintfDoes) {
  EXPECT_EQ(RoundFraction(2.0 / 3), 0.666667);
  EXPECT_EQ(RoundFraction(0.0000005), std::stod("0.000000"));  // the double is a little less than a half
  EXPECT_EQ(Fraction(2.0 / 3), "0.666667");
  EXPECT_EQ(Fraction(1350.0005), "1350.0005");
  EXPECT_EQ(Fraction(100), "100");
  EXPECT_EQ(Fraction(0), "0");
  EXPECT_EQ(Fraction(-0.0000001), "0");
  EXPECT_EQ(Fraction(-1.5), "-1.5");
}

TEST(ToProto, LeavesOutWhatIsNull) {
  domain::ShareRow row;
  row.series = {.indicator = "i", .level = "region", .key = "region"};
  row.measure = domain::Measure::kCompleted;
  row.window = domain::Window::kAll;
  row.n = 3;
  row.within = 2;
  row.share = 2.0 / 3;
  row.goal_permille = 800;
  row.definition = "i@2020-01-01";
  const compliance::v1::ShareRow message = ToProto(row, "06");
  EXPECT_EQ(message.region(), "06");
  EXPECT_EQ(message.sex(), "all");
  EXPECT_EQ(message.window(), "all");
  EXPECT_EQ(message.share(), 0.666667);
  EXPECT_EQ(message.goal(), 0.8);
  EXPECT_FALSE(message.has_from());
  EXPECT_FALSE(message.has_p50());
  EXPECT_FALSE(message.has_projection());
}

TEST(ToProto, CountsOnlyWhatIsThere) {
  domain::LeftOutRow row;
  row.closed = {{"cancelled", 2}, {"transferred", 0}};
  const compliance::v1::LeftOutRow message = ToProto(row, "06");
  EXPECT_EQ(message.closed_size(), 1);
  EXPECT_EQ(message.closed().at("cancelled"), 2);
  const compliance::v1::WaitingRow waiting =
      ToProto(domain::WaitingRow{.open = 5, .at_risk = 2, .overdue = 1}, "06");
  EXPECT_EQ(waiting.open(), 5);
  EXPECT_EQ(waiting.overdue(), 1);
}

domain::Episode FiringEpisode() {
  domain::Episode episode;
  episode.fingerprint = "0123456789abcdef";
  episode.rule = "overdue";
  episode.region = "06";
  episode.severity = domain::Severity::kPage;
  episode.state = domain::EpisodeState::kFiring;
  episode.started_at = kStart;
  episode.firing_at = kStart + seconds(1);
  episode.indicator = "i";
  episode.level = "region";
  episode.key = "region";
  episode.place = "Region";
  episode.n = 10;
  episode.within = 7;
  episode.window = "24h";
  episode.floor_permille = 615;
  episode.summary_sv = "å";
  episode.summary_en = "b";
  episode.action = "c";
  episode.runbook = "d";
  return episode;
}

TEST(Episode, ComesBackEqual) {
  const absl::StatusOr<domain::Episode> back = FromProto(ToProto(FiringEpisode()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, FiringEpisode());
}

TEST(Episode, IsRefusedWhenItCantBeUnderstood) {
  alerts::v1::Episode message = ToProto(FiringEpisode());
  message.set_state("dreaming");
  EXPECT_EQ(FromProto(message).status().code(), absl::StatusCode::kDataLoss);
  message = ToProto(FiringEpisode());
  message.set_severity("");
  EXPECT_EQ(FromProto(message).status().code(), absl::StatusCode::kDataLoss);
  message = ToProto(FiringEpisode());
  message.clear_started_at();
  EXPECT_EQ(FromProto(message).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ToJson, PrintsTheProtosNamesAndZeros) {
  compliance::v1::GetComplianceResponse response;
  SetTimestamp(kStart, response.mutable_as_of());
  *response.add_waiting() = ToProto(domain::WaitingRow{.open = 5}, "06");
  const absl::StatusOr<std::string> json = ToJson(response);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(*json,
            R"({"tasks":[],"shares":[],"waiting":[{"region":"06",)"
            R"("indicator":"","level":"","key":"","sex":"all","age":"all","open":5,"at_risk":0,"overdue":0,)"
            R"("by_age":{}}],"left_out":[],"ratios":[],"as_of":"2026-04-15T10:17:33.250Z"})");
  EXPECT_EQ(ToInstant(response.as_of()), kStart);
}

}  // namespace
}  // namespace vardvakt::wire
