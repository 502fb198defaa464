#include "lib/adapters/rocksdb/info_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "lib/base/strings.h"
#include "lib/base/time.h"

namespace vardvakt::rocksdb {
namespace {

constexpr int64_t kMostBytes = 4 << 20;

class InfoLog final : public ::rocksdb::Logger {
 public:
  explicit InfoLog(const std::string& dir)
      : Logger(::rocksdb::InfoLogLevel::WARN_LEVEL), path_(dir + "/LOG") {
    OpenFile();
  }
  ~InfoLog() override { CloseFile(); }

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 4096> text;
    if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) return;
    const Instant now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    const std::string line = Cat(FormatMillis(now), " ", text.data(), "\n");
    const std::lock_guard lock(mutex_);
    if (bytes_ > kMostBytes) StartAnew();
    const ssize_t written = ::write(file_, line.data(), line.size());
    if (written > 0) bytes_ += written;
  }
  void LogHeader(const char*, va_list) override {}  // pages of options at every opening

 private:
  void OpenFile() {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    bytes_ = file_ < 0 ? 0 : ::lseek(file_, 0, SEEK_END);
  }
  void CloseFile() {
    if (file_ >= 0) ::close(file_);
  }
  void StartAnew() {
    CloseFile();
    std::error_code error;
    std::filesystem::rename(path_, path_ + ".old", error);
    OpenFile();
  }

  const std::string path_;
  std::mutex mutex_;
  int file_ = -1;
  int64_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<::rocksdb::Logger> MakeInfoLog(const std::string& dir) {
  return std::make_shared<InfoLog>(dir);
}

}  // namespace vardvakt::rocksdb
