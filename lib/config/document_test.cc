#include "lib/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vardvakt::config {
namespace {

// The problems of a text, as they are printed; empty when it could be read.
std::string ProblemsOf(std::string_view text) {
  std::vector<Problem> problems;
  Sink sink("f", problems);
  const std::optional<Node> document = ParseDocument(text, sink);
  EXPECT_EQ(document.has_value(), problems.empty());
  return FormatProblems(problems);
}

TEST(Document, KeepsTextAsWrittenAndTellsWhereItStands) {
  std::vector<Problem> problems;
  Sink sink("f", problems);
  const std::optional<Node> document = ParseDocument("år: {a: 06, b: \"yes\", c: ~, d: [1, x]}\n", sink);
  ASSERT_TRUE(document.has_value());
  const Node& value = document->entries.at(0).value;
  EXPECT_EQ(value.at.line, 1);
  EXPECT_EQ(value.at.column, 5);  // in characters: å is one
  EXPECT_EQ(value.entries.at(0).value.text, "06");
  EXPECT_EQ(value.entries.at(1).value.text, "yes");
  EXPECT_EQ(value.entries.at(2).value.kind, Node::Kind::kNull);
  EXPECT_EQ(value.entries.at(3).value.items.at(1).text, "x");
}

TEST(Document, KeepsDoubledKeys) {
  std::vector<Problem> problems;
  Sink sink("f", problems);
  const std::optional<Node> document = ParseDocument("a: 1\na: 2\n", sink);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->entries.size(), 2u);
}

TEST(Document, TakesByteOrderMarkAndCrLf) {
  std::vector<Problem> problems;
  Sink sink("f", problems);
  const std::optional<Node> document = ParseDocument(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n",
      sink);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->entries.at(0).value.text, "1");
  EXPECT_EQ(document->entries.at(1).at.line, 2);
}

TEST(Document, RefusesOtherEncodings) {
  EXPECT_EQ(ProblemsOf(std::string_view("\xFF\xFE"
                                        "a\0",
                                        4)),
            "f:1:1: the file is UTF-16; save it with the encoding UTF-8\n");
  EXPECT_EQ(ProblemsOf("a: 1\nb: J\xF6nk\n"),
            "f:2:5: byte 0xf6 is not UTF-8; save the file with the encoding UTF-8\n");
  EXPECT_EQ(ProblemsOf("a: \xC0\xAF\n"),
            "f:1:4: byte 0xc0 is not UTF-8; save the file with the encoding UTF-8\n");
  EXPECT_EQ(ProblemsOf("a: \xED\xA0\x80\n"),
            "f:1:4: byte 0xed is not UTF-8; save the file with the encoding UTF-8\n");
  EXPECT_EQ(ProblemsOf("a: \xE2\x82"),
            "f:1:4: byte 0xe2 is not UTF-8; save the file with the encoding UTF-8\n");
}

TEST(Document, RefusesControlCharacters) {
  EXPECT_EQ(ProblemsOf(std::string_view("a: \0b\n", 6)), "f:1:4: control character 0x00; remove it\n");
  EXPECT_EQ(ProblemsOf("a: b\rc: d\n"), "f:1:5: control character 0x0d; remove it\n");
}

TEST(Document, RefusesWhatIsEmpty) {
  EXPECT_EQ(ProblemsOf(""), "f:1:1: the file is empty; see docs/configuration.md for what belongs here\n");
  EXPECT_EQ(ProblemsOf("# only a remark\n"),
            "f:1:1: the file is empty; see docs/configuration.md for what belongs here\n");
}

TEST(Document, IsBounded) {
  EXPECT_EQ(ProblemsOf(std::string(kMaxFileBytes + 1, ' ')),
            "f:1:1: the file has 1048577 bytes; at most 1048576 are read\n");
  const std::string open(kMaxDepth, '[');
  const std::string close(kMaxDepth, ']');
  EXPECT_EQ(ProblemsOf(open + close), "");
  EXPECT_EQ(ProblemsOf(open + "[]" + close), "f:1:33: nested deeper than 32 levels; flatten the file\n");
  EXPECT_NE(ProblemsOf(std::string(100'000, '[')), "");
  EXPECT_NE(ProblemsOf(std::string(100'000, '{')), "");
  std::string dashes;
  for (int i = 0; i < 50'000; ++i) dashes += "- ";
  EXPECT_NE(ProblemsOf(dashes), "");
}

}  // namespace
}  // namespace vardvakt::config
