#include "lib/adapters/csv/row_mapper.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/hash.h"
#include "lib/base/strings.h"

namespace vardvakt::csv {
namespace {

using domain::Event;
using domain::Reject;
using domain::Rejection;

// The two halves of an event id are two hashes of the same bytes.
constexpr uint64_t kHighSeed = 1;
constexpr uint64_t kLowSeed = 2;

std::string_view Trim(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

uint64_t Digest(uint64_t seed, const Cells& cells) {
  StableHash hash(seed);
  for (const std::string_view cell : cells) hash.Add(cell);
  return hash.value();
}

void Clear(Event& event) {
  event.milestone.clear();
  event.resource.clear();
  event.resource_kind.clear();
  event.closed.clear();
  event.attributes.clear();
  event.occurred_at.reset();
}

}  // namespace

// Finds columns by name and remembers what is wrong with them.
class RowMapper::Binder {
 public:
  explicit Binder(const Cells& header) : header_(header) {}

  int Column(std::string_view name) {
    const auto is_name = [&](std::string_view cell) { return Trim(cell) == name; };
    const auto count = std::count_if(header_.begin(), header_.end(), is_name);
    if (count != 1) {
      const std::string problem =
          Cat("\"", name, count == 0 ? "\" is not there" : "\" is there more than once");
      if (problems_.find(problem) == std::string::npos)
        CatTo(problems_, problems_.empty() ? "" : ", ", problem);
    }
    return static_cast<int>(std::find_if(header_.begin(), header_.end(), is_name) - header_.begin());
  }

  Value Bind(const ValueSource& source) {
    Value value;
    if (source.map) value.map.emplace(source.map->begin(), source.map->end());
    value.fallback = source.fallback;
    std::string_view text = source.text;
    while (!text.empty()) {
      const size_t open = std::min(text.find('{'), text.size());
      if (open > 0) value.pieces.push_back({std::string(text.substr(0, open))});
      text.remove_prefix(open);
      if (text.empty()) break;
      const size_t close = text.find('}');
      value.pieces.push_back({"", Column(text.substr(1, close - 1))});
      text.remove_prefix(close + 1);
    }
    return value;
  }

  Time Bind(const TimeColumn& time) { return {Column(time.column), time.format, time.column}; }

  template <typename Source>
  auto Bind(const std::optional<Source>& source) {
    return source ? std::optional(Bind(*source)) : std::nullopt;
  }

  absl::Status status() const {
    if (problems_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        Cat("the file's columns don't fit the mapping: ", problems_,
            "; correct the mapping, or its delimiter if the header was not split where it should be"));
  }

