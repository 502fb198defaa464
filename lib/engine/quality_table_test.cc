#include "lib/engine/quality_table.h"

#include <gtest/gtest.h>

#include "lib/testkit/memory_store.h"

namespace vardvakt::engine {
namespace {

constexpr Instant kNow = InstantFromMillis(1'776'247'200'000);  // 2026-04-15T10:00:00Z
constexpr domain::MonthIndex kApril = 2026 * 12 + 3;

domain::CaseFindings CaseOf(std::string unit, domain::MonthIndex month, bool pvv) {
  domain::CaseFindings findings{.source = "cosmic", .unit = std::move(unit), .bits = 1};
  findings.excludable_since = month;
  findings.pvv = pvv;
  return findings;
}

void Fill(QualityTable& table) {
  for (int i = 0; i < 40; ++i) table.Move({}, CaseOf("U1", kApril, i < 20));
  for (int i = 0; i < 60; ++i) table.Move({}, CaseOf("U2", kApril - 2, i < 3));
  for (int i = 0; i < 50; ++i) table.Move({}, CaseOf("U2", kApril - 3, true));  // too long ago to count
}

TEST(QualityTableTest, ComparesTheUnitsByTheLastThreeMonths) {
  QualityTable table(0);
  Fill(table);
  const auto rows = table.Units(kNow, TimeZone::Utc());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].unit, "U1");
  EXPECT_EQ(rows[0].pvv.unit, (domain::PvvCounts{40, 20}));
  EXPECT_EQ(rows[0].pvv.others, (domain::PvvCounts{60, 3}));
  EXPECT_TRUE(rows[0].pvv.stands_out);
  EXPECT_FALSE(rows[1].pvv.stands_out);
  EXPECT_EQ(rows[1].findings.of(domain::Finding::kJudged), 110);
  EXPECT_EQ(table.OfSource("cosmic").cases(), 150);
  EXPECT_EQ(table.OfSource("cos").cases(), 0);
}

TEST(QualityTableTest, WhatIsTakenAwayLeavesNothing) {
  QualityTable table(0);
  const auto before = CaseOf("U1", kApril, true);
  table.Move({}, before);
  table.Move(before, CaseOf("U2", kApril, false));
  ASSERT_EQ(table.Units(kNow, TimeZone::Utc()).size(), 1u);
  table.Move(CaseOf("U2", kApril, false), {});
  EXPECT_TRUE(table.Units(kNow, TimeZone::Utc()).empty());
}

TEST(QualityTableTest, IsTheSameAfterItWasWrittenAndRead) {
  testkit::MemoryStore store;
  QualityTable table(1);
  Fill(table);
  table.Move({}, CaseOf("gone", kApril, false));
  WriteBatch first;
  table.Flush(first);
  ASSERT_TRUE(store.Write(first, false).ok());
  table.Move(CaseOf("gone", kApril, false), {});
  WriteBatch second;
  table.Flush(second);
  ASSERT_TRUE(store.Write(second, false).ok());
  QualityTable read(1);
  ASSERT_TRUE(read.Load(store).ok());
  const auto rows = read.Units(kNow, TimeZone::Utc());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].pvv.unit, (domain::PvvCounts{40, 20}));
  EXPECT_EQ(read.OfSource("cosmic"), table.OfSource("cosmic"));
}

}  // namespace
}  // namespace vardvakt::engine
