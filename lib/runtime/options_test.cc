#include "lib/runtime/options.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vardvakt::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Example {
  std::string address = "127.0.0.1";
  std::string level = "info";
  uint16_t port = 8080;
  int threads = 2;
  size_t bytes = 1024;
  Duration every = minutes(1);
  bool headless = false;
  std::vector<std::string> urls;
  std::string config;
};

class OptionsTest : public ::testing::Test {
 protected:
  OptionsTest() {
    options_.Text("address", &example_.address, "Where to listen.")
        .Text("log-level", &example_.level, "The least level.", {"debug", "info"})
        .Port("port", &example_.port, "Port.")
        .Integer("threads", &example_.threads, "Threads.", {.least = 1, .most = 64})
        .Integer("bytes", &example_.bytes, "Bytes.")
        .Time("every", &example_.every, "How often.", {.least = seconds(1), .most = hours(1)})
        .Flag("headless", &example_.headless, "No browser.")
        .List("url", &example_.urls, "Where to send.")
        .Positional("config", &example_.config, "Directory.")
        .Required();
  }
  std::string Problems(const std::vector<std::string>& arguments) {
    return std::string(options_.Parse(arguments).message());
  }

  Example example_;
  Options options_;
};

TEST_F(OptionsTest, WhatIsNotGivenKeepsItsDefault) {
  ASSERT_EQ(Problems({"dir"}), "");
  EXPECT_EQ(example_.port, 8080);
  EXPECT_EQ(example_.every, minutes(1));
  EXPECT_THAT(example_.urls, IsEmpty());
}

TEST_F(OptionsTest, EveryKindIsRead) {
  ASSERT_EQ(Problems({"--port=0", "--threads", "8", "--every", "90s", "--headless", "dir", "--url", "a",
                      "--url", "b", "--log-level=debug", "--threads", "9", "--bytes", "5"}),
            "");
  EXPECT_EQ(example_.port, 0);
  EXPECT_EQ(example_.threads, 9);
  EXPECT_EQ(example_.every, seconds(90));
  EXPECT_TRUE(example_.headless);
  EXPECT_THAT(example_.urls, ElementsAre("a", "b"));
  EXPECT_EQ(example_.level, "debug");
  EXPECT_EQ(example_.bytes, 5u);
  EXPECT_EQ(example_.config, "dir");
  ASSERT_EQ(Problems({"dir", "--headless=false"}), "");
  EXPECT_FALSE(example_.headless);
}

TEST_F(OptionsTest, EveryProblemIsToldAtOnce) {
  EXPECT_EQ(Problems({"--port", "70000", "--threads", "0", "--every=2h", "--log-level", "loud",
                      "--headless=maybe", "--bytes", "-1"}),
            "--log-level must be one of debug, info\n"
            "--port must be a number 0 to 65535\n"
            "--threads must be a number 1 to 64\n"
            "--bytes must be a number from 0\n"
            "--every must be at most 1h\n"
            "--headless must be true or false\n"
            "config is missing: Directory.");
}

TEST_F(OptionsTest, WhatIsNotDeclaredIsRefused) {
  EXPECT_THAT(Problems({"dir", "--prot", "1"}), HasSubstr("--prot"));
  EXPECT_THAT(Problems({"dir", "other"}), HasSubstr("other"));
  EXPECT_THAT(Problems({"dir", "--port"}), HasSubstr("--port"));
}

TEST_F(OptionsTest, ReferenceAndEffectiveValues) {
  EXPECT_THAT(options_.Reference(), HasSubstr("| `--every` | time 1s to 1h | `60s` | How often. |\n"
                                              "| `--headless` | flag | `false` | No browser. |\n"
                                              "| `--url` | text, several times |  | Where to send. |\n"
                                              "| `config` | text | required | Directory. |\n"));
  ASSERT_EQ(Problems({"dir", "--port=1"}), "");
  EXPECT_THAT(options_.Effective()[2], ::testing::Pair("port", "1"));
  EXPECT_THAT(options_.Help(),
              HasSubstr("  --threads                   Threads. (number 1 to 64; default 2)\n"));
}

}  // namespace
}  // namespace vardvakt::runtime
