#include "lib/wire/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/strings.h"
#include "lib/wire/ndjson.h"

namespace vardvakt::wire {
namespace {

constexpr size_t kPiece = 1 << 18;

}  // namespace

absl::StatusOr<LineReader> LineReader::Open(const std::string& path, size_t max_line_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, Cat("can't open ", path));
  struct stat facts {};
  if (fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    close(file);
    return absl::InvalidArgumentError(Cat(path, " is a directory; name a file"));
  }
  posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
  return LineReader(file, path, max_line_bytes, S_ISREG(facts.st_mode) ? facts.st_size : 0);
}

LineReader::LineReader(int file, std::string path, size_t max_line_bytes, int64_t total_bytes)
    : file_(file),
      path_(std::move(path)),
      max_line_bytes_(max_line_bytes),
      total_bytes_(total_bytes),
      buffer_(std::make_unique<char[]>(max_line_bytes + kPiece)),
      capacity_(max_line_bytes + kPiece) {}

LineReader::LineReader(LineReader&& other) noexcept { *this = std::move(other); }

LineReader& LineReader::operator=(LineReader&& other) noexcept {
  std::swap(file_, other.file_);
  path_ = std::move(other.path_);
  max_line_bytes_ = other.max_line_bytes_;
  total_bytes_ = other.total_bytes_;
  bytes_read_ = other.bytes_read_;
  number_ = other.number_;
  at_end_ = other.at_end_;
  status_ = std::move(other.status_);
  buffer_ = std::move(other.buffer_);
  capacity_ = other.capacity_;
  begin_ = other.begin_;
  end_ = other.end_;
  return *this;
}

LineReader::~LineReader() {
  if (file_ >= 0) close(file_);
}

// Makes room and reads a piece more; false at the end or on an error.
bool LineReader::Fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  ssize_t count = 0;
  do {
    count = read(file_, buffer_.get() + end_, capacity_ - end_);
  } while (count < 0 && errno == EINTR);
  at_end_ = count <= 0;
  if (count < 0) status_ = absl::ErrnoToStatus(errno, Cat("can't read ", path_));
  if (count <= 0) return false;
  if (bytes_read_ == 0 && count >= 3) {
    begin_ = static_cast<size_t>(count) - WithoutBom({buffer_.get(), static_cast<size_t>(count)}).size();
  }
  bytes_read_ += count;
  end_ += static_cast<size_t>(count);
  return true;
}

bool LineReader::NextWithBlanks(Line& line) {
  size_t searched = 0;
  line.too_long = false;
  while (true) {
    const char* start = buffer_.get() + begin_;
    const auto* feed =
        static_cast<const char*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
    if (feed != nullptr) {
      line.text = {start, static_cast<size_t>(feed - start)};
      begin_ += line.text.size() + 1;
      break;
    }
    searched = end_ - begin_;
    if (searched > max_line_bytes_) {  // the rest is read and dropped, and the beginning kept
      line.too_long = true;
      end_ = begin_ + max_line_bytes_ + 1;
      searched = max_line_bytes_;
    }
    if (!Fill()) {
      if (!status_.ok() || begin_ == end_) return false;
      line.text = {buffer_.get() + begin_, end_ - begin_};
      begin_ = end_;
      break;
    }
  }
  ++number_;
  line.number = number_;
  line.too_long |= line.text.size() > max_line_bytes_;
  if (line.too_long) line.text = line.text.substr(0, max_line_bytes_);
  return true;
}

bool LineReader::Next(Line& line) {
  while (NextWithBlanks(line)) {
    if (!IsBlank(line.text)) return true;
  }
  return false;
}

}  // namespace vardvakt::wire
