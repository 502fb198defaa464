#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/adapters/csv/encoding.h"
#include "lib/domain/intake.h"

namespace vardvakt::csv {

// How a file is written.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';  // 0: none, every character stands for itself
  Encoding encoding = Encoding::kUtf8;
  int64_t skip_lines = 0;  // in front of the first row: a title, a blank line
};

struct CsvLimits {
  size_t row_bytes = 1 << 16;
  size_t columns = 1'000;
};

// One row. Everything is valid until the next one is read.
struct CsvRow {
  int64_t line = 0;                            // on which it starts, from 1
  std::string_view raw;                        // as it stands in the file, without its end; cut if too large
  std::vector<std::string_view> cells;         // when it can be read; UTF-8
  std::optional<domain::Rejection> rejection;  // when it can't
};

// Reads the rows of a file by RFC 4180 in the file's own dialect: cells in quotes may hold the delimiter,
// line breaks and doubled quotes. A quote inside a cell without quotes is a character; LF and CRLF both end a
// row; a byte order mark is dropped; blank lines are passed over. Memory is bounded. A row that can't be read
// (a quote that is not closed within the limits, text behind a closing quote, not of the encoding, too large)
// costs itself: reading goes on at the next line. One thread at a time.
class CsvReader {
 public:
  static absl::StatusOr<std::unique_ptr<CsvReader>> Open(const std::string& path, CsvDialect dialect = {},
                                                         CsvLimits limits = {});
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;
  ~CsvReader();

  // False at the end of the file, or when it can't be read any further: then status() is not ok.
  bool Next(CsvRow& row);
  // From now on a row that does not have so many cells, empty ones at its end aside, can't be read.
  void ExpectColumns(size_t columns) { columns_ = columns; }
  const absl::Status& status() const { return status_; }

  // For a progress bar; total_bytes is 0 where the size is not known.
  int64_t bytes_read() const { return bytes_read_; }
  int64_t total_bytes() const { return total_bytes_; }

 private:
  enum class Found : uint8_t { kRow, kMore, kBadQuotes, kOpenQuote };
  CsvReader(int file, std::string path, CsvDialect dialect, CsvLimits limits, int64_t total_bytes);
  bool Fill();
  bool SkipLines();
  bool DropByteOrderMark();
  // Splits the row at begin_; `length` is what it takes, its line break included.
  Found Split(CsvRow& row, size_t& length);
  Found SplitQuoted(const char*& at, CsvRow& row);
  void Reject(domain::Reject reason, std::string_view detail, CsvRow& row);
  bool HasColumns(CsvRow& row) const;
  void Consume(size_t length);
  bool SkipRestOfLine();
  // False when a cell is not of the encoding.
  bool Decode(CsvRow& row);

  int file_;
  std::string path_;
  CsvDialect dialect_;
  CsvLimits limits_;
  int64_t total_bytes_;
  int64_t bytes_read_ = 0;
  size_t columns_ = 0;  // 0: any
  int64_t line_ = 1;    // at begin_
  bool at_end_ = false;
  bool skip_rest_of_line_ = false;
  absl::Status status_;
  size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::string unescaped_;  // never grows beyond what was reserved, so views into it hold
  std::string decoded_;    // likewise
};

}  // namespace vardvakt::csv
