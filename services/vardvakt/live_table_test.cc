#include "services/vardvakt/live_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/testkit/scripted_compliance.h"
#include "lib/wire/compliance_codec.h"

namespace vardvakt::cli {
namespace {

namespace v1 = compliance::v1;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::Return;

constexpr Instant kNow = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z

class LiveTableTest : public testing::Test {
 protected:
  void SetUp() override {
    config::LoadResult loaded = config::Load("config");
    ASSERT_TRUE(loaded.configuration != nullptr) << config::FormatProblems(loaded.problems);
    configuration_ = loaded.configuration;

    v1::ListIndicatorsResponse indicators;
    indicators.add_indicators()->set_id("no_goal");
    v1::IndicatorInfo& shown = *indicators.add_indicators();
    shown.set_id("prio1");
    shown.set_name_en("Within 20 minutes");
    shown.set_stream("ambulance");
    shown.add_goals()->set_goal(0.8);
    for (const auto& [id, name] : {std::pair("visit", "First visit"), std::pair("silent", "Nothing yet")}) {
      v1::IndicatorInfo& info = *indicators.add_indicators();
      info.set_id(id);
      info.set_name_en(name);
      info.set_stream("wait");
      info.add_goals()->set_goal(0.8);
    }
    ON_CALL(api_, ListIndicators).WillByDefault(Return(indicators));

    v1::GetComplianceResponse figures;
    wire::SetTimestamp(kNow, figures.mutable_as_of());
    v1::ShareRow& row = *figures.add_shares();
    row.set_level("region");
    row.set_key("region");
    row.set_measure("decided");
    row.set_window("24h");
    row.set_n(40);
    row.set_within(28);
    row.set_share(0.7);
    row.set_goal(0.8);
    v1::ShareRow& other = *figures.add_shares();
    other.set_indicator("visit");
    other.set_level("region");
    other.set_measure("decided");
    other.set_window("year");
    other.set_n(1000);
    other.set_share(0.69);
    other.set_goal(0.8);
    v1::WaitingRow& waiting = *figures.add_waiting();
    waiting.set_level("region");
    waiting.set_open(5);
    waiting.set_overdue(1);
    ON_CALL(api_, GetCompliance).WillByDefault(Return(figures));

    v1::ListCasesResponse cases;
    v1::CaseStatus& status = *cases.add_cases();
    status.set_case_id("18:123:1");
    status.set_state("overdue");
    status.set_municipality("0680");
    status.set_leg("rolling");
    wire::SetTimestamp(kNow - minutes(21) - seconds(5), status.mutable_start());
    ON_CALL(api_, ListCases).WillByDefault(Return(cases));

    v1::ListEpisodesResponse episodes;
    alerts::v1::Episode& page = *episodes.add_episodes();
    page.set_state("firing");
    page.set_severity("page");
    page.set_summary_en("only 1 of 8");
    wire::SetTimestamp(kNow - minutes(7), page.mutable_started_at());
    ON_CALL(api_, ListEpisodes).WillByDefault(Return(episodes));
  }

  LiveView View() {
    absl::StatusOr<LiveView> view = LookAt(api_, "06");
    EXPECT_TRUE(view.ok()) << view.status();
    return *std::move(view);
  }
  const config::RegionConfiguration& Region() { return configuration_->regions.front(); }

  testing::NiceMock<testkit::ScriptedCompliance> api_;
  std::shared_ptr<const config::Configuration> configuration_;
};

TEST_F(LiveTableTest, ShowsSharesClocksAndAlertsAndNamesNoCase) {
  const std::string table = RenderTable(View(), Region(), 140);
  EXPECT_THAT(table, HasSubstr("Within 20 minutes"));
  EXPECT_THAT(table, HasSubstr("70.0 % of 40"));
  EXPECT_THAT(table, HasSubstr("5 open, 0 at risk, 1 overdue"));
  EXPECT_THAT(table, HasSubstr("21:05  OVERDUE  Jönköping"));
  EXPECT_THAT(table, ContainsRegex("First visit +- +69.0 % of 1000 +80.0 %"));
  EXPECT_THAT(table, Not(HasSubstr("Nothing yet")));
  EXPECT_THAT(table, HasSubstr("PAGE    firing   11:53  only 1 of 8"));
  EXPECT_THAT(table, Not(HasSubstr("18:123:1")));
}

TEST_F(LiveTableTest, NoLineIsWiderThanTheTerminal) {
  const std::string table = RenderTable(View(), Region(), 30);
  size_t begin = 0;
  for (size_t end; (end = table.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string_view line = std::string_view(table).substr(begin, end - begin);
    EXPECT_LE(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }), 30) << line;
  }
}

TEST_F(LiveTableTest, OneLineSaysTheSame) {
  EXPECT_EQ(
      RenderLine(View(), Region()),
      "2026-04-15 12:00:00  1h -, 24h 70.0 % of 40; 5 open, 0 at risk, 1 overdue; 1 alerts firing, 1 of them "
      "pages");
}

}  // namespace
}  // namespace vardvakt::cli
