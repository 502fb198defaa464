#include "lib/simulator/calendar.h"

namespace vardvakt::simulator {
namespace {

using std::chrono::year_month_day;

constexpr int64_t kJulyPerMille = 350;
constexpr int64_t kChristmasPerMille = 450;

year_month_day DateOf(LocalDay day) { return year_month_day(day); }

// Sunday of Easter by the anonymous Gregorian rule.
LocalDay EasterOf(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
  const int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;
  return LocalDay(year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(f / 31)),
                                 std::chrono::day(static_cast<unsigned>(f % 31 + 1))));
}

}  // namespace

int WeekdayOf(LocalDay day) { return static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1; }
int MonthOf(LocalDay day) { return static_cast<int>(static_cast<unsigned>(DateOf(day).month())) - 1; }
int YearOf(LocalDay day) { return static_cast<int>(DateOf(day).year()); }

bool IsHoliday(LocalDay day) {
  const year_month_day date = DateOf(day);
  const unsigned month_and_day =
      static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
  switch (month_and_day) {
    case 101:
    case 106:
    case 501:
    case 606:
    case 1224:
    case 1225:
    case 1226:
    case 1231:
      return true;
    default:
      break;
  }
  if (month_and_day >= 619 && month_and_day <= 625 && WeekdayOf(day) == 4) return true;  // Midsummer's Eve
  if (month_and_day < 318 || month_and_day > 604) return false;
  const int64_t after_easter = (day - EasterOf(static_cast<int>(date.year()))).count();
  return after_easter == -2 || after_easter == 1 || after_easter == 39;  // Good Friday to Ascension Day
}

bool IsWorkingDay(LocalDay day) { return WeekdayOf(day) < 5 && !IsHoliday(day); }

LocalDay WorkingDayFrom(LocalDay day) {
  while (!IsWorkingDay(day)) day += days(1);
  return day;
}

LocalDay WorkingDayUntil(LocalDay day) {
  while (!IsWorkingDay(day)) day -= days(1);
  return day;
}

int64_t PlannedCarePerMille(LocalDay day) {
  const year_month_day date = DateOf(day);
  const unsigned month_and_day =
      static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
  if (month_and_day >= 628 && month_and_day <= 803) return kJulyPerMille;
  if (month_and_day >= 1221 || month_and_day <= 106) return kChristmasPerMille;
  return 1000;
}

}  // namespace vardvakt::simulator
