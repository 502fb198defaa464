#include "services/vardvakt/progress.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace vardvakt::cli {
namespace {

constexpr int kCallsPerLook = 256;
constexpr std::chrono::milliseconds kBetweenLooks(100);
constexpr int kBarWidth = 30;

}  // namespace

Progress::Progress(std::string what, int64_t total)
    : what_(std::filesystem::path(what).filename().string()),
      total_(total),
      visible_(isatty(STDERR_FILENO) == 1),
      begun_(std::chrono::steady_clock::now()),
      next_(begun_ + kBetweenLooks) {}

Progress::~Progress() {
  if (visible_) std::fputs("\r\033[K", stderr);
}

bool Progress::Show(int64_t done) {
  if (++calls_ < kCallsPerLook) return false;
  calls_ = 0;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + kBetweenLooks;
  if (visible_) Draw(done);
  return true;
}

void Progress::Draw(int64_t done) {
  constexpr double kMegabyte = 1e6;
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  std::string bar;
  if (total_ > 0) {
    const auto filled = static_cast<size_t>(kBarWidth * done / total_);
    bar = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
  }
  std::fprintf(stderr, "\r\033[K%s %s%.0f MB, %.0f MB/s", what_.c_str(), bar.c_str(),
               static_cast<double>(done) / kMegabyte, static_cast<double>(done) / kMegabyte / elapsed);
}

}  // namespace vardvakt::cli
