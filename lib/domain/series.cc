#include "lib/domain/series.h"

#include <chrono>

namespace vardvakt::domain {
namespace {

constexpr std::array<std::string_view, 4> kSexNames = {"all", "F", "M", "U"};
constexpr std::array<std::string_view, 6> kAgeNames = {"all", "0-17", "18-64", "65-79", "80+", "unknown"};
constexpr std::array<std::string_view, 2> kMeasureNames = {"completed", "decided"};

template <typename Enum, size_t N>
std::optional<Enum> Parse(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::optional<int> FourDigitYear(std::string_view text) {
  if (text.size() != 4) return std::nullopt;
  int year = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    year = year * 10 + (c - '0');
  }
  return year;
}

}  // namespace

std::string_view SexName(Sex sex) { return kSexNames[static_cast<size_t>(sex)]; }
std::string_view AgeName(Age age) { return kAgeNames[static_cast<size_t>(age)]; }
std::string_view MeasureName(Measure measure) { return kMeasureNames[static_cast<size_t>(measure)]; }
std::optional<Sex> ParseSex(std::string_view name) { return Parse<Sex>(kSexNames, name); }
std::optional<Age> ParseAge(std::string_view name) { return Parse<Age>(kAgeNames, name); }
std::optional<Measure> ParseMeasure(std::string_view name) { return Parse<Measure>(kMeasureNames, name); }

Sex SexOf(const CaseState& state) {
  const std::string_view sex = state.Attribute("sex");
  if (sex == "F") return Sex::kF;
  if (sex == "M") return Sex::kM;
  return Sex::kU;
}

std::optional<int> YearsOfAge(const CaseState& state, Instant start, const TimeZone& zone) {
  const std::optional<int> birth_year = FourDigitYear(state.Attribute("birth_year"));
  if (!birth_year) return std::nullopt;
  const int years = static_cast<int>(std::chrono::year_month_day(zone.DayOf(start)).year()) - *birth_year;
  return years < 0 ? std::nullopt : std::optional(years);
}

Age AgeOf(const CaseState& state, Instant start, const TimeZone& zone) {
  const std::optional<int> years = YearsOfAge(state, start, zone);
  if (!years) return Age::kUnknown;
  if (*years < 18) return Age::k0To17;
  if (*years < 65) return Age::k18To64;
  if (*years < 80) return Age::k65To79;
  return Age::k80Up;
}

std::strong_ordering CompareBytes(const SeriesKey& a, const SeriesKey& b) {
  // std::string compares as unsigned bytes.
  if (auto order = a.indicator <=> b.indicator; order != 0) return order;
  if (auto order = a.level <=> b.level; order != 0) return order;
  if (auto order = a.key <=> b.key; order != 0) return order;
  if (auto order = SexName(a.sex) <=> SexName(b.sex); order != 0) return order;
  return AgeName(a.age) <=> AgeName(b.age);
}

}  // namespace vardvakt::domain
