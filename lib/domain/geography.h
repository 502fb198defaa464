#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/domain/case_state.h"
#include "lib/domain/definition.h"

namespace vardvakt::domain {

struct Lansdel {
  std::string code;
  std::string name;
};
struct Hospital {
  std::string code;
  std::string name;
  std::string lansdel;
};
struct Municipality {
  std::string code;
  std::string name;
  std::string lansdel;
  std::string hospital;
  int tile_column = 0;
  int tile_row = 0;
};
struct Unit {
  std::string code;
  std::string name;
  std::string kind;
  std::string hospital;  // what is left out follows from hospital, then municipality
  std::string lansdel;
  std::string municipality;
  absl::flat_hash_map<std::string, std::string> tags;
  bool example = false;
};

// A region's units file (interfaces §2). Read-only after Index().
struct Geography {
  std::string region_code;
  std::string region_name;
  std::string time_zone;
  std::vector<Lansdel> lansdelar;
  std::vector<Hospital> hospitals;
  std::vector<Municipality> municipalities;
  std::vector<Unit> units;

  // Resolves what units leave out and builds the look-ups; call once after filling in.
  void Index();
  const Unit* FindUnit(std::string_view code) const;
  const Municipality* FindMunicipality(std::string_view code) const;

 private:
  absl::flat_hash_map<std::string, size_t> unit_by_code_;
  absl::flat_hash_map<std::string, size_t> municipality_by_code_;
};

inline constexpr std::string_view kUnknownKey = "unknown";
inline constexpr std::string_view kOutsideKey = "outside";
inline constexpr std::string_view kRegionKey = "region";

// The key of a case at a level (spec §5); never empty, so the parts add up to the whole.
std::string KeyAtLevel(const Level& level, const CaseState& state, const Geography& geography);

}  // namespace vardvakt::domain
