#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace vardvakt::domain {

// What an audience may not see: cells with 1 to `below` - 1 cases. 0 and 1 hide nothing.
struct SuppressionRule {
  int64_t below = 5;
};

struct Suppression {
  std::vector<bool> hidden;  // of each cell
  bool hide_whole = false;   // the whole as well: it is small itself, or would give a cell away all the same
};

// Which of the cells that add up to one whole to hide (spec §6). The small ones; and, where the whole less
// the cells in sight would tell a small one exactly, the smallest other count with them, one with cases
// before an empty one, and every cell of that count: since nothing but counts decides, the hidden ones can be
// told apart by nobody, not even by who knows this rule. A pure function, so all rows of one publication
// agree. What it does not see: other ways to cut the same whole, or the same cells at another time.
Suppression Suppress(absl::Span<const int64_t> cells, const SuppressionRule& rule);

}  // namespace vardvakt::domain
