#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vardvakt::cli {

// A progress bar on standard error, where that is a terminal; else nothing is shown. It is gone at the end.
class Progress {
 public:
  // `total` 0: not known.
  Progress(std::string what, int64_t total);
  ~Progress();

  // Cheap; true about ten times a second, when it was a moment to look up.
  bool Show(int64_t done);

 private:
  void Draw(int64_t done);

  const std::string what_;
  const int64_t total_;
  const bool visible_;
  const std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point next_;
  int calls_ = 0;
};

}  // namespace vardvakt::cli
