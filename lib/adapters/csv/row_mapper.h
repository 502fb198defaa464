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
  // for each milestone, one more for attributes, deviation and close. A refused row gives none, and the
  // reason.
  std::optional<domain::Rejection> Map(const Cells& cells, std::vector<domain::Event>& events, size_t& count);

 private:
  struct Piece {
    std::string literal;
    int column = -1;  // -1: the literal
  };
  using Pieces = std::vector<Piece>;
  struct Time {
    Pieces pieces;
    std::vector<TimeFormat> formats;
    std::string name;  // its columns, for a rejection
  };
  struct Value {
    Pieces pieces;
    Casing casing = Casing::kAsIs;
    bool looked_up = false;  // in `map` and `patterns`
    std::map<std::string, std::string, std::less<>> map;
    std::vector<std::pair<std::string, std::string>> patterns;
    std::string fallback;
    std::optional<Time> age_at;
  };
  struct Condition {
    int column = -1;
    std::vector<std::string> values;
    bool negate = false;
  };
  struct Milestone {
    std::string name;
    std::string field;  // what tells its event's id from the row's others
    std::optional<Value> which;
    std::optional<Time> time;
    std::string after;
    Pieces number;
    std::string number_name;
    Duration unit{};
    std::optional<Value> resource;
    std::optional<Value> resource_kind;
    std::optional<Instant> at;  // in the row at hand
  };
  class Binder;

  RowMapper() = default;
  std::string_view CellAt(const Cells& cells, int column) const;
  // The text of the pieces; empty when all columns are, or, `whole`, when one is.
  std::string_view TextOf(const Pieces& pieces, const Cells& cells, bool whole, std::string& scratch) const;
  std::string_view Evaluate(const Value& value, const Cells& cells, std::string& scratch) const;
  std::string_view BirthYear(const Time& time, const Cells& cells, std::string_view age,
                             std::string& scratch) const;
  bool Counts(const Cells& cells) const;
  // False when it stands there and can't be read.
  bool ReadTime(const Time& time, const Cells& cells, std::optional<Instant>& out) const;
  bool ReadNumber(Milestone& milestone, const Cells& cells) const;
  std::optional<domain::Rejection> ReadTimes(const Cells& cells);
  domain::Event& AddEvent(std::string_view field, std::vector<domain::Event>& events, size_t& count);
  void AddMilestones(const Cells& cells, std::vector<domain::Event>& events, size_t& count);
  // Of a row that reached no milestone: it says which one, and not when.
  std::optional<domain::Rejection> CheckUntimed(const Cells& cells);
  std::optional<domain::Rejection> AddFacts(const Cells& cells, std::vector<domain::Event>& events,
                                            size_t& count);

  std::string stream_;
  std::string source_;
  TimeZone zone_ = TimeZone::Utc();
  std::vector<std::string> missing_;
  std::vector<Condition> filter_;
  std::optional<Value> region_;
  Value case_id_;
  std::optional<Value> resource_;
  std::optional<Value> resource_kind_;
  std::optional<Time> recorded_at_;
  std::vector<Milestone> milestones_;
  std::vector<std::pair<std::string, Value>> attributes_;
  std::optional<Value> deviation_;
  std::optional<Value> closed_;
  std::optional<Time> closed_at_;

  // Of the row at hand.
  std::string case_;
  std::string region_code_;
  std::optional<Instant> latest_;
  std::optional<Instant> closed_instant_;
  std::optional<Instant> recorded_;
  uint64_t digest_high_ = 0;
  uint64_t digest_low_ = 0;
  std::string scratch_;
};

}  // namespace vardvakt::csv
