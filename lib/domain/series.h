#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/time.h"
#include "lib/base/time_zone.h"
#include "lib/domain/case_state.h"

namespace vardvakt::domain {

enum class Sex : uint8_t { kAll, kF, kM, kU };
enum class Age : uint8_t { kAll, k0To17, k18To64, k65To79, k80Up, kUnknown };
std::string_view SexName(Sex sex);
std::string_view AgeName(Age age);
std::optional<Sex> ParseSex(std::string_view name);
std::optional<Age> ParseAge(std::string_view name);

Sex SexOf(const CaseState& state);
// Local year of the start - birth year (spec §5); nullopt when unknown.
std::optional<int> YearsOfAge(const CaseState& state, Instant start, const TimeZone& zone);
// The same in bands.
Age AgeOf(const CaseState& state, Instant start, const TimeZone& zone);

// A series: indicator × one of its roll-ups × key × sex × age. `level` is the level's name.
struct SeriesKey {
  std::string indicator;
  std::string level;
  std::string key;
  Sex sex = Sex::kAll;
  Age age = Age::kAll;

  bool operator==(const SeriesKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const SeriesKey& k) {
    return H::combine(std::move(h), k.indicator, k.level, k.key, k.sex, k.age);
  }
};

// The order of the contract: by the bytes of indicator, level, key, sex, age (interfaces §2).
std::strong_ordering CompareBytes(const SeriesKey& a, const SeriesKey& b);

enum class Measure : uint8_t { kCompleted, kDecided };
std::string_view MeasureName(Measure measure);
std::optional<Measure> ParseMeasure(std::string_view name);

}  // namespace vardvakt::domain
