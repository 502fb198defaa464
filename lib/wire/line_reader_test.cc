#include "lib/wire/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <vector>

namespace vardvakt::wire {
namespace {

class LineReaderTest : public testing::Test {
 protected:
  LineReaderTest() : path_(testing::TempDir() + "lines-" + std::to_string(getpid())) {}
  ~LineReaderTest() override { std::remove(path_.c_str()); }

  LineReader Open(const std::string& content, size_t max_line_bytes = 100) {
    std::ofstream(path_, std::ios::binary) << content;
    absl::StatusOr<LineReader> reader = LineReader::Open(path_, max_line_bytes);
    EXPECT_TRUE(reader.ok());
    return *std::move(reader);
  }

  std::string path_;
};

TEST_F(LineReaderTest, GivesLinesWithTheirNumbers) {
  LineReader reader = Open("\xEF\xBB\xBF{1}\r\n\n  \r\n{2}\n{3}");
  Line line;
  ASSERT_TRUE(reader.Next(line));
  EXPECT_EQ(line.text, "{1}\r");
  EXPECT_EQ(line.number, 1);
  ASSERT_TRUE(reader.Next(line));
  EXPECT_EQ(line.text, "{2}");
  EXPECT_EQ(line.number, 4);
  ASSERT_TRUE(reader.Next(line));
  EXPECT_EQ(line.text, "{3}");
  EXPECT_FALSE(reader.Next(line));
  EXPECT_TRUE(reader.status().ok());
  EXPECT_EQ(reader.bytes_read(), reader.total_bytes());
}

TEST_F(LineReaderTest, CutsLinesThatAreTooLongAndGoesOn) {
  for (const size_t size : {101u, 1'000u, 3'000'000u}) {
    LineReader reader = Open("before\n" + std::string(size, 'x') + "\nafter\n");
    Line line;
    ASSERT_TRUE(reader.Next(line));
    ASSERT_TRUE(reader.Next(line));
    EXPECT_TRUE(line.too_long);
    EXPECT_EQ(line.text, std::string(100, 'x'));
    ASSERT_TRUE(reader.Next(line));
    EXPECT_EQ(line.text, "after");
    EXPECT_EQ(line.number, 3);
    EXPECT_FALSE(line.too_long);
    EXPECT_FALSE(reader.Next(line));
  }
}

TEST_F(LineReaderTest, ReadsLongLastLinesAndExactLimits) {
  LineReader reader = Open(std::string(100, 'a') + "\n" + std::string(500'000, 'b'));
  Line line;
  ASSERT_TRUE(reader.Next(line));
  EXPECT_FALSE(line.too_long);
  ASSERT_TRUE(reader.Next(line));
  EXPECT_TRUE(line.too_long);
  EXPECT_EQ(line.text, std::string(100, 'b'));
  EXPECT_FALSE(reader.Next(line));
}

TEST_F(LineReaderTest, GivesEveryLineOfALargeFile) {
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += std::to_string(i) + "\n";
  LineReader reader = Open(content);
  Line line;
  for (int i = 0; i < 200'000; ++i) {
    ASSERT_TRUE(reader.Next(line));
    ASSERT_EQ(line.text, std::to_string(i));
  }
  EXPECT_FALSE(reader.Next(line));
}

TEST_F(LineReaderTest, SaysWhatCantBeOpened) {
  EXPECT_FALSE(LineReader::Open(testing::TempDir(), 100).ok());
  EXPECT_EQ(LineReader::Open(path_ + "-not-there", 100).status().code(), absl::StatusCode::kNotFound);
  LineReader empty = Open("");
  Line line;
  EXPECT_FALSE(empty.Next(line));
  EXPECT_TRUE(empty.status().ok());
}

}  // namespace
}  // namespace vardvakt::wire
