#include "lib/domain/pathways.h"

#include <algorithm>

namespace vardvakt::domain {

const FormLimit* PathwayVariant::Find(std::string_view treatment_form) const {
  const auto it = std::find_if(limits.begin(), limits.end(), [&](const FormLimit& limit) {
    return limit.treatment_form == treatment_form;
  });
  return it == limits.end() ? nullptr : &*it;
}

std::optional<int> PathwayVariant::Longest() const {
  std::optional<int> longest;
  for (const FormLimit& limit : limits) longest = std::max(longest, limit.days);  // nullopt is the least
  return longest;
}

std::optional<int> PathwayVariant::Shortest() const {
  std::optional<int> shortest;
  for (const FormLimit& limit : limits) {
    if (limit.days && (!shortest || *limit.days < *shortest)) shortest = limit.days;
  }
  return shortest;
}

const PathwayVariant* PathwayVersion::Find(std::string_view variant) const {
  if (variant.empty()) return variants.empty() ? nullptr : &variants.front();
  const auto it = std::find_if(variants.begin(), variants.end(),
                               [&](const PathwayVariant& v) { return v.variant == variant; });
  return it == variants.end() ? nullptr : &*it;
}

bool PathwayVersion::AnyLimit() const {
  return std::any_of(variants.begin(), variants.end(),
                     [](const PathwayVariant& variant) { return variant.Longest().has_value(); });
}

const PathwayVersion* PathwayTable::InForce(std::string_view pathway, LocalDay day) const {
  const PathwayVersion* found = nullptr;
  for (auto it = std::lower_bound(versions.begin(), versions.end(), pathway,
                                  [](const PathwayVersion&v, std::string_view p) { return v.pathway < p; });
       it != versions.end() && it->pathway == pathway; ++it) {
    if (it->valid_from <= day) found = &*it;
  }
  return found;
}

}  // namespace vardvakt::domain
