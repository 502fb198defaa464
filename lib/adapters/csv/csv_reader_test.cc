#include "lib/adapters/csv/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lib/adapters/csv/temporary_file.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using testing::ElementsAre;

// Each row as "line: cell|cell", or "line! reason".
std::vector<std::string> ReadAll(std::string_view content, CsvLimits limits = {}, CsvDialect dialect = {}) {
  const TemporaryFile file(content);
  const auto reader = CsvReader::Open(file.path(), dialect, limits);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> rows;
  for (CsvRow row; (*reader)->Next(row);) {
    std::string& out = rows.emplace_back();
    if (row.rejection) {
      CatTo(out, row.line, "! ", row.rejection->detail);
      continue;
    }
    CatTo(out, row.line, ": ");
    for (const std::string_view cell : row.cells) CatTo(out, cell, "|");
    out.pop_back();
  }
  EXPECT_TRUE((*reader)->status().ok());
  return rows;
}

TEST(CsvReader, AQuoteTooManyTakesNoOtherRowWithIt) {
  EXPECT_THAT(ReadAll("a,b\n1,\"2\n3,4\n5,\"6\n7,8\n"),
              ElementsAre("1: a|b", "2! text stands behind a closing quote", "3: 3|4",
                          "4! a quote is not closed", "5: 7|8"));
  const TemporaryFile file("1,\"2\n3,4\n5,6\",x,y\n7,8\n");
  const auto reader = CsvReader::Open(file.path());
  ASSERT_TRUE(reader.ok());
  (*reader)->ExpectColumns(2);
  std::vector<std::string> rows;
  for (CsvRow row; (*reader)->Next(row);)
    rows.push_back(row.rejection ? row.rejection->detail : std::string(row.raw));
  EXPECT_THAT(rows, ElementsAre("the row has 4 cells, the header 2", "3,4",
                                "the row has 4 cells, the header 2", "7,8"));
}

TEST(CsvReader, ReadsOtherDialects) {
  EXPECT_THAT(ReadAll("a\tb\n1\t\n\t\n", {}, {.delimiter = '\t'}), ElementsAre("1: a|b", "2: 1|", "3: |"));
  EXPECT_THAT(ReadAll("a|b\n'1|2'|'it''s'\n", {}, {.delimiter = '|', .quote = '\''}),
              ElementsAre("1: a|b", "2: 1|2|it's"));
  EXPECT_THAT(ReadAll("a;b\n\"1;2\n", {}, {.delimiter = ';', .quote = 0}), ElementsAre("1: a|b", "2: \"1|2"));
  EXPECT_THAT(ReadAll("sep=;\n\na,b\n1,2\n", {}, {.skip_lines = 2}), ElementsAre("3: a|b", "4: 1|2"));
  EXPECT_THAT(ReadAll("a\n", {}, {.skip_lines = 5}), ElementsAre());
}

TEST(CsvReader, ReadsOtherEncodings) {
  const std::string rows = "a,b\n\"\xC5ngerman\",\x80\nx,\x81\ny,z\n";
  EXPECT_THAT(ReadAll(rows, {}, {.encoding = Encoding::kWindows1252}),
              ElementsAre("1: a|b", "2: Ångerman|€", "3! the row has bytes that its encoding does not know",
                          "4: y|z"));
  EXPECT_THAT(ReadAll(rows, {}, {.encoding = Encoding::kIso8859_1})[1], "2: Ångerman|\xC2\x80");
}

TEST(CsvReader, SplitsRowsAndCells) {
  EXPECT_THAT(ReadAll("a,b,c\n1,,3\n"), ElementsAre("1: a|b|c", "2: 1||3"));
  EXPECT_THAT(ReadAll("a,b\r\n1,2\r\n\r\n \n3,4"), ElementsAre("1: a|b", "2: 1|2", "5: 3|4"));
  EXPECT_THAT(ReadAll("\xEF\xBB\xBF"
                      "a;b,c\nå;2\n",
                      {}, {.delimiter = ';'}),
              ElementsAre("1: a|b,c", "2: å|2"));
  EXPECT_THAT(ReadAll("a,\n,b\n,"), ElementsAre("1: a|", "2: |b", "3: |"));
  EXPECT_THAT(ReadAll(""), ElementsAre());
}

