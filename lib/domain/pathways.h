#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"

namespace vardvakt::domain {

struct FormLimit {
  std::string treatment_form;
  std::optional<int> days;  // nullopt: no limit set
  std::string source;
  std::string dated;
};

struct PathwayVariant {
  std::string variant;
  std::vector<FormLimit> limits;

  const FormLimit* Find(std::string_view treatment_form) const;
  // Of the limits that are set; nullopt where none is.
  std::optional<int> Longest() const;
  std::optional<int> Shortest() const;
};

// A pathway (standardiserat vårdförlopp) as it is from a local day on.
struct PathwayVersion {
  std::string pathway;
  std::string name;
  LocalDay valid_from;
  bool under_18 = false;
  int pad_subtract_days = 0;
  std::string gap;                       // what is known to be missing or outdated; empty: nothing
  std::vector<PathwayVariant> variants;  // at least one; the first is meant where a case names none

  const PathwayVariant* Find(std::string_view variant) const;
  bool AnyLimit() const;
};

// The maximal lead times of the pathways (config/svf-limits.yaml). Read-only once filled in.
struct PathwayTable {
  std::vector<PathwayVersion> versions;  // ascending by (pathway, valid_from)

  // The newest version of a pathway with valid_from <= day; null where there is none.
  const PathwayVersion* InForce(std::string_view pathway, LocalDay day) const;
};

}  // namespace vardvakt::domain
