#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"

namespace vardvakt::domain {

// A calendar month, tertial (January to April, May to August, September to December) or year of local days.
struct Period {
  std::string name;  // "2026-04", "2026-T1", "2026"
  LocalDay first;
  LocalDay end;  // the first day behind it
  bool is_year = false;

  LocalDay last() const { return end - days(1); }
};

// Nullopt when it is none of the three forms, or not of the years 1900 to 2199.
std::optional<Period> ParsePeriod(std::string_view text);

}  // namespace vardvakt::domain
