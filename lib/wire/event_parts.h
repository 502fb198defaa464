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

// An event without fields, except that `attributes` keeps its old entries until the decoder has set its own
// and cut the rest: so the strings are used again.
inline void ClearForReuse(domain::Event& event) {
  for (std::string* text : {&event.event_id, &event.source, &event.stream, &event.region, &event.case_id,
                            &event.milestone, &event.resource, &event.resource_kind, &event.closed}) {
    text->clear();
  }
  event.occurred_at.reset();
  event.recorded_at.reset();
  event.retract = event.deleted = false;
  event.deviation.reset();
  event.exempted.reset();
}

}  // namespace vardvakt::wire
