#include "lib/domain/suppression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <set>
#include <vector>

namespace vardvakt::domain {
namespace {

using Hidden = std::vector<bool>;

Suppression Hide(const std::vector<int64_t>& cells, int64_t below = 5) {
  return Suppress(cells, SuppressionRule{.below = below});
}

TEST(SuppressionTest, CellsOfOneToFourAreHiddenAndEmptyOnesShown) {
  EXPECT_EQ(Hide({1, 4, 5, 0, 9}).hidden, (Hidden{true, true, false, false, false}));
  EXPECT_EQ(Hide({5, 0, 12}).hidden, (Hidden{false, false, false}));
  EXPECT_EQ(Hide({1, 4, 9}, 0).hidden, (Hidden{false, false, false}));
}

TEST(SuppressionTest, ASecondCellIsHiddenWhereTheSumWouldTellTheFirst) {
  EXPECT_EQ(Hide({3, 40, 7, 90}).hidden, (Hidden{true, false, true, false}));
  EXPECT_EQ(Hide({3, 7, 7, 8}).hidden, (Hidden{true, true, true, false}));  // equals stay together
  EXPECT_EQ(Hide({3, 0, 7}).hidden, (Hidden{true, false, true}));
}

TEST(SuppressionTest, TwoCellsThatMustBeAtTheirLeastOrMostNeedAThird) {
  EXPECT_EQ(Hide({1, 1, 30, 20}).hidden, (Hidden{true, true, false, true}));
  EXPECT_EQ(Hide({4, 4, 30, 20}).hidden, (Hidden{true, true, false, true}));
  EXPECT_EQ(Hide({1, 1, 1, 1, 1, 0}).hidden, (Hidden{true, true, true, true, true, true}));
}

TEST(SuppressionTest, TheWholeIsHiddenWhenItIsSmallOrNothingElseHelps) {
  EXPECT_TRUE(Hide({3, 0}).hide_whole);
  EXPECT_TRUE(Hide({1, 1, 1, 1, 1}).hide_whole);
  EXPECT_TRUE(Hide({1, 2}).hide_whole);
  EXPECT_FALSE(Hide({3, 6}).hide_whole);
  EXPECT_FALSE(Hide({}).hide_whole);
}

// What an outsider finds who knows the whole, the cells in sight and the rule: every value that each hidden
// cell can have in some table for which the rule hides the same cells.
std::vector<std::set<int64_t>> PossibleValues(const std::vector<int64_t>& cells, const Suppression& shown) {
  const int64_t whole = std::accumulate(cells.begin(), cells.end(), int64_t{0});
  std::vector<std::set<int64_t>> possible(cells.size());
  std::vector<int64_t> guess = cells;
  const auto try_all = [&](auto&& self, size_t i, int64_t left) -> void {
    while (i < cells.size() && !shown.hidden[i]) left -= cells[i++];
    if (i == cells.size()) {
      const Suppression same = Hide(guess, 3);
      if (left != 0 || same.hidden != shown.hidden || same.hide_whole) return;
      for (size_t j = 0; j < guess.size(); ++j) possible[j].insert(guess[j]);
      return;
    }
    for (guess[i] = 0; guess[i] <= left; ++guess[i]) {
      const int64_t tried = guess[i];
      self(self, i + 1, left - tried);
      guess[i] = tried;
    }
  };
  try_all(try_all, 0, whole);
  return possible;
}

RC_GTEST_PROP(SuppressionTest, NoSmallCellCanBeWorkedOutFromTheWholeAndTheRest, ()) {
  const auto cells = *rc::gen::container<std::vector<int64_t>>(4, rc::gen::inRange<int64_t>(0, 7));
  const Suppression shown = Hide(cells, 3);
  RC_PRE(!shown.hide_whole);
  const std::vector<std::set<int64_t>> possible = PossibleValues(cells, shown);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] > 0 && cells[i] < 3) RC_ASSERT(possible[i].size() > 1);
  }
}

}  // namespace
}  // namespace vardvakt::domain
