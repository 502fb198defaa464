#pragma once

#include <cstddef>

#include "lib/domain/event.h"

namespace vardvakt::wire {

using Attributes = decltype(domain::Event::attributes);

// True when the names ascend, so that none comes twice.
inline bool NamesAscend(const Attributes& attributes) {
  for (size_t i = 1; i < attributes.size(); ++i) {
    if (attributes[i - 1].first >= attributes[i].first) return false;
  }
  return true;
}

}  // namespace vardvakt::wire
