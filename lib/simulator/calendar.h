#pragma once

#include <cstdint>

#include "lib/base/time.h"

namespace vardvakt::simulator {

// What day it is in Swedish health care. Pure functions of the local date.

// Monday is 0.
int WeekdayOf(LocalDay day);
// January is 0.
int MonthOf(LocalDay day);
int YearOf(LocalDay day);
// Public holidays, and the eves that are kept like them.
bool IsHoliday(LocalDay day);
bool IsWorkingDay(LocalDay day);
// The first working day that is not before `day`, and the last one that is not after it.
LocalDay WorkingDayFrom(LocalDay day);
LocalDay WorkingDayUntil(LocalDay day);
// How much of the usual planned care is done, per mille: little in July and over Christmas.
int64_t PlannedCarePerMille(LocalDay day);

}  // namespace vardvakt::simulator
