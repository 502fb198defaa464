#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace vardvakt::wire {

struct Line {
  std::string_view
      text;  // without its line feed; of one too long, only the beginning. Valid until the next call
  int64_t number = 0;  // from 1, blank ones counted
  bool too_long = false;
};

// Reads a file of lines from front to back in large pieces; memory stays near the longest permitted line,
// however large the file. A byte order mark at its start is dropped, blank lines are passed over, a last line
// needs no line feed. One thread at a time.
class LineReader {
 public:
  static absl::StatusOr<LineReader> Open(const std::string& path, size_t max_line_bytes);
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&& other) noexcept;
  ~LineReader();

  // False at the end of the file, or when it can't be read any further: then status() is not ok.
  bool Next(Line& line);
  const absl::Status& status() const { return status_; }

  // How far it has read, for a progress bar; total_bytes is 0 where the size is not known (a pipe).
  int64_t bytes_read() const { return bytes_read_; }
  int64_t total_bytes() const { return total_bytes_; }

 private:
  LineReader(int file, std::string path, size_t max_line_bytes, int64_t total_bytes);
  bool Fill();
  bool NextWithBlanks(Line& line);

  int file_ = -1;
  std::string path_;
  size_t max_line_bytes_ = 0;
  int64_t total_bytes_ = 0;
  int64_t bytes_read_ = 0;
  int64_t number_ = 0;
  bool at_end_ = false;
  absl::Status status_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;  // of what has not been given out
  size_t end_ = 0;
};

}  // namespace vardvakt::wire
