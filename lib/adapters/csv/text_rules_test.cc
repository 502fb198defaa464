#include "lib/adapters/csv/text_rules.h"

#include <gtest/gtest.h>

namespace vardvakt::csv {
namespace {

TEST(Trim, TakesAwayBlanks) {
  EXPECT_EQ(Trim(" \t a b \xC2\xA0"), "a b");
  EXPECT_EQ(Trim("\xC2\xA0 "), "");
  EXPECT_EQ(Trim(""), "");
}

TEST(Casing, KnowsAsciiAndLatin1) {
  const auto changed = [](std::string text, void (*change)(std::string&)) {
    change(text);
    return text;
  };
  EXPECT_EQ(changed("Åre ÄÖ-ÉŸ ×9", ToLower), "åre äö-éŸ ×9");
  EXPECT_EQ(changed("åre äö-éßÿ ÷9", ToUpper), "ÅRE ÄÖ-Éßÿ ÷9");
}

TEST(FitsPattern, KnowsStarsAndQuestionMarks) {
  for (const char* pattern : {"Release A", "Release *", "*A", "*", "R*e*e*A", "Release ?", "**", "?*"}) {
    EXPECT_TRUE(FitsPattern(pattern, "Release A")) << pattern;
  }
  for (const char* pattern : {"", "Release", "release *", "*B", "?", "Release A?", "*A*B"}) {
    EXPECT_FALSE(FitsPattern(pattern, "Release A")) << pattern;
  }
  EXPECT_TRUE(FitsPattern("?re", "Åre"));
  EXPECT_TRUE(FitsPattern("", ""));
  EXPECT_TRUE(FitsPattern("*", ""));
  EXPECT_FALSE(FitsPattern("*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST(ReadMultiple, ReadsDecimalNumbers) {
  EXPECT_EQ(ReadMultiple("319", seconds(1)), seconds(319));
  EXPECT_EQ(ReadMultiple("1.5", minutes(1)), seconds(90));
  EXPECT_EQ(ReadMultiple("0,25", hours(1)), minutes(15));
  EXPECT_EQ(ReadMultiple("-2", seconds(1)), seconds(-2));
  EXPECT_EQ(ReadMultiple("1.033333", minutes(1)), seconds(62));
  EXPECT_EQ(ReadMultiple("0.0004", seconds(1)), milliseconds(0));
  for (const char* text :
       {"", "x", "1.", ".5", "1.2.3", "1e3", "+1", " 1", "-", "9999999999999", "999999999999"}) {
    EXPECT_EQ(ReadMultiple(text, hours(24)), std::nullopt) << text;
  }
}

TEST(ReadAge, ReadsWholeYears) {
  EXPECT_EQ(ReadAge("0"), 0);
  EXPECT_EQ(ReadAge("150"), 150);
  EXPECT_EQ(ReadAge("63.0"), 63);
  EXPECT_EQ(ReadAge("0,9"), 0);
  for (const char* text : {"", "151", "-1", "-0", "63 years", "90+", "x", "1 "})
    EXPECT_EQ(ReadAge(text), std::nullopt) << text;
}

}  // namespace
}  // namespace vardvakt::csv
