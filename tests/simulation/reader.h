#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "tests/simulation/process.h"

namespace vardvakt::simulation {

// Who reads the output topics: keeps the greatest version of each row, drops what is older than the mark.
class Reader {
 public:
  void Hear(const Saying& saying) {
    for (const auto& [name, text] : saying.rows) {
      Row& row = rows_[name];
      if (row.version <= saying.version) row = {saying.version, text};
    }
    if (saying.complete_since) mark_ = std::max(mark_, *saying.complete_since);
  }
  std::map<std::string, std::string> Shown() const {
    std::map<std::string, std::string> shown;
    for (const auto& [name, row] : rows_) {
      // An episode stays; the rest is of the task that said it.
      if (row.version < mark_ && !name.starts_with("episode")) continue;
      if (!row.text.empty()) shown[name] = row.text;
    }
    return shown;
  }

 private:
  struct Row {
    engine::TaskVersion version;
    std::string text;
  };
  std::map<std::string, Row> rows_;
  engine::TaskVersion mark_;
};

}  // namespace vardvakt::simulation
