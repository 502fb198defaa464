#include "lib/wire/report.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vardvakt::wire {
namespace {

using domain::ShareRow;

Instant At(std::string_view text) { return ParseRfc3339(text).value(); }

ShareRow Share(std::string key, domain::Window window, int64_t n) {
  ShareRow row;
  row.series = {.indicator = "i", .level = "unit", .key = std::move(key)};
  row.measure = domain::Measure::kCompleted;
  row.window = window;
  row.from = At("2026-04-15T09:18:00Z");
  row.to = At("2026-04-15T10:18:00Z");
  row.n = n;
  row.within = 2;
  row.share = 2.0 / 3;
  row.wilson_low = 0.2;
  row.wilson_high = 0.9;
  row.n_before = n;
  row.within_before = 2;
  row.mean = 1350.0005;
  row.p50 = 1210;
  row.p80 = 1510;
  row.p90 = 1510;
  row.goal_permille = 800;
  row.n_expected = n;
  row.misses_allowed = -1;
  row.hits_needed = 2;
  row.definition = "i@2020-01-01";
  return row;
}

domain::FindingCounts FindingsOf(const std::map<domain::Finding, int64_t>& counts) {
  domain::FindingCounts findings;
  for (const auto& [finding, n] : counts) findings.by_finding[static_cast<size_t>(finding)] = n;
  return findings;
}

ReplayReport SmallReport() {
  ReplayReport report;
  report.as_of = At("2026-04-15T10:17:33.999Z");
  report.events = {.received = 10, .accepted = 8, .without_effect = 1, .rejected = {{"malformed", 2}}};
  RegionReport& region = report.regions["06"];
  ShareRow open_ended = Share("A\"1", domain::Window::kAll, 3);
  open_ended.measure = domain::Measure::kDecided;
  open_ended.window = domain::Window::kMonth;
  open_ended.has_projection = true;
  open_ended.projection = 0.5;
  open_ended.mean = std::nullopt;
  open_ended.from = open_ended.to = std::nullopt;
  region.shares = {Share("b", domain::Window::k24h, 3), open_ended, Share("b", domain::Window::k1h, 3),
                   Share("empty", domain::Window::k1h, 0)};
  region.waiting = {
      {.series = {.indicator = "i", .level = "region", .key = "region"}, .open = 3, .overdue = 1}, {}};
  region.left_out = {{.indicator = "i",
                      .level = "region",
                      .key = "region",
                      .closed = {{"cancelled, twice", 2}, {"none", 0}}},
                     {.indicator = "i", .level = "unit", .key = "b", .excluded = {{"pvv", 0}}}};
  domain::SourceRow source{.stream = "wait",
                           .source = "cosmic",
                           .accepted = 8,
                           .without_effect = 1,
                           .rejected = {{"from_the_future", 1}},
                           .last_recorded = At("2026-04-15T10:00:00Z"),
                           .events_per_minute = 0.05};
  source.findings = FindingsOf({{domain::Finding::kJudged, 1},
                                {domain::Finding::kNotJudgeable, 2},
                                {domain::Finding::kNoTargetDate, 2},
                                {domain::Finding::kMissingStop, 1}});
  region.sources = {source};
  region.units = {{.stream = "wait",
                   .source = "cosmic",
                   .unit = "U1",
                   .findings = FindingsOf({{domain::Finding::kJudged, 1}}),
                   .pvv = domain::ComparePvv({{0, {30, 12}}}, {{0, {230, 22}}})}};
  return report;
}

constexpr char kSmallJson[] =
    R"({"as_of": "2026-04-15T10:17:33Z", "events": {"received": 10, "accepted": 8, "without_effect": 1, "rejected": {"malformed": 2}},
"shares": [
{"indicator": "i", "level": "unit", "key": "A\"1", "sex": "all", "age": "all", "measure": "decided", "window": "month", "from": null, "to": null, "n": 3, "within": 2, "share": 0.666667, "wilson_low": 0.2, "wilson_high": 0.9, "n_before": 3, "within_before": 2, "mean": null, "p50": 1210, "p80": 1510, "p90": 1510, "unit": "seconds", "goal": 0.8, "n_expected": 3, "misses_allowed": -1, "hits_needed": 2, "projection": 0.5, "projection_low": null, "projection_high": null, "definition": "i@2020-01-01"},
{"indicator": "i", "level": "unit", "key": "b", "sex": "all", "age": "all", "measure": "completed", "window": "1h", "from": "2026-04-15T09:18:00Z", "to": "2026-04-15T10:18:00Z", "n": 3, "within": 2, "share": 0.666667, "wilson_low": 0.2, "wilson_high": 0.9, "n_before": 3, "within_before": 2, "mean": 1350.0005, "p50": 1210, "p80": 1510, "p90": 1510, "unit": "seconds", "goal": 0.8, "n_expected": 3, "misses_allowed": -1, "hits_needed": 2, "definition": "i@2020-01-01"},
{"indicator": "i", "level": "unit", "key": "b", "sex": "all", "age": "all", "measure": "completed", "window": "24h", "from": "2026-04-15T09:18:00Z", "to": "2026-04-15T10:18:00Z", "n": 3, "within": 2, "share": 0.666667, "wilson_low": 0.2, "wilson_high": 0.9, "n_before": 3, "within_before": 2, "mean": 1350.0005, "p50": 1210, "p80": 1510, "p90": 1510, "unit": "seconds", "goal": 0.8, "n_expected": 3, "misses_allowed": -1, "hits_needed": 2, "definition": "i@2020-01-01"}],
"waiting": [
{"indicator": "i", "level": "region", "key": "region", "sex": "all", "age": "all", "open": 3, "at_risk": 0, "overdue": 1}],
"ratios": [],
"left_out": [
{"indicator": "i", "level": "region", "key": "region", "excluded": {}, "closed": {"cancelled, twice": 2}, "invalid": {}}],
"data_quality": {
"sources": [
{"stream": "wait", "source": "cosmic", "received": 9, "accepted": 8, "without_effect": 1, "rejected": {"from_the_future": 1}, "last_recorded": "2026-04-15T10:00:00Z", "events_per_minute": 0.05, "cases": 3, "judged": 1, "not_judgeable": 2, "not_applicable": 0, "share_judged": 0.333333, "invalid": {"no_target_date": 2}, "negative_waits": 0, "missing_stop": 1, "missing_unit": 0, "unknown_unit": 0, "missing_municipality": 0, "unknown_municipality": 0, "late_report": 0}],
"units": [
{"stream": "wait", "source": "cosmic", "unit": "U1", "cases": 1, "judged": 1, "not_judgeable": 0, "not_applicable": 0, "share_judged": 1, "invalid": {}, "negative_waits": 0, "missing_stop": 0, "missing_unit": 0, "unknown_unit": 0, "missing_municipality": 0, "unknown_municipality": 0, "late_report": 0, "pvv_cases": 30, "pvv": 12, "pvv_share": 0.4, "pvv_wilson_low": 0.245906, "pvv_wilson_high": 0.576796, "pvv_others_cases": 200, "pvv_others_share": 0.05, "pvv_stands_out": true}]}}
)";

