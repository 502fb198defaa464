#include "lib/simulator/arrivals.h"

#include <numeric>

#include "lib/simulator/calendar.h"

namespace vardvakt::simulator {
namespace {

// So that a mean of less than one unit a case does not come up.
constexpr int64_t kMassScale = 64;

template <size_t n>
int64_t Sum(const std::array<int64_t, n>& values) {
  return std::accumulate(values.begin(), values.end(), int64_t{0});
}

}  // namespace

Arrivals::Arrivals(uint64_t seed, uint64_t stream, const Rhythm& rhythm, int64_t cases_per_1000_days,
                   LocalDay first)
    : rhythm_(rhythm),
      seed_(seed),
      stream_(stream),
      hours_sum_(Sum(rhythm.hours)),
      day_(first),
      random_(seed, stream) {
  if (cases_per_1000_days <= 0) return;
  const int64_t mean_day = hours_sum_ * Sum(rhythm.weekdays) * Sum(rhythm.months) / (7 * 12);
  mass_per_case_ = mean_day * kMassScale / cases_per_1000_days * 1000;
  BeginDay();
}

std::optional<Arrivals::Case> Arrivals::Next() {
  if (mass_per_case_ == 0) return std::nullopt;
  while (true) {
    mass_ += random_.Exponential(mass_per_case_);
    if (mass_ < mass_of_day_) return Case{.day = day_, .time_of_day = TimeOf(mass_), .number = number_++};
    day_ += days(1);
    BeginDay();
  }
}

void Arrivals::BeginDay() {
  random_ = Random(seed_, (stream_ << 32) + static_cast<uint64_t>(day_.time_since_epoch().count()));
  int64_t weight = rhythm_.weekdays[static_cast<size_t>(WeekdayOf(day_))] *
                   rhythm_.months[static_cast<size_t>(MonthOf(day_))];
  if (IsHoliday(day_)) weight = weight * rhythm_.holiday_per_mille / 1000;
  mass_of_day_ = hours_sum_ * weight * kMassScale;
  mass_ = 0;
  number_ = 0;
}

milliseconds Arrivals::TimeOf(int64_t mass) const {
  const int64_t mass_per_weight = mass_of_day_ / hours_sum_;
  for (size_t hour = 0; hour < rhythm_.hours.size(); ++hour) {
    const int64_t mass_of_hour = rhythm_.hours[hour] * mass_per_weight;
    if (mass < mass_of_hour) {
      return hours(hour) + milliseconds(mass * 3'600'000 / mass_of_hour);
    }
    mass -= mass_of_hour;
  }
  return hours(24) - milliseconds(1);
}

}  // namespace vardvakt::simulator
