#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/logger.h"

namespace spdlog {
class logger;
}

namespace vardvakt::runtime {

// "debug", "info", "warning", "error"; false when it is none of them.
bool ParseLogLevel(std::string_view text, LogLevel& level);

// Writes each log line as one JSON object: {"ts":…,"level":…,"service":…,"event":…, then the fields}. Each
// line is on `file` when Log returns. Thread-safe.
class JsonLogger final : public Logger {
 public:
  JsonLogger(std::string service, LogLevel least, const Clock& clock, std::FILE* file = stderr);
  ~JsonLogger() override;

  void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

 private:
  const std::string service_json_;
  const LogLevel least_;
  const Clock& clock_;
  const std::shared_ptr<spdlog::logger> lines_;
};

}  // namespace vardvakt::runtime