 private:
  const Cells& header_;
  std::string problems_;
};

absl::StatusOr<RowMapper> RowMapper::Bind(Mapping mapping, const Cells& header) {
  RowMapper mapper;
  Binder binder(header);
  if (mapping.row_filter) mapper.filter_column_ = binder.Column(mapping.row_filter->column);
  mapper.case_id_ = binder.Bind(mapping.case_id);
  mapper.resource_ = binder.Bind(mapping.resource);
  mapper.resource_kind_ = binder.Bind(mapping.resource_kind);
  mapper.recorded_at_ = binder.Bind(mapping.recorded_at);
  for (const auto& [name, time] : mapping.milestones)
    mapper.milestones_.push_back({name, binder.Bind(time), {}});
  mapper.milestone_ = binder.Bind(mapping.milestone);
  if (mapping.occurred_at) mapper.occurred_at_ = NamedTime{"", binder.Bind(*mapping.occurred_at), {}};
  for (const auto& [name, value] : mapping.attributes)
    mapper.attributes_.emplace_back(name, binder.Bind(value));
  mapper.closed_ = binder.Bind(mapping.closed);
  mapper.mapping_ = std::move(mapping);
  if (absl::Status status = binder.status(); !status.ok()) return status;
  return mapper;
}

std::string_view RowMapper::Evaluate(const Value& value, const Cells& cells, std::string& scratch) {
  std::string_view text;
  if (value.pieces.size() == 1) {
    const Piece& piece = value.pieces.front();
    text = Trim(piece.column < 0 ? std::string_view(piece.literal) : cells[piece.column]);
  } else {
    scratch.clear();
    bool all_empty = true;  // a template whose columns are all empty has no value
    for (const Piece& piece : value.pieces) {
      const std::string_view part =
          piece.column < 0 ? std::string_view(piece.literal) : Trim(cells[piece.column]);
      all_empty &= piece.column < 0 || part.empty();
      scratch += part;
    }
    text = all_empty ? std::string_view() : std::string_view(scratch);
  }
  if (!value.map) return text.empty() ? std::string_view(value.fallback) : text;
  const auto found = value.map->find(text);
  return found == value.map->end() ? value.fallback : found->second;
}

bool RowMapper::Counts(const Cells& cells) const {
  if (filter_column_ < 0) return true;
  const auto& in = mapping_.row_filter->in;
  return std::find(in.begin(), in.end(), Trim(cells[filter_column_])) != in.end();
}

bool RowMapper::ReadTime(const Time& time, const Cells& cells, std::optional<Instant>& out) const {
  const std::string_view text = Trim(cells[time.column]);
  out.reset();
  if (text.empty()) return true;
  out = time.format.Read(text, mapping_.zone);
  return out.has_value();
}

std::optional<Rejection> RowMapper::ReadTimes(const Cells& cells) {
  const auto bad = [](const Time& time) {
    return Rejection{Reject::kBadTime,
                     Cat("column \"", time.name, "\" holds no time of the mapping's format")};
  };
  latest_.reset();
  const auto take = [&](NamedTime& named) {
    if (!ReadTime(named.time, cells, named.at)) return false;
    latest_ = std::max(latest_, named.at);
    return true;
  };
  for (NamedTime& milestone : milestones_) {
    if (!take(milestone)) return bad(milestone.time);
  }
  if (occurred_at_ && !take(*occurred_at_)) return bad(occurred_at_->time);
  recorded_.reset();
  if (recorded_at_ && !ReadTime(*recorded_at_, cells, recorded_)) return bad(*recorded_at_);
  if (!recorded_) recorded_ = latest_;
  return std::nullopt;
}

Event& RowMapper::AddEvent(std::string_view field, std::vector<Event>& events, size_t& count) {
  if (count == events.size()) events.emplace_back();
  Event& event = events[count++];
  Clear(event);
  const auto half = [&](uint64_t digest) {
    return absl::Hex(StableHash(digest).Add(field).value(), absl::kZeroPad16);
  };
  event.event_id = absl::StrCat(half(digest_high_), half(digest_low_));
  event.source = mapping_.source;
  event.stream = mapping_.stream;
  event.region = mapping_.region;
  event.case_id = case_;
  event.recorded_at = recorded_;
  return event;
}

void RowMapper::AddMilestones(const Cells& cells, std::vector<Event>& events, size_t& count) {
  const auto add = [&](std::string_view name, std::optional<Instant> at) {
    std::string scratch;
    Event& event = AddEvent(Cat("milestone:", name), events, count);
    event.milestone = name;
    event.occurred_at = at;
    if (resource_) event.resource = Evaluate(*resource_, cells, scratch);
    if (resource_kind_) event.resource_kind = Evaluate(*resource_kind_, cells, scratch);
  };
  for (const NamedTime& milestone : milestones_) {
    if (milestone.at) add(milestone.name, milestone.at);
  }
  if (!milestone_) return;
  const std::string_view name = Evaluate(*milestone_, cells, scratch_);
  if (!name.empty()) add(name, occurred_at_->at);
}

void RowMapper::AddFacts(const Cells& cells, std::vector<Event>& events, size_t& count) {
  Event* event = nullptr;
  const auto facts = [&]() -> Event& {
    if (event == nullptr) event = &AddEvent("facts", events, count);
    return *event;
  };
  for (const auto& [name, value] : attributes_) {
    const std::string_view text = Evaluate(value, cells, scratch_);
    if (!text.empty()) facts().attributes.emplace_back(name, text);
  }
  const std::string_view reason = closed_ ? Evaluate(*closed_, cells, scratch_) : std::string_view();
  if (reason.empty()) return;
  facts().closed = reason;
  facts().occurred_at = latest_;
}

std::optional<Rejection> RowMapper::Map(const Cells& cells, std::vector<Event>& events, size_t& count) {
  count = 0;
  if (!Counts(cells)) return std::nullopt;
  case_ = Evaluate(case_id_, cells, scratch_);
  if (case_.empty()) return Rejection{Reject::kMissingField, "the row has no case_id"};
  if (std::optional<Rejection> bad = ReadTimes(cells)) return bad;
  digest_high_ = Digest(kHighSeed, cells);
  digest_low_ = Digest(kLowSeed, cells);
  AddMilestones(cells, events, count);
  AddFacts(cells, events, count);
  if (count == 0 || recorded_) return std::nullopt;
  count = 0;
  return Rejection{Reject::kMissingField, "the row has no time"};
}

}  // namespace vardvakt::csv
