#include "lib/adapters/csv/row_mapper.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/adapters/csv/text_rules.h"
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
  event.deviation.reset();
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

  Pieces Bind(const TextSource& text) {
    Pieces pieces;
    for (const TextPiece& piece : text) {
      if (piece.column) {
        pieces.push_back({"", Column(piece.text)});
      } else {
        pieces.push_back({piece.text});
      }
    }
    return pieces;
  }

  // The columns of a text, for a message.
  static std::string Names(const TextSource& text) {
    std::string names;
    for (const TextPiece& piece : text) {
      if (piece.column) CatTo(names, names.empty() ? "column \"" : ", \"", piece.text, "\"");
    }
    return names;
  }

  Time Bind(const TimeSource& time) { return {Bind(time.text), time.formats, Names(time.text)}; }

  Value Bind(const ValueSource& source) {
    Value value{.pieces = Bind(source.text),
                .casing = source.casing,
                .looked_up = source.map || !source.patterns.empty(),
                .map = {},
                .patterns = source.patterns,
                .fallback = source.fallback,
                .age_at = source.age_at ? std::optional(Bind(*source.age_at)) : std::nullopt};
    if (source.map) value.map.insert(source.map->begin(), source.map->end());
    return value;
  }

  template <typename Source>
  auto Bind(const std::optional<Source>& source) {
    return source ? std::optional(Bind(*source)) : std::nullopt;
  }

  Milestone Bind(const MilestoneSource& source) {
    return {.name = source.name,
            .field = {},
            .which = Bind(source.which),
            .time = Bind(source.at),
            .after = source.after,
            .number = Bind(source.number),
            .number_name = Names(source.number),
            .unit = source.unit,
            .resource = Bind(source.resource),
            .resource_kind = Bind(source.resource_kind),
            .at = {}};
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
  for (RowCondition& condition : mapping.row_filter) {
    mapper.filter_.push_back(
        {binder.Column(condition.column), std::move(condition.values), condition.negate});
  }
  mapper.region_ = binder.Bind(mapping.region);
  mapper.case_id_ = binder.Bind(mapping.case_id);
  mapper.resource_ = binder.Bind(mapping.resource);
  mapper.resource_kind_ = binder.Bind(mapping.resource_kind);
  mapper.recorded_at_ = binder.Bind(mapping.recorded_at);
  std::map<std::string, int> known;
  for (const MilestoneSource& source : mapping.milestones) {
    Milestone& milestone = mapper.milestones_.emplace_back(binder.Bind(source));
    const int times = ++known[source.name];
    if (times > 1) milestone.field = Cat("#", times);
  }
  for (const auto& [name, value] : mapping.attributes)
    mapper.attributes_.emplace_back(name, binder.Bind(value));
  mapper.deviation_ = binder.Bind(mapping.deviation);
  mapper.closed_ = binder.Bind(mapping.closed);
  mapper.closed_at_ = binder.Bind(mapping.closed_at);
  mapper.stream_ = std::move(mapping.stream);
  mapper.source_ = std::move(mapping.source);
  mapper.zone_ = std::move(mapping.zone);
  mapper.missing_ = std::move(mapping.missing);
  if (absl::Status status = binder.status(); !status.ok()) return status;
  return mapper;
}

std::string_view RowMapper::CellAt(const Cells& cells, int column) const {
  const std::string_view text = Trim(cells[column]);
  const bool missing = std::find(missing_.begin(), missing_.end(), text) != missing_.end();
  return missing ? std::string_view() : text;
}

std::string_view RowMapper::TextOf(const Pieces& pieces, const Cells& cells, bool whole,
                                   std::string& scratch) const {
  if (pieces.size() == 1) {
    const Piece& piece = pieces.front();
    return piece.column < 0 ? Trim(piece.literal) : CellAt(cells, piece.column);
  }
  scratch.clear();
  bool all_empty = true;
  for (const Piece& piece : pieces) {
    if (piece.column < 0) {
      scratch += piece.literal;
      continue;
    }
    const std::string_view part = CellAt(cells, piece.column);
    if (part.empty() && whole) return {};
    all_empty &= part.empty();
    scratch += part;
  }
  return all_empty ? std::string_view() : std::string_view(scratch);
}

