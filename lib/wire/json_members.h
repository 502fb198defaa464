#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/json_text.h"
#include "lib/base/time.h"
#include "lib/wire/numbers.h"

namespace vardvakt::wire {

// Appends one object's members.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }

  void Text(std::string_view name, std::string_view text) {
    Name(name);
    AppendJsonString(out_, text);
  }
  void Count(std::string_view name, std::optional<int64_t> count) {
    Name(name);
    if (count) {
      AppendInteger(out_, *count);
    } else {
      out_ += "null";
    }
  }
  void Fraction(std::string_view name, std::optional<double> fraction) {
    Name(name);
    if (fraction) {
      AppendFraction(out_, *fraction);
    } else {
      out_ += "null";
    }
  }
  void Time(std::string_view name, std::optional<Instant> at) {
    Name(name);
    out_ += at ? '"' + FormatSeconds(*at) + '"' : "null";
  }
  void Counts(std::string_view name, const std::map<std::string, int64_t>& counts) {
    Name(name);
    JsonMembers members(out_);
    for (const auto& [reason, count] : counts) {
      if (count != 0) members.Count(reason, count);
    }
    members.End();
  }
  void Flag(std::string_view name, bool flag) {
    Name(name);
    out_ += flag ? "true" : "false";
  }
  // The next thing that is appended is this member's value.
  void Name(std::string_view name) {
    if (out_.back() != '{') out_ += ", ";
    AppendJsonString(out_, name);
    out_ += ": ";
  }
  void End() { out_ += '}'; }

 private:
  std::string& out_;
};

}  // namespace vardvakt::wire
