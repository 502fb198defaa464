#include "lib/adapters/csv/csv_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/strings.h"
#include "lib/base/utf8.h"

namespace vardvakt::csv {
namespace {

constexpr size_t kPiece = 1 << 18;

const char* FindByte(const char* begin, const char* end, char byte) {
  return static_cast<const char*>(std::memchr(begin, byte, static_cast<size_t>(end - begin)));
}

bool IsBlank(const CsvRow& row, char delimiter) {
  return row.raw.find_first_not_of(delimiter == '\t' ? " " : " \t") == std::string_view::npos;
}

std::string_view WithoutLineEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path, CsvDialect dialect,
                                                           CsvLimits limits) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, Cat("can't open ", path));
  struct stat facts {};
  if (fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    close(file);
    return absl::InvalidArgumentError(Cat(path, " is a directory; name a file"));
  }
  const int64_t total_bytes = S_ISREG(facts.st_mode) ? facts.st_size : 0;
  auto reader = std::unique_ptr<CsvReader>(new CsvReader(file, path, dialect, limits, total_bytes));
  if (!reader->DropByteOrderMark() || !reader->SkipLines()) return reader->status_;
  return reader;
}

CsvReader::CsvReader(int file, std::string path, CsvDialect dialect, CsvLimits limits, int64_t total_bytes)
    : file_(file),
      path_(std::move(path)),
      dialect_(dialect),
      limits_(limits),
      total_bytes_(total_bytes),
      capacity_(limits.row_bytes + kPiece),
      buffer_(std::make_unique<char[]>(capacity_)) {
  unescaped_.reserve(capacity_);
  if (dialect.encoding != Encoding::kUtf8) decoded_.reserve(3 * capacity_);
}

CsvReader::~CsvReader() { close(file_); }

bool CsvReader::DropByteOrderMark() {
  while (end_ < 3 && Fill()) {
  }
  const std::string_view head(buffer_.get(), end_);
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    status_ = absl::InvalidArgumentError(Cat(path_, " is UTF-16; save it with the encoding UTF-8"));
  }
  if (head.starts_with("\xEF\xBB\xBF")) begin_ = 3;
  return status_.ok();
}

bool CsvReader::SkipLines() {
  for (int64_t skipped = 0; skipped < dialect_.skip_lines; ++skipped) {
    if (begin_ == end_) Fill();
    skip_rest_of_line_ = true;
    SkipRestOfLine();
  }
  return status_.ok();
}

bool CsvReader::Fill() {
  if (at_end_) return false;
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  ssize_t count = 0;
  do {
    count = read(file_, buffer_.get() + end_, capacity_ - end_);
  } while (count < 0 && errno == EINTR);
  if (count < 0) status_ = absl::ErrnoToStatus(errno, Cat("can't read ", path_));
  at_end_ = count <= 0;
  if (at_end_) return false;
  bytes_read_ += count;
  end_ += static_cast<size_t>(count);
  return true;
}

CsvReader::Found CsvReader::SplitQuoted(const char*& at, CsvRow& row) {
  const char* const end = buffer_.get() + end_;
  const size_t unescaped_from = unescaped_.size();
  const char* from = ++at;
  const char* quote = nullptr;
  while (true) {
    quote = FindByte(at, end, dialect_.quote);
    if (quote == nullptr) return at_end_ ? Found::kOpenQuote : Found::kMore;
    if (quote + 1 == end && !at_end_) return Found::kMore;
    if (quote + 1 == end || quote[1] != dialect_.quote) break;
    unescaped_.append(from, quote + 1);
    at = from = quote + 2;
  }
  at = quote + 1;
  if (unescaped_.size() == unescaped_from) {
    row.cells.emplace_back(from, quote - from);
  } else {
    unescaped_.append(from, quote);
    row.cells.push_back(std::string_view(unescaped_).substr(unescaped_from));
  }
  if (at != end && *at == '\r') {
    if (at + 1 == end && !at_end_) return Found::kMore;
    if (at + 1 == end || at[1] == '\n') ++at;
  }
  return at == end || *at == dialect_.delimiter || *at == '\n' ? Found::kRow : Found::kBadQuotes;
}

