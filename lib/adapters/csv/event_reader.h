#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/adapters/csv/csv_reader.h"
#include "lib/adapters/csv/mapping.h"
#include "lib/adapters/csv/row_mapper.h"
#include "lib/domain/event.h"
#include "lib/domain/intake.h"

namespace vardvakt::csv {

// One event of a row, or why the row gives none.
struct CsvItem {
  int64_t line = 0;
  std::string_view row;  // the bytes of the row, for a dead letter; valid until the next call
  domain::Event event;
  std::optional<domain::Rejection> rejection;
};

// Reads a CSV file as events by a mapping, row after row. The events are not yet checked
// (domain::CheckEvent); a row that can't be read or does not fit the header gives one rejection. Event ids
// are digests of the row's cells and the field, so the same file twice changes nothing. One thread at a time.
class CsvEventReader {
 public:
  // Fails when the file can't be opened, or its header does not have the mapping's columns.
  static absl::StatusOr<CsvEventReader> Open(const std::string& path, Mapping mapping, CsvLimits limits = {});

  // False at the end of the file, or when it can't be read any further: then status() is not ok.
  bool Next(CsvItem& item);
  const absl::Status& status() const { return reader_->status(); }
  int64_t rows() const { return rows_; }  // read so far, without the header
  int64_t bytes_read() const { return reader_->bytes_read(); }
  int64_t total_bytes() const { return reader_->total_bytes(); }

 private:
  CsvEventReader(std::unique_ptr<CsvReader> reader, RowMapper mapper);

  std::unique_ptr<CsvReader> reader_;
  RowMapper mapper_;
  CsvRow row_;
  int64_t rows_ = 0;
  std::vector<domain::Event> events_;  // of the row at hand
  size_t count_ = 0;
  size_t given_ = 0;
};

}  // namespace vardvakt::csv
