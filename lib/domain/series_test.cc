#include "lib/domain/series.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace vardvakt::domain {
namespace {

CaseState CaseWith(std::vector<std::pair<std::string, std::string>> attributes) {
  Event event;
  event.event_id = "1";
  event.source = "zenit";
  event.recorded_at = InstantFromMillis(0);
  event.attributes = std::move(attributes);
  CaseState state;
  Merge(event, state);
  return state;
}

Age AgeAt(std::string birth_year, std::string_view start) {
  const TimeZone stockholm = *TimeZone::Load("Europe/Stockholm");
  return AgeOf(CaseWith({{"birth_year", std::move(birth_year)}}), *ParseRfc3339(start), stockholm);
}

TEST(SeriesTest, NamesAreThoseOfTheContractAndParseBack) {
  for (Sex sex : {Sex::kAll, Sex::kF, Sex::kM, Sex::kU}) EXPECT_EQ(ParseSex(SexName(sex)), sex);
  for (Age age : {Age::kAll, Age::k0To17, Age::k18To64, Age::k65To79, Age::k80Up, Age::kUnknown}) {
    EXPECT_EQ(ParseAge(AgeName(age)), age);
  }
  for (Measure measure : {Measure::kCompleted, Measure::kDecided}) {
    EXPECT_EQ(ParseMeasure(MeasureName(measure)), measure);
  }
  EXPECT_EQ(AgeName(Age::k80Up), "80+");
  EXPECT_EQ(SexName(Sex::kAll), "all");
  EXPECT_EQ(ParseSex("f"), std::nullopt);
  EXPECT_EQ(ParseAge(""), std::nullopt);
  EXPECT_EQ(ParseMeasure("waiting"), std::nullopt);
}

TEST(SeriesTest, AMissingOrOtherSexIsU) {
  EXPECT_EQ(SexOf(CaseWith({{"sex", "F"}})), Sex::kF);
  EXPECT_EQ(SexOf(CaseWith({{"sex", "M"}})), Sex::kM);
  EXPECT_EQ(SexOf(CaseWith({{"sex", "X"}})), Sex::kU);
  EXPECT_EQ(SexOf(CaseWith({{"sex", "all"}})), Sex::kU);
  EXPECT_EQ(SexOf(CaseWith({})), Sex::kU);
}

TEST(SeriesTest, TheAgeBandIsOfTheLocalYearOfTheStartLessTheBirthYear) {
  EXPECT_EQ(AgeAt("2026", "2026-06-01T00:00:00Z"), Age::k0To17);
  EXPECT_EQ(AgeAt("2009", "2026-06-01T00:00:00Z"), Age::k0To17);
  EXPECT_EQ(AgeAt("2008", "2026-06-01T00:00:00Z"), Age::k18To64);
  EXPECT_EQ(AgeAt("1962", "2026-06-01T00:00:00Z"), Age::k18To64);
  EXPECT_EQ(AgeAt("1961", "2026-06-01T00:00:00Z"), Age::k65To79);
  EXPECT_EQ(AgeAt("1947", "2026-06-01T00:00:00Z"), Age::k65To79);
  EXPECT_EQ(AgeAt("1946", "2026-06-01T00:00:00Z"), Age::k80Up);
  // From 23:00 UTC on, New Year's Eve is the next year in Sweden.
  EXPECT_EQ(AgeAt("2026", "2025-12-31T22:59:59Z"), Age::kUnknown);
  EXPECT_EQ(AgeAt("2026", "2025-12-31T23:00:00Z"), Age::k0To17);
}

TEST(SeriesTest, ABirthYearThatCannotBeIsUnknown) {
  for (const char* year : {"", "62", "19620", "196a", "-962", " 962", "2027"}) {
    EXPECT_EQ(AgeAt(year, "2026-06-01T00:00:00Z"), Age::kUnknown) << '"' << year << '"';
  }
}

TEST(SeriesTest, TheOrderIsThatOfTheBytesOfTheNames) {
  const SeriesKey series{"a", "region", "region", Sex::kF, Age::k80Up};
  EXPECT_EQ(CompareBytes(series, series), std::strong_ordering::equal);
  EXPECT_EQ(CompareBytes({"a", "unit", "1"}, {"b", "region", "1"}), std::strong_ordering::less);
  EXPECT_EQ(CompareBytes({"a", "unit", "Z"}, {"a", "unit", "a"}), std::strong_ordering::less);
  EXPECT_EQ(CompareBytes({"a", "unit", "z"}, {"a", "unit", "\xC3\xB6"}), std::strong_ordering::less);
  // "F" < "M" < "U" < "all", and "0-17" < … < "all" < "unknown".
  EXPECT_EQ(CompareBytes({"a", "l", "k", Sex::kU}, {"a", "l", "k", Sex::kAll}), std::strong_ordering::less);
  EXPECT_EQ(CompareBytes({"a", "l", "k", Sex::kAll, Age::k80Up}, {"a", "l", "k", Sex::kAll, Age::kAll}),
            std::strong_ordering::less);
  EXPECT_EQ(CompareBytes({"a", "l", "k", Sex::kAll, Age::kAll}, {"a", "l", "k", Sex::kAll, Age::kUnknown}),
            std::strong_ordering::less);
}

}  // namespace
}  // namespace vardvakt::domain
