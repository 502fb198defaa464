#include "lib/domain/suppression.h"

#include <cstddef>
#include <numeric>
#include <optional>

namespace vardvakt::domain {
namespace {

bool IsSmall(int64_t count, const SuppressionRule& rule) { return count > 0 && count < rule.below; }

// What a reader can work out of the hidden cells.
struct Hidden {
  int64_t cells = 0;
  int64_t small = 0;
  int64_t sum = 0;
  bool any_empty = false;

  void Add(int64_t count, const SuppressionRule& rule) {
    ++cells;
    small += IsSmall(count, rule);
    sum += count;
    any_empty = any_empty || count == 0;
  }

  // One cell is told by the sum; several are when each must be at its least (1; with an empty one among them
  // a reader can't know) or, all being small, at its most.
  bool ToldBySum(const SuppressionRule& rule) const {
    if (cells == 0) return false;
    if (cells == 1) return true;
    return (!any_empty && sum == cells) || (small == cells && sum == cells * (rule.below - 1));
  }
};

// The best count to hide besides: the smallest in sight, an empty one last.
std::optional<int64_t> Complement(absl::Span<const int64_t> cells, const std::vector<bool>& hidden) {
  std::optional<int64_t> best;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!hidden[i] && (!best || *best == 0 || (cells[i] > 0 && cells[i] < *best))) best = cells[i];
  }
  return best;
}

}  // namespace

Suppression Suppress(absl::Span<const int64_t> cells, const SuppressionRule& rule) {
  Suppression result;
  result.hidden.assign(cells.size(), false);
  Hidden hidden;
  const auto hide_where = [&](auto&& holds) {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (result.hidden[i] || !holds(cells[i])) continue;
      result.hidden[i] = true;
      hidden.Add(cells[i], rule);
    }
  };
  hide_where([&](int64_t count) { return IsSmall(count, rule); });
  const int64_t whole = std::accumulate(cells.begin(), cells.end(), int64_t{0});
  result.hide_whole = IsSmall(whole, rule);
  while (!result.hide_whole && hidden.ToldBySum(rule)) {
    const std::optional<int64_t> next = Complement(cells, result.hidden);
    if (!next) {
      result.hide_whole = true;
      break;
    }
    hide_where([&](int64_t count) { return count == *next; });
  }
  return result;
}

}  // namespace vardvakt::domain