CsvReader::Found CsvReader::Split(CsvRow& row, size_t& length) {
  const char* const begin = buffer_.get() + begin_;
  const char* const end = buffer_.get() + end_;
  const char* at = begin;
  row.cells.clear();
  unescaped_.clear();
  while (true) {
    if (at != end && *at == dialect_.quote && dialect_.quote != 0) {
      const Found found = SplitQuoted(at, row);
      length = static_cast<size_t>(at - begin);
      if (found != Found::kRow) return found;
    } else {
      const char* const from = at;
      while (at != end && *at != dialect_.delimiter && *at != '\n') ++at;
      if (at == end && !at_end_) return Found::kMore;
      const bool last = at == end || *at == '\n';
      const bool carriage_return = last && at != from && at[-1] == '\r';
      row.cells.emplace_back(from, at - from - (carriage_return ? 1 : 0));
    }
    if (at == end && !at_end_) return Found::kMore;
    if (at == end || *at == '\n') break;
    ++at;  // the delimiter
  }
  length = static_cast<size_t>(at - begin) + (at == end ? 0 : 1);
  return Found::kRow;
}

void CsvReader::Consume(size_t length) {
  const char* const begin = buffer_.get() + begin_;
  line_ += std::count(begin, begin + length, '\n');
  begin_ += length;
}

// The row ends, unread, with its first line: where a quote is to blame, the lines behind it are rows.
void CsvReader::Reject(domain::Reject reason, std::string_view detail, CsvRow& row) {
  const char* const begin = buffer_.get() + begin_;
  const char* const end = buffer_.get() + end_;
  const char* const feed = FindByte(begin, end, '\n');
  const size_t length = static_cast<size_t>((feed == nullptr ? end : feed) - begin);
  skip_rest_of_line_ = feed == nullptr;
  row.raw = WithoutLineEnd({begin, std::min(length, limits_.row_bytes)});
  row.cells.clear();
  row.rejection = domain::Rejection{reason, std::string(detail)};
  Consume(feed == nullptr ? length : length + 1);
}

bool CsvReader::SkipRestOfLine() {
  while (skip_rest_of_line_) {
    const char* const begin = buffer_.get() + begin_;
    const char* const feed = FindByte(begin, buffer_.get() + end_, '\n');
    skip_rest_of_line_ = feed == nullptr;
    Consume(feed == nullptr ? end_ - begin_ : static_cast<size_t>(feed - begin) + 1);
    if (skip_rest_of_line_ && !Fill()) return false;
  }
  return true;
}

// Some writers end every row but the header's with a delimiter.
bool CsvReader::HasColumns(CsvRow& row) const {
  if (columns_ == 0) return true;
  while (row.cells.size() > columns_ && row.cells.back().empty()) row.cells.pop_back();
  return row.cells.size() == columns_;
}

bool CsvReader::Decode(CsvRow& row) {
  if (dialect_.encoding == Encoding::kUtf8) return IsCleanText(row.raw);
  decoded_.clear();
  for (std::string_view& cell : row.cells) {
    const size_t from = decoded_.size();
    if (!AppendAsUtf8(cell, dialect_.encoding, decoded_)) return false;
    cell = std::string_view(decoded_).substr(from);
  }
  return true;
}

bool CsvReader::Next(CsvRow& row) {
  if (!SkipRestOfLine()) return false;
  while (true) {
    if (begin_ == end_ && !Fill()) return false;
    row.rejection.reset();
    row.line = line_;
    size_t length = 0;
    const Found found = Split(row, length);
    if (found == Found::kMore && end_ - begin_ <= limits_.row_bytes) {
      Fill();
      if (!status_.ok()) return false;
      continue;
    }
    if (found == Found::kBadQuotes) {
      Reject(domain::Reject::kMalformed, "text stands behind a closing quote", row);
      return true;
    }
    if (found == Found::kOpenQuote) {
      Reject(domain::Reject::kMalformed, "a quote is not closed", row);
      return true;
    }
    if (found == Found::kMore || length > limits_.row_bytes) {
      Reject(domain::Reject::kTooLarge, Cat("the row is longer than ", limits_.row_bytes, " bytes"), row);
      return true;
    }
    row.raw = WithoutLineEnd({buffer_.get() + begin_, length});
    if (IsBlank(row, dialect_.delimiter)) {
      Consume(length);
      continue;
    }
    if (!HasColumns(row)) {
      Reject(domain::Reject::kMalformed,
             Cat("the row has ", row.cells.size(), " cells, the header ", columns_), row);
      return true;
    }
    Consume(length);
    if (row.cells.size() > limits_.columns) {
      row.rejection = {domain::Reject::kTooLarge, Cat("the row has more than ", limits_.columns, " cells")};
    } else if (!Decode(row)) {
      row.rejection = {domain::Reject::kMalformed,
                       dialect_.encoding == Encoding::kUtf8
                           ? "the row is not clean UTF-8; name the file's `encoding` in the mapping"
                           : "the row has bytes that its encoding does not know"};
    }
    return true;
  }
}

}  // namespace vardvakt::csv
