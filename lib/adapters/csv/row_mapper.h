#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/adapters/csv/mapping.h"
#include "lib/domain/event.h"
#include "lib/domain/intake.h"

namespace vardvakt::csv {

using Cells = std::vector<std::string_view>;

// A mapping bound to the columns of one file. One thread at a time.
class RowMapper {
 public:
  // kInvalidArgument, naming every column that the mapping needs and the header lacks or has twice.
  static absl::StatusOr<RowMapper> Bind(Mapping mapping, const Cells& header);

  // Turns a row into its events, `count` of them at the front of `events`, whose strings are used again: one
  // for each milestone, one more for attributes and close. A refused row gives none, and the reason.
  std::optional<domain::Rejection> Map(const Cells& cells, std::vector<domain::Event>& events, size_t& count);

 private:
  struct Piece {
    std::string literal;
    int column = -1;  // -1: the literal
  };
  struct Value {
    std::vector<Piece> pieces;
    std::optional<std::map<std::string, std::string, std::less<>>> map;
    std::string fallback;
  };
  struct Time {
    int column = -1;
    TimeFormat format;
    std::string name;  // of the column
  };
  struct NamedTime {
    std::string name;
    Time time;
    std::optional<Instant> at;  // in the row at hand
  };
  class Binder;

  RowMapper() = default;
  static std::string_view Evaluate(const Value& value, const Cells& cells, std::string& scratch);
  bool Counts(const Cells& cells) const;
  // False when it stands there and can't be read.
  bool ReadTime(const Time& time, const Cells& cells, std::optional<Instant>& out) const;
  std::optional<domain::Rejection> ReadTimes(const Cells& cells);
  domain::Event& AddEvent(std::string_view field, std::vector<domain::Event>& events, size_t& count);
  void AddMilestones(const Cells& cells, std::vector<domain::Event>& events, size_t& count);
  void AddFacts(const Cells& cells, std::vector<domain::Event>& events, size_t& count);

  Mapping mapping_;
  int filter_column_ = -1;
  Value case_id_;
  std::optional<Value> resource_;
  std::optional<Value> resource_kind_;
  std::optional<Time> recorded_at_;
  std::vector<NamedTime> milestones_;
  std::optional<Value> milestone_;
  std::optional<NamedTime> occurred_at_;
  std::vector<std::pair<std::string, Value>> attributes_;
  std::optional<Value> closed_;

  // Of the row at hand.
  std::string case_;
  std::optional<Instant> latest_;
  std::optional<Instant> recorded_;
  uint64_t digest_high_ = 0;
  uint64_t digest_low_ = 0;
  std::string scratch_;
};

}  // namespace vardvakt::csv