std::string_view RowMapper::BirthYear(const Time& time, const Cells& cells, std::string_view age,
                                      std::string& scratch) const {
  const std::optional<int> years = ReadAge(age);
  std::optional<Instant> at;
  if (!years || !ReadTime(time, cells, at) || !at) return {};
  const auto day = std::chrono::floor<days>(zone_.ToLocal(*at));
  scratch = Cat(static_cast<int>(std::chrono::year_month_day(day).year()) - *years);
  return scratch;
}

std::string_view RowMapper::Evaluate(const Value& value, const Cells& cells, std::string& scratch) const {
  std::string_view text = TextOf(value.pieces, cells, false, scratch);
  if (value.casing != Casing::kAsIs) {
    std::string changed(text);
    value.casing == Casing::kLower ? ToLower(changed) : ToUpper(changed);
    scratch = std::move(changed);
    text = scratch;
  }
  if (value.looked_up) {
    const auto fits = [&](const auto& pattern) { return FitsPattern(pattern.first, text); };
    if (const auto found = value.map.find(text); found != value.map.end()) {
      text = found->second;
    } else if (const auto pattern = std::find_if(value.patterns.begin(), value.patterns.end(), fits);
               pattern != value.patterns.end()) {
      text = pattern->second;
    } else {
      text = value.fallback;
    }
  } else if (text.empty()) {
    text = value.fallback;
  }
  return value.age_at ? BirthYear(*value.age_at, cells, text, scratch) : text;
}

bool RowMapper::Counts(const Cells& cells) const {
  return std::all_of(filter_.begin(), filter_.end(), [&](const Condition& condition) {
    const auto& values = condition.values;
    const bool found =
        std::find(values.begin(), values.end(), CellAt(cells, condition.column)) != values.end();
    return found != condition.negate;
  });
}

bool RowMapper::ReadTime(const Time& time, const Cells& cells, std::optional<Instant>& out) const {
  std::string scratch;
  const std::string_view text = TextOf(time.pieces, cells, true, scratch);
  out.reset();
  if (text.empty()) return true;
  for (const TimeFormat& format : time.formats) {
    out = format.Read(text, zone_);
    if (out) return true;
  }
  return false;
}

// The milestone's time by how long it was after another one; none where either is missing.
bool RowMapper::ReadNumber(Milestone& milestone, const Cells& cells) const {
  std::optional<Instant> from;
  for (const Milestone& other : milestones_) {
    if (other.name == milestone.after && other.time && other.at)
      from = std::min(from.value_or(kNever), *other.at);
  }
  std::string scratch;
  const std::string_view text = TextOf(milestone.number, cells, true, scratch);
  milestone.at.reset();
  if (text.empty()) return true;
  const std::optional<Duration> length = ReadMultiple(text, milestone.unit);
  if (!length) return false;
  if (!from) return true;
  const bool by_days = milestone.unit == hours(24);
  const Instant at = by_days ? zone_.FromLocal(zone_.ToLocal(*from) + *length) : *from + *length;
  if (!IsInYears1To9999(at)) return false;
  milestone.at = at;
  return true;
}

std::optional<Rejection> RowMapper::ReadTimes(const Cells& cells) {
  const auto bad_time = [](const Time& time) {
    return Rejection{Reject::kBadTime, Cat(time.name, " holds no time of the mapping's format")};
  };
  latest_.reset();
  for (Milestone& milestone : milestones_) {
    if (!milestone.time) continue;
    if (!ReadTime(*milestone.time, cells, milestone.at)) return bad_time(*milestone.time);
    latest_ = std::max(latest_, milestone.at);
  }
  for (Milestone& milestone : milestones_) {
    if (milestone.time) continue;
    if (!ReadNumber(milestone, cells))
      return Rejection{Reject::kBadTime, Cat(milestone.number_name, " holds no number of its unit")};
    latest_ = std::max(latest_, milestone.at);
  }
  closed_instant_.reset();
  if (closed_at_ && !ReadTime(*closed_at_, cells, closed_instant_)) return bad_time(*closed_at_);
  latest_ = std::max(latest_, closed_instant_);
  recorded_.reset();
  if (recorded_at_ && !ReadTime(*recorded_at_, cells, recorded_)) return bad_time(*recorded_at_);
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
  event.source = source_;
  event.stream = stream_;
  event.region = region_code_;
  event.case_id = case_;
  event.recorded_at = recorded_;
  return event;
}

