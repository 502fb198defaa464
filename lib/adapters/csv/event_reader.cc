#include "lib/adapters/csv/event_reader.h"

#include <utility>

#include "absl/status/status.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {

absl::StatusOr<CsvEventReader> CsvEventReader::Open(const std::string& path, Mapping mapping,
                                                    CsvLimits limits) {
  absl::StatusOr<std::unique_ptr<CsvReader>> reader = CsvReader::Open(path, mapping.dialect, limits);
  if (!reader.ok()) return reader.status();
  CsvRow header;
  const std::vector<std::string> columns = std::move(mapping.columns);
  if (!columns.empty()) {
    header.cells.assign(columns.begin(), columns.end());
  } else if (!(*reader)->Next(header)) {
    if (!(*reader)->status().ok()) return (*reader)->status();
    return absl::InvalidArgumentError(
        Cat(path, " is empty; its first row must name the columns, or else the mapping's `columns`"));
  }
  if (header.rejection) {
    return absl::InvalidArgumentError(
        Cat(path, ": the first row must name the columns, but ", header.rejection->detail));
  }
  absl::StatusOr<RowMapper> mapper = RowMapper::Bind(std::move(mapping), header.cells);
  if (!mapper.ok()) return absl::InvalidArgumentError(Cat(path, ": ", ToStd(mapper.status().message())));
  (*reader)->ExpectColumns(header.cells.size());
  return CsvEventReader(*std::move(reader), *std::move(mapper));
}

CsvEventReader::CsvEventReader(std::unique_ptr<CsvReader> reader, RowMapper mapper)
    : reader_(std::move(reader)), mapper_(std::move(mapper)) {}

bool CsvEventReader::Next(CsvItem& item) {
  item.rejection.reset();
  while (given_ == count_) {
    given_ = count_ = 0;
    if (!reader_->Next(row_)) return false;
    ++rows_;
    if (row_.rejection) {
      item.rejection = std::move(row_.rejection);
    } else {
      item.rejection = mapper_.Map(row_.cells, events_, count_);
    }
    if (item.rejection) break;
  }
  item.line = row_.line;
  item.row = row_.raw;
  if (!item.rejection) std::swap(item.event, events_[given_++]);
  return true;
}

}  // namespace vardvakt::csv
