#include "lib/base/posix_rule.h"

#include <gtest/gtest.h>

#include <string>

namespace vardvakt {
namespace {

using std::chrono::year;

// Each change of one year as "instant offset in minutes".
std::vector<std::string> ChangesOf(std::string_view rule, int in) {
  const auto changes = ChangesByPosixRule(rule, year(in), year(in));
  if (!changes) return {"unreadable"};
  std::vector<std::string> out;
  for (const auto& change : *changes) {
    out.push_back(FormatSeconds(change.begin) + " " + std::to_string(change.offset.count() / 60));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(PosixRule, FollowsTheRulesOfBothSides) {
  EXPECT_EQ(ChangesOf("CET-1CEST,M3.5.0,M10.5.0/3", 2026),
            (Texts{"2026-03-29T01:00:00Z 120", "2026-10-25T01:00:00Z 60"}));
  EXPECT_EQ(ChangesOf("PST8PDT,M3.2.0,M11.1.0", 2100),
            (Texts{"2100-03-14T10:00:00Z -420", "2100-11-07T09:00:00Z -480"}));
  EXPECT_EQ(ChangesOf("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026),
            (Texts{"2026-04-04T15:00:00Z 630", "2026-10-03T15:30:00Z 660"}));
  EXPECT_EQ(ChangesOf("IST-2IDT,M3.4.4/26,M10.5.0", 2026),
            (Texts{"2026-03-27T00:00:00Z 180", "2026-10-24T23:00:00Z 120"}));
  EXPECT_EQ(ChangesOf("AAA0BBB,J60/0,300/-1", 2024),
            (Texts{"2024-03-01T00:00:00Z 60", "2024-10-26T22:00:00Z 0"}));
}

TEST(PosixRule, KnowsZonesWithoutSummerTime) {
  EXPECT_EQ(ChangesOf("UTC0", 2026), Texts{});
  EXPECT_EQ(ChangesOf("<-03>3", 2026), Texts{});
}

TEST(PosixRule, RefusesWhatIsNone) {
  for (const char* rule :
       {"", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "<+3-3",
        "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x"}) {
    EXPECT_EQ(ChangesOf(rule, 2026), Texts{"unreadable"}) << rule;
  }
}

}  // namespace
}  // namespace vardvakt
