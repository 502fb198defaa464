#include "lib/runtime/json_logger.h"

#include <cmath>
#include <cstdlib>

#include "gtest/gtest.h"

namespace vardvakt::runtime {
namespace {

class StandingClock final : public Clock {
 public:
  Instant Now() const override { return InstantFromMillis(1'776'247'200'250); }
};

TEST(JsonLoggerTest, WritesOneObjectALine) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* file = open_memstream(&text, &size);
  const StandingClock clock;
  {
    JsonLogger logger("vardvakt-test", LogLevel::kInfo, clock, file);
    logger.Debug("unheard");
    logger.Info("started", {{"port", 8080}, {"share", 0.5}, {"ready", true}, {"path", "a\n\"b\""}});
    logger.Error("failed", {{"nan", std::nan("")}});
  }
  std::fclose(file);
  const std::string written(text, size);
  std::free(text);
  EXPECT_EQ(written,
            R"({"ts":"2026-04-15T10:00:00.250Z","level":"info","service":"vardvakt-test","event":"started",)"
            R"("port":8080,"share":0.5,"ready":true,"path":"a\n\"b\""})"
            "\n"
            R"({"ts":"2026-04-15T10:00:00.250Z","level":"error","service":"vardvakt-test","event":"failed",)"
            R"("nan":null})"
            "\n");
}

TEST(JsonLoggerTest, KnowsItsLevels) {
  LogLevel level = LogLevel::kInfo;
  EXPECT_TRUE(ParseLogLevel("warning", level));
  EXPECT_EQ(level, LogLevel::kWarning);
  EXPECT_FALSE(ParseLogLevel("loud", level));
}

}  // namespace
}  // namespace vardvakt::runtime