TEST(CsvReader, UnderstandsQuotes) {
  EXPECT_THAT(ReadAll("\"a\",\"b,c\"\n\"d\"\"e\",\"\"\"\"\n"), ElementsAre("1: a|b,c", "2: d\"e|\""));
  EXPECT_THAT(ReadAll("\"a\nb\r\nc\",d\r\ne,\"\"\r\n"), ElementsAre("1: a\nb\r\nc|d", "4: e|"));
  EXPECT_THAT(ReadAll("5\" pipe,x\n\"last\""), ElementsAre("1: 5\" pipe|x", "2: last"));
}

TEST(CsvReader, ABadRowCostsItselfAlone) {
  EXPECT_THAT(ReadAll("a,b\n\"x\"y,1\nc,d\n"),
              ElementsAre("1: a|b", "2! text stands behind a closing quote", "3: c|d"));
  EXPECT_THAT(ReadAll("a,b\n\"open,1\nc,d\n"), ElementsAre("1: a|b", "2! a quote is not closed", "3: c|d"));
  EXPECT_THAT(
      ReadAll("a,b\n\xFF,1\nc,d\n"),
      ElementsAre("1: a|b", "2! the row is not clean UTF-8; name the file's `encoding` in the mapping",
                  "3: c|d"));
  EXPECT_THAT(
      ReadAll(std::string_view("a\0b,1\nc,d\n", 10)),
      ElementsAre("1! the row is not clean UTF-8; name the file's `encoding` in the mapping", "2: c|d"));
}

TEST(CsvReader, BoundsRowsAndColumns) {
  const CsvLimits limits{.row_bytes = 10, .columns = 3};
  EXPECT_THAT(ReadAll("1,2,3\n1,2,3,4\n1,2\n", limits),
              ElementsAre("1: 1|2|3", "2! the row has more than 3 cells", "3: 1|2"));
  for (const size_t size : {11u, 1'000u, 3'000'000u}) {
    const std::string large(size, 'x');
    EXPECT_THAT(ReadAll(Cat("a\n", large, "\nb\n"), limits),
                ElementsAre("1: a", "2! the row is longer than 10 bytes", "3: b"));
    EXPECT_THAT(ReadAll(Cat("a\n\"", large, "\nb\n\"\nc\n"), limits).front(), "1: a");
    EXPECT_THAT(ReadAll(Cat("a\n", large), limits),
                ElementsAre("1: a", "2! the row is longer than 10 bytes"));
  }
}

TEST(CsvReader, SaysWhatCantBeOpened) {
  EXPECT_EQ(CsvReader::Open("/nowhere/x.csv").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(CsvReader::Open("/tmp").ok());
  const TemporaryFile utf16(
      std::string_view("\xFF\xFE"
                       "a\0,\0",
                       6));
  const auto reader = CsvReader::Open(utf16.path());
  EXPECT_NE(ToStd(reader.status().message()).find("UTF-16"), std::string_view::npos);
}

TEST(CsvReader, ReadsBackWhatIsWrittenByTheRules) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    std::string content;
    std::vector<std::string> expected;
    int64_t line = 1;
    for (int i = 0; i < 500; ++i) {
      std::string row = Cat(line, ": ");
      for (unsigned cell = 0; cell < 3; ++cell) {
        std::string text = "x";
        for (unsigned c = 0; c < random() % 9; ++c) text += "ab,\"\n;\r"[random() % 7];
        CatTo(row, cell == 0 ? "" : "|", text);
        content += cell == 0 ? "\"" : ",\"";
        for (const char c : text) content.append(c == '"' ? 2 : 1, c);
        content += '"';
        line += std::count(text.begin(), text.end(), '\n');
      }
      content += random() % 2 == 0 ? "\n" : "\r\n";
      ++line;
      expected.push_back(std::move(row));
    }
    ASSERT_EQ(ReadAll(content), expected);
  }
}

TEST(CsvReader, DamagedFilesNeverStopIt) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 2'000; ++round) {
    std::string content = "a,b,c\n\"1\",2,\"x\"\"y\n\"\r\n4,\"5\",6\n";
    for (unsigned i = 0; i < random() % 6; ++i) {
      content[random() % content.size()] = "\",\n\r\xFF\0a"[random() % 7];
    }
    const std::vector<std::string> rows = ReadAll(content, {.row_bytes = 20, .columns = 4});
    ASSERT_LE(rows.size(), content.size());
  }
}

}  // namespace
}  // namespace vardvakt::csv
