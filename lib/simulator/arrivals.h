#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "lib/base/time.h"
#include "lib/simulator/random.h"

namespace vardvakt::simulator {

// When cases begin: relative weights of the local hours, of the days from Monday on and of the months; and
// what a holiday has of an ordinary day, per mille.
struct Rhythm {
  std::array<int64_t, 24> hours;
  std::array<int64_t, 7> weekdays;
  std::array<int64_t, 12> months;
  int64_t holiday_per_mille;
};

// A Poisson process with a rhythm, day by day: a day's cases are the same whichever day it was begun at, so
// that a later part of a sequence continues an earlier one. Not thread-safe.
class Arrivals {
 public:
  struct Case {
    LocalDay day;
    milliseconds time_of_day;
    int32_t number;  // within the day, from 0
  };

  // `stream` tells the flows of one seed apart; `rhythm` must outlive it. Without a rate nothing arrives.
  Arrivals(uint64_t seed, uint64_t stream, const Rhythm& rhythm, int64_t cases_per_1000_days, LocalDay first);

  // In order of time, without an end where there is a rate.
  std::optional<Case> Next();

 private:
  void BeginDay();
  milliseconds TimeOf(int64_t mass) const;

  const Rhythm& rhythm_;
  const uint64_t seed_;
  const uint64_t stream_;
  int64_t hours_sum_ = 0;
  int64_t mass_per_case_ = 0;  // the mean; 0: no cases
  LocalDay day_;
  Random random_;
  int64_t mass_of_day_ = 0;
  int64_t mass_ = 0;
  int32_t number_ = 0;
};

}  // namespace vardvakt::simulator
