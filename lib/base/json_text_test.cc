#include "lib/base/json_text.h"

#include "gtest/gtest.h"

namespace vardvakt {
namespace {

TEST(JsonText, PlainTextIsQuoted) { EXPECT_EQ(JsonString("Jönköping 20 min"), "\"Jönköping 20 min\""); }

TEST(JsonText, WhatEndsAStringOrATagIsEscaped) {
  EXPECT_EQ(JsonString("a\"b\\c\n\r\t\x01\x7f"), R"("a\"b\\c\n\r\t\u0001\u007f")");
  EXPECT_EQ(JsonString("</script>&"), R"("\u003c/script\u003e\u0026")");
  EXPECT_EQ(JsonString(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonText, BrokenUtf8IsReplacedByteForByte) {
  EXPECT_EQ(JsonString("\xff"), R"("\ufffd")");
  EXPECT_EQ(JsonString("\xc3"), R"("\ufffd")");
  EXPECT_EQ(JsonString("\xc0\xaf"), R"("\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(JsonString("\xf4\x90\x80\x80x"), R"("\ufffd\ufffd\ufffd\ufffdx")");
  EXPECT_EQ(JsonString("\xf0\x9f\x9a\x91"), "\"\xf0\x9f\x9a\x91\"");
}

}  // namespace
}  // namespace vardvakt