TEST(ReportJson, IsTheContractsObject) { EXPECT_EQ(ReportJson(SmallReport()), kSmallJson); }

TEST(ReportJson, DependsOnTheContentAlone) {
  ReplayReport report = SmallReport();
  std::reverse(report.regions["06"].shares.begin(), report.regions["06"].shares.end());
  std::reverse(report.regions["06"].waiting.begin(), report.regions["06"].waiting.end());
  EXPECT_EQ(ReportJson(report), kSmallJson);
}

TEST(ReportJson, NamesTheRegionWhereThereAreSeveral) {
  ReplayReport report;
  report.regions["07"].waiting = {
      {.series = {.indicator = "i", .level = "region", .key = "region"}, .open = 1}};
  report.regions["06"].waiting = {
      {.series = {.indicator = "i", .level = "region", .key = "region"}, .open = 2}};
  const std::string json = ReportJson(report);
  const size_t first = json.find(R"({"region": "06", "indicator": "i")");
  const size_t second = json.find(R"({"region": "07", "indicator": "i")");
  EXPECT_NE(first, std::string::npos);
  EXPECT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

TEST(ReportCsv, HasOneColumnCountAndQuotesWhatNeedsIt) {
  const std::string csv = ReportCsv(SmallReport());
  EXPECT_EQ(
      csv.substr(0, csv.find('\r')),
      "table,region,indicator,level,key,sex,age,measure,window,from,to,n,within,share,wilson_low,wilson_high,"
      "n_before,within_before,mean,p50,p80,p90,unit,goal,n_expected,misses_allowed,hits_needed,projection,"
      "projection_low,projection_high,definition,open,at_risk,overdue,kind,reason,count,as_of,by_age,"
      "numerator,"
      "denominator,ratio,stream,source");
  EXPECT_NE(
      csv.find("\r\nshares,06,i,unit,b,all,all,completed,1h,2026-04-15T09:18:00Z,2026-04-15T10:18:00Z,3,2,"
               "0.666667,0.2,0.9,3,2,1350.0005,1210,1510,1510,seconds,0.8,3,-1,2,,,,i@2020-01-01,,,,,,,,,,,,,"
               "\r\n"),
      std::string::npos)
      << csv;
  EXPECT_NE(csv.find("\r\nshares,06,i,unit,\"A\"\"1\","), std::string::npos) << csv;
  EXPECT_NE(csv.find("left_out,06,i,region,region,"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",closed,\"cancelled, twice\",2,,,,,,,\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("rejected,malformed,2,2026-04-15T10:17:33Z,,,,,,\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\r\ndata_quality,06,,source,,"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",invalid,no_target_date,2,,,,,,wait,cosmic\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\r\ndata_quality,06,,unit,U1,,,,,,,,,0.4,"), std::string::npos) << csv;
}

TEST(ReportTable, SaysItForPeople) {
  ReplayReport report = SmallReport();
  for (ShareRow& row : report.regions["06"].shares) row.series.level = "region";
  EXPECT_EQ(
      ReportTable(report),
      R"(As of 2026-04-15T10:17:33Z: 10 events received, 8 accepted (1 without effect), 2 rejected (malformed 2)

i
  level   key  measure    window  n  within   share     95 % interval    goal  median    p90
  region  A"1  decided    month   3       2  66.7 %  20.0 % to 90.0 %  80.0 %   20:10  25:10
  region  b    completed  1h      3       2  66.7 %  20.0 % to 90.0 %  80.0 %   20:10  25:10
  region  b    completed  24h     3       2  66.7 %  20.0 % to 90.0 %  80.0 %   20:10  25:10

Waiting
  indicator  level   key     waiting  at risk  overdue
  i          region  region        3        0        1

Left out
  indicator  level   key     excluded  closed              invalid
  i          region  region  -         cancelled, twice 2  -

Data quality, by source
  stream  source  accepted           rejected         last recorded  events/min  cases  judged  invalid  missing stop  unknown unit  unknown municipality  late
  wait    cosmic         8  from_the_future 1  2026-04-15T10:00:00Z        0.05      3  33.3 %        2             1             0                     0     0

Data quality, by unit
  stream  source  unit  cases  invalid  missing stop  unknown     PvV  of     95 % interval  others'
  wait    cosmic  U1        1        0             0        -  40.0 %  30  24.6 % to 57.7 %    5.0 %  stands out

)");
}

}  // namespace
}  // namespace vardvakt::wire
