#pragma once

#include <cstdint>
#include <string>

#include "lib/base/bytes.h"

// The keys of a task's store: one first byte for each kind of row.
namespace vardvakt::engine::rows {

inline constexpr char kMeta = 'm';
inline constexpr char kCase = 'c';
inline constexpr char kTimer = 't';
inline constexpr char kSeries = 's';
inline constexpr char kPane = 'p';
inline constexpr char kEpisode = 'e';
inline constexpr char kSource = 'q';
inline constexpr char kWaiting = 'w';
inline constexpr char kQuality = 'u';
inline constexpr char kCaseChange = 'k';
inline constexpr char kSnapshot = 'n';

inline std::string Begin(char kind) { return std::string(1, kind); }
// The end of all rows that begin with `kind`.
inline std::string End(char kind) { return std::string(1, static_cast<char>(kind + 1)); }

// Rows of which each judging (judging.h) has its own, with its generation behind the first byte.
inline constexpr char kOfJudging[] = {kSeries, kPane, kQuality, kTimer, kWaiting, kCaseChange};
inline constexpr size_t kJudgingPrefix = 5;
inline std::string Begin(char kind, uint32_t generation) {
  std::string key = Begin(kind);
  ByteWriter(key).BigEndian(generation, 4);
  return key;
}
inline std::string End(char kind, uint32_t generation) { return Begin(kind, generation + 1); }

}  // namespace vardvakt::engine::rows
