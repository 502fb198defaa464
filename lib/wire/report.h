#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/data_quality.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"

namespace vardvakt::wire {

// What became of the input (spec §2.1): received = accepted + rejected.
struct Accounting {
  int64_t received = 0;
  int64_t accepted = 0;
  int64_t without_effect = 0;
  std::map<std::string, int64_t> rejected;  // by reason
};

struct RegionReport {
  std::vector<domain::ShareRow> shares;
  std::vector<domain::WaitingRow> waiting;
  std::vector<domain::RatioRow> ratios;
  std::vector<domain::LeftOutRow> left_out;
  std::vector<domain::SourceRow> sources;
  std::vector<domain::UnitRow> units;
};

// What `replay` answers. Rows may come in any order: the writers sort them, and leave out those that count
// nothing, so that equal contents give equal bytes.
struct ReplayReport {
  Instant as_of;
  Accounting events;
  std::map<std::string, RegionReport> regions;  // by code
};

// One object as interfaces §2 has it, a row a line; rows name their region where there are several.
std::string ReportJson(const ReplayReport& report);

// RFC 4180, one table for all: the column `table` says which (shares, waiting, ratios, left_out, events,
// data_quality); `kind`, `reason` and `count` belong to the latter three, and what does not apply is empty.
std::string ReportCsv(const ReplayReport& report);

// For people at a terminal: the accounting, the region's shares in every window, the other levels' of all
// time, who waits, what was left out, and data quality. Without the rows by sex and age.
std::string ReportTable(const ReplayReport& report);

}  // namespace vardvakt::wire
