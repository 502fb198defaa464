#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "lib/domain/intake.h"
#include "services/vardvakt/input.h"

namespace vardvakt::cli {

// A file that is not there when nobody asked for one: with an empty path everything succeeds and nothing is
// written.
class OutputFile {
 public:
  absl::Status Open(const std::string& path);
  bool wanted() const { return !path_.empty(); }
  void Write(std::string_view text) { file_ << text; }
  // kUnavailable when anything that was written did not go through.
  absl::Status Close();

 private:
  absl::Status Check() const;

  std::string path_;
  std::ofstream file_;
};

// The `number`th rejected record as a line of dead letters.
absl::Status WriteDeadLetter(OutputFile& file, int64_t number, const Place& place,
                             const domain::Rejection& rejection);

}  // namespace vardvakt::cli