void RowMapper::AddMilestones(const Cells& cells, std::vector<Event>& events, size_t& count) {
  std::string scratch;
  for (const Milestone& milestone : milestones_) {
    if (!milestone.at) continue;
    const std::string_view name =
        milestone.which ? Evaluate(*milestone.which, cells, scratch_) : milestone.name;
    if (name.empty()) continue;
    Event& event = AddEvent(Cat("milestone:", name, milestone.field), events, count);
    event.milestone = name;
    event.occurred_at = milestone.at;
    const auto& resource = milestone.resource ? milestone.resource : resource_;
    const auto& kind = milestone.resource_kind ? milestone.resource_kind : resource_kind_;
    if (resource) event.resource = Evaluate(*resource, cells, scratch);
    if (kind) event.resource_kind = Evaluate(*kind, cells, scratch);
  }
}

std::optional<Rejection> RowMapper::CheckUntimed(const Cells& cells) {
  for (const Milestone& milestone : milestones_) {
    if (milestone.which && !milestone.at && !Evaluate(*milestone.which, cells, scratch_).empty())
      return Rejection{Reject::kMissingField, "the row has a milestone and no time"};
  }
  return std::nullopt;
}

std::optional<Rejection> RowMapper::AddFacts(const Cells& cells, std::vector<Event>& events, size_t& count) {
  Event* event = nullptr;
  const auto facts = [&]() -> Event& {
    if (event == nullptr) event = &AddEvent("facts", events, count);
    return *event;
  };
  for (const auto& [name, value] : attributes_) {
    const std::string_view text = Evaluate(value, cells, scratch_);
    if (!text.empty()) facts().attributes.emplace_back(name, text);
  }
  if (deviation_) {
    std::string code(Evaluate(*deviation_, cells, scratch_));
    ToLower(code);
    const std::optional<domain::Deviation> deviation = domain::ParseDeviation(code == "none" ? "" : code);
    if (!deviation) return Rejection{Reject::kMalformed, "the row's deviation is none of pvv, mov and sov"};
    if (!code.empty()) facts().deviation = deviation;
  }
  const std::string_view reason = closed_ ? Evaluate(*closed_, cells, scratch_) : std::string_view();
  if (reason.empty()) return std::nullopt;
  facts().closed = reason;
  facts().occurred_at = closed_instant_ ? closed_instant_ : latest_ ? latest_ : recorded_;
  return std::nullopt;
}

std::optional<Rejection> RowMapper::Map(const Cells& cells, std::vector<Event>& events, size_t& count) {
  count = 0;
  if (!Counts(cells)) return std::nullopt;
  case_ = Evaluate(case_id_, cells, scratch_);
  if (case_.empty()) return Rejection{Reject::kMissingField, "the row has no case_id"};
  if (region_) region_code_ = Evaluate(*region_, cells, scratch_);
  if (std::optional<Rejection> bad = ReadTimes(cells)) return bad;
  digest_high_ = Digest(kHighSeed, cells);
  digest_low_ = Digest(kLowSeed, cells);
  AddMilestones(cells, events, count);
  std::optional<Rejection> bad = count == 0 ? CheckUntimed(cells) : std::nullopt;
  if (!bad) bad = AddFacts(cells, events, count);
  if (!bad && count > 0 && !recorded_) bad = Rejection{Reject::kMissingField, "the row has no time"};
  if (bad) count = 0;
  return bad;
}

}  // namespace vardvakt::csv
