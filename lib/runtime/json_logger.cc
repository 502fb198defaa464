#include "lib/runtime/json_logger.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cmath>
#include <mutex>

#include "lib/base/json_text.h"
#include "lib/base/strings.h"

namespace vardvakt::runtime {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

// A sink of spdlog for any open file; standard error in the services.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(std::FILE* file) : file_(file) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    line.append(message.payload.begin(), message.payload.end());
    line.push_back('\n');
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
  }
  void flush_() override { std::fflush(file_); }

 private:
  std::FILE* const file_;
};

void AppendValue(std::string& line, const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) return AppendJsonString(line, *text);
  if (const auto* number = std::get_if<int64_t>(&field.value)) return CatTo(line, *number);
  if (const auto* flag = std::get_if<bool>(&field.value)) return CatTo(line, *flag ? "true" : "false");
  const double number = std::get<double>(field.value);
  CatTo(line, std::isfinite(number) ? Cat(number) : "null");
}

}  // namespace

bool ParseLogLevel(std::string_view text, LogLevel& level) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (text != kLevelNames[i]) continue;
    level = static_cast<LogLevel>(i);
    return true;
  }
  return false;
}

JsonLogger::JsonLogger(std::string service, LogLevel least, const Clock& clock, std::FILE* file)
    : service_json_(JsonString(service)),
      least_(least),
      clock_(clock),
      lines_(std::make_shared<spdlog::logger>(std::move(service), std::make_shared<FileSink>(file))) {
  lines_->set_level(spdlog::level::trace);
}
JsonLogger::~JsonLogger() = default;

void JsonLogger::Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  std::string line =
      Cat("{\"ts\":\"", FormatMillis(clock_.Now()), "\",\"level\":\"",
          kLevelNames[static_cast<size_t>(level)], "\",\"service\":", service_json_, ",\"event\":");
  AppendJsonString(line, event);
  for (const LogField& field : fields) {
    line += ',';
    AppendJsonString(line, field.name);
    line += ':';
    AppendValue(line, field);
  }
  line += '}';
  lines_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace vardvakt::runtime
