// Recomputes what every row of the specification's worked example derives from its counts. The example lies
// beside the project where the specification does; without it there is nothing to compare.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "lib/domain/measures.h"
#include "simdjson.h"

namespace vardvakt::domain {
namespace {

constexpr const char* kExample = "../shared/spec/examples/expected.json";
using Element = simdjson::dom::element;

std::optional<int64_t> Int(Element row, const char* field) {
  int64_t value = 0;
  return row[field].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

// As printed: numbers are compared, not digits.
std::optional<double> Fraction(Element row, const char* field) {
  double value = 0;
  return row[field].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

std::optional<double> SixDecimals(std::optional<double> value) {
  if (!value) return std::nullopt;
  char text[64];
  std::snprintf(text, sizeof text, "%.6f", *value);
  return std::stod(text);
}

std::optional<std::string> Time(const std::optional<Instant>& instant) {
  return instant ? std::optional(FormatSeconds(*instant)) : std::nullopt;
}
std::optional<std::string> Text(Element row, const char* field) {
  std::string_view value;
  return row[field].get(value) == simdjson::SUCCESS ? std::optional<std::string>(value) : std::nullopt;
}

ShareRow Rebuilt(Element row, Instant now, const TimeZone& zone) {
  Pane sum;
  const Counts counts{*Int(row, "n"), Int(row, "within").value_or(0), *Int(row, "n_before"),
                      Int(row, "within_before").value_or(0)};
  ShareFrame frame;
  frame.measure = *ParseMeasure(*Text(row, "measure"));
  (frame.measure == Measure::kCompleted ? sum.completed : sum.decided) = counts;
  frame.window = ParseWindow(*Text(row, "window"));
  if (frame.window != Window::kAll) frame.bounds = BoundsOf(WindowPanes(*frame.window, now, zone), zone);
  frame.has_limit = Int(row, "within").has_value();
  if (const std::optional<double> goal = Fraction(row, "goal")) {
    frame.goal_permille = static_cast<int>(*goal * 1000 + 0.5);
  }
  frame.month_n_expected = Int(row, "n_expected");
  return BuildShareRow(frame, sum);
}

TEST(MeasuresExamplesTest, EveryRowOfTheWorkedExampleComesOut) {
  if (!std::filesystem::exists(kExample)) return;
  const TimeZone zone = *TimeZone::Load("Europe/Stockholm");
  const Instant now = *ParseRfc3339("2026-04-15T10:17:33.250Z");
  simdjson::dom::parser parser;
  Element example;
  ASSERT_EQ(parser.load(kExample).get(example), simdjson::SUCCESS);
  simdjson::dom::array rows;
  ASSERT_EQ(example["shares"].get(rows), simdjson::SUCCESS);
  int compared = 0;
  for (Element row : rows) {
    SCOPED_TRACE(simdjson::to_string(row));
    const ShareRow rebuilt = Rebuilt(row, now, zone);
    EXPECT_EQ(Time(rebuilt.from), Text(row, "from"));
    EXPECT_EQ(Time(rebuilt.to), Text(row, "to"));
    EXPECT_EQ(rebuilt.n_expected, Int(row, "n_expected"));
    EXPECT_EQ(rebuilt.misses_allowed, Int(row, "misses_allowed"));
    EXPECT_EQ(rebuilt.hits_needed, Int(row, "hits_needed"));
    EXPECT_EQ(SixDecimals(rebuilt.share), Fraction(row, "share"));
    EXPECT_EQ(SixDecimals(rebuilt.wilson_low), Fraction(row, "wilson_low"));
    EXPECT_EQ(SixDecimals(rebuilt.wilson_high), Fraction(row, "wilson_high"));
    EXPECT_EQ(SixDecimals(rebuilt.projection), Fraction(row, "projection"));
    EXPECT_EQ(SixDecimals(rebuilt.projection_low), Fraction(row, "projection_low"));
    EXPECT_EQ(SixDecimals(rebuilt.projection_high), Fraction(row, "projection_high"));
    EXPECT_EQ(rebuilt.has_projection, row["projection"].error() == simdjson::SUCCESS);
    ++compared;
  }
  EXPECT_GT(compared, 8000);
}

}  // namespace
}  // namespace vardvakt::domain
