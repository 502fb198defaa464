#include "lib/wire/ndjson.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/base/json_text.h"
#include "lib/base/strings.h"
#include "lib/base/utf8.h"
#include "lib/wire/event_parts.h"

namespace vardvakt::wire {
namespace {

using domain::Reject;
using domain::Rejection;
namespace dom = simdjson::dom;

// ---- Shape

struct Shape {
  size_t depth = 0;     // deepest nesting
  size_t elements = 0;  // an upper bound
  bool escapes_unicode = false;
};

// Walks over the text once, without a stack: strings are skipped, brackets and commas counted. Stops where
// the depth or the count is beyond its limit. What is no JSON at all is for the parser to say.
Shape Measure(std::string_view text, const JsonLimits& limits) {
  Shape shape;
  size_t depth = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; at != end; ++at) {
    switch (*at) {
      case '"':
        for (++at; at != end && *at != '"'; ++at) {
          if (*at != '\\') continue;
          if (++at == end) return shape;
          shape.escapes_unicode |= *at == 'u';
        }
        if (at == end) return shape;
        break;
      case '{':
      case '[':
        shape.depth = std::max(shape.depth, ++depth);
        ++shape.elements;
        if (depth > limits.depth || shape.elements > limits.elements) return shape;
        break;
      case '}':
      case ']':
        depth -= depth > 0;
        break;
      case ',':
        if (++shape.elements > limits.elements) return shape;
        break;
      default:
        break;
    }
  }
  return shape;
}

// ---- Fields

enum class Field : uint8_t {
  kEventId,
  kSource,
  kStream,
  kRegion,
  kCaseId,
  kOccurredAt,
  kRecordedAt,
  kMilestone,
  kResource,
  kResourceKind,
  kRetract,
  kAttributes,
  kDeviation,
  kClosed,
  kExempted,
  kDeleted,
  // Of `exempted`:
  kIndicator,
  kReason,
  kDecidedBy,
  kDecidedAt,
  kRevoked,
};

struct FieldName {
  std::string_view name;
  Field field;
};

// By how often they come; the two spellings of a field stand together.
constexpr std::array kEventFields = {
    FieldName{"event_id", Field::kEventId},
    FieldName{"source", Field::kSource},
    FieldName{"stream", Field::kStream},
    FieldName{"case_id", Field::kCaseId},
    FieldName{"recorded_at", Field::kRecordedAt},
    FieldName{"milestone", Field::kMilestone},
    FieldName{"occurred_at", Field::kOccurredAt},
    FieldName{"resource", Field::kResource},
    FieldName{"resource_kind", Field::kResourceKind},
    FieldName{"attributes", Field::kAttributes},
    FieldName{"region", Field::kRegion},
    FieldName{"eventId", Field::kEventId},
    FieldName{"caseId", Field::kCaseId},
    FieldName{"recordedAt", Field::kRecordedAt},
    FieldName{"occurredAt", Field::kOccurredAt},
    FieldName{"resourceKind", Field::kResourceKind},
    FieldName{"retract", Field::kRetract},
    FieldName{"deviation", Field::kDeviation},
    FieldName{"closed", Field::kClosed},
    FieldName{"exempted", Field::kExempted},
    FieldName{"deleted", Field::kDeleted},
};
constexpr std::array kExemptionFields = {
    FieldName{"indicator", Field::kIndicator},  FieldName{"reason", Field::kReason},
    FieldName{"decided_by", Field::kDecidedBy}, FieldName{"decidedBy", Field::kDecidedBy},
    FieldName{"decided_at", Field::kDecidedAt}, FieldName{"decidedAt", Field::kDecidedAt},
    FieldName{"revoked", Field::kRevoked},
};

std::string_view NameOf(Field field) {
  for (const auto& [name, its_field] : kEventFields) {
    if (its_field == field) return name;
  }
  for (const auto& [name, its_field] : kExemptionFields) {
    if (its_field == field) return name;
  }
  return "";
}

// Fills an event from a parsed document. Every Set… is false when the document is malformed; `rejection_`
// then says why. A bad time is kept until the end: malformed comes first.
class EventFiller {
 public:
  EventFiller(bool escapes_unicode, domain::Event& out) : check_text_(escapes_unicode), out_(out) {}

  std::optional<Rejection> Fill(const dom::element& document) {
    ClearForReuse(out_);
    dom::object object;
    if (document.get_object().get(object)) return Rejection{Reject::kMalformed, "the line is no JSON object"};
    const auto set = [this](Field field, const dom::element& value) { return SetField(field, value); };
    if (!ForEachField(object, kEventFields, set)) return std::move(rejection_);
    out_.attributes.resize(attribute_count_);
    if (!SortAttributes()) return std::move(rejection_);
    if (bad_time_)
      return Rejection{Reject::kBadTime, Cat(NameOf(*bad_time_), " is not RFC 3339 with an offset")};
    return std::nullopt;
  }

 private:
  bool Fail(std::string detail) {
    rejection_ = Rejection{Reject::kMalformed, std::move(detail)};
    return false;
  }

  template <typename Names, typename Set>
  bool ForEachField(const dom::object& object, const Names& names, Set set) {
    uint32_t seen = 0;
    for (const auto& [key, value] : object) {
      const auto known =
          std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.name == key; });
      if (known == names.end()) return Fail(Cat("unknown field \"", domain::SafeName(key), "\""));
      const uint32_t bit = uint32_t{1} << static_cast<int>(known->field);
      if ((seen & bit) != 0) return Fail(Cat(NameOf(known->field), " comes twice"));
      seen |= bit;
      if (!value.is_null() && !set(known->field, value)) return false;
    }
    return true;
  }

  bool GetText(const dom::element& value, std::string_view name, std::string_view& text) {
    if (value.get_string().get(text)) return Fail(Cat(name, " is not a string"));
    return !check_text_ || IsCleanText(text) || Fail(Cat(name, " holds a NUL or half a character"));
  }

  bool SetText(Field field, const dom::element& value, std::string& out) {
    std::string_view text;
    if (!GetText(value, NameOf(field), text)) return false;
    out.assign(text);
    return true;
  }

  bool SetBool(Field field, const dom::element& value, bool& out) {
    return !value.get_bool().get(out) || Fail(Cat(NameOf(field), " is not true or false"));
  }

  bool SetTime(Field field, const dom::element& value, std::optional<Instant>& out) {
    std::string_view text;
    if (!GetText(value, NameOf(field), text)) return false;
    out = ParseRfc3339(text);
    if (!out && !bad_time_) bad_time_ = field;
    return true;
  }

  bool SetDeviation(const dom::element& value) {
    std::string_view code;
    if (!GetText(value, "deviation", code)) return false;
    out_.deviation = domain::ParseDeviation(code);
    return out_.deviation || Fail("deviation is none of \"\", pvv, mov, sov");
  }

  bool SetAttributes(const dom::element& value) {
    dom::object object;
    if (value.get_object().get(object)) return Fail("attributes is not an object");
    for (const auto& [key, element] : object) {
      if (attribute_count_ == out_.attributes.size()) out_.attributes.emplace_back();
      auto& [its_name, its_value] = out_.attributes[attribute_count_++];
      if (check_text_ && !IsCleanText(key))
        return Fail("an attribute's name holds a NUL or half a character");
      its_name.assign(key);
      std::string_view text;
      if (!GetText(element, "the value of an attribute", text)) return false;
      its_value.assign(text);
    }
    return true;
  }

  bool SortAttributes() {
    if (NamesAscend(out_.attributes)) return true;
    std::sort(out_.attributes.begin(), out_.attributes.end());
    return NamesAscend(out_.attributes) || Fail("an attribute comes twice");
  }

  bool SetExemption(const dom::element& value) {
    dom::object object;
    if (value.get_object().get(object)) return Fail("exempted is not an object");
    domain::Exemption& exempted = out_.exempted.emplace();
    return ForEachField(object, kExemptionFields, [&](Field field, const dom::element& element) {
      switch (field) {
        case Field::kIndicator:
          return SetText(field, element, exempted.indicator);
        case Field::kReason:
          return SetText(field, element, exempted.reason);
        case Field::kDecidedBy:
          return SetText(field, element, exempted.decided_by);
        case Field::kDecidedAt:
          return SetTime(field, element, exempted.decided_at);
        default:
          return SetBool(field, element, exempted.revoked);
      }
    });
  }

  bool SetField(Field field, const dom::element& value) {
    switch (field) {
      case Field::kEventId:
        return SetText(field, value, out_.event_id);
      case Field::kSource:
        return SetText(field, value, out_.source);
      case Field::kStream:
        return SetText(field, value, out_.stream);
      case Field::kRegion:
        return SetText(field, value, out_.region);
      case Field::kCaseId:
        return SetText(field, value, out_.case_id);
      case Field::kOccurredAt:
        return SetTime(field, value, out_.occurred_at);
      case Field::kRecordedAt:
        return SetTime(field, value, out_.recorded_at);
      case Field::kMilestone:
        return SetText(field, value, out_.milestone);
      case Field::kResource:
        return SetText(field, value, out_.resource);
      case Field::kResourceKind:
        return SetText(field, value, out_.resource_kind);
      case Field::kRetract:
        return SetBool(field, value, out_.retract);
      case Field::kAttributes:
        return SetAttributes(value);
      case Field::kDeviation:
        return SetDeviation(value);
      case Field::kClosed:
        return SetText(field, value, out_.closed);
      case Field::kExempted:
        return SetExemption(value);
      default:
        return SetBool(field, value, out_.deleted);
    }
  }

  const bool check_text_;  // an escape can write what raw UTF-8 can't
  domain::Event& out_;
  size_t attribute_count_ = 0;
  std::optional<Field> bad_time_;
  std::optional<Rejection> rejection_;
};

// ---- Writing

void AppendMember(Field field, std::string& out) {
  if (out.back() != '{') out += ", ";
  AppendJsonString(out, NameOf(field));
  out += ": ";
}

void AppendText(Field field, std::string_view text, std::string& out) {
  if (text.empty()) return;
  AppendMember(field, out);
  AppendJsonString(out, text);
}

void AppendTime(Field field, const std::optional<Instant>& at, std::string& out) {
  if (at) AppendText(field, FormatMillis(*at), out);
}

void AppendTrue(Field field, bool value, std::string& out) {
  if (!value) return;
  AppendMember(field, out);
  out += "true";
}

void AppendAttributes(const Attributes& attributes, std::string& out) {
  if (attributes.empty()) return;
  AppendMember(Field::kAttributes, out);
  out += '{';
  for (const auto& [name, value] : attributes) {
    if (out.back() != '{') out += ", ";
    AppendJsonString(out, name);
    out += ": ";
    AppendJsonString(out, value);
  }
  out += '}';
}

void AppendExemption(const domain::Exemption& exempted, std::string& out) {
  AppendMember(Field::kExempted, out);
  out += '{';
  AppendText(Field::kIndicator, exempted.indicator, out);
  AppendText(Field::kReason, exempted.reason, out);
  AppendText(Field::kDecidedBy, exempted.decided_by, out);
  AppendTime(Field::kDecidedAt, exempted.decided_at, out);
  AppendTrue(Field::kRevoked, exempted.revoked, out);
  out += '}';
}

}  // namespace

struct NdjsonDecoder::Parser {
  dom::parser parser;
};

NdjsonDecoder::NdjsonDecoder(JsonLimits limits) : limits_(limits), parser_(std::make_unique<Parser>()) {}
NdjsonDecoder::~NdjsonDecoder() = default;
NdjsonDecoder::NdjsonDecoder(NdjsonDecoder&&) noexcept = default;
NdjsonDecoder& NdjsonDecoder::operator=(NdjsonDecoder&&) noexcept = default;

std::optional<Rejection> NdjsonDecoder::Decode(std::string_view line, domain::Event& out) {
  if (line.size() > limits_.line_bytes) {
    return Rejection{Reject::kTooLarge, Cat("the line is longer than ", limits_.line_bytes, " bytes")};
  }
  const Shape shape = Measure(line, limits_);
  if (shape.depth > limits_.depth) {
    return Rejection{Reject::kMalformed, Cat("the line nests deeper than ", limits_.depth)};
  }
  if (shape.elements > limits_.elements) {
    return Rejection{Reject::kTooLarge, Cat("the line has more than ", limits_.elements, " elements")};
  }
  dom::element document;
  if (const simdjson::error_code error = parser_->parser.parse(line.data(), line.size()).get(document)) {
    return Rejection{Reject::kMalformed, Cat("the line is not JSON: ", simdjson::error_message(error))};
  }
  return EventFiller(shape.escapes_unicode, out).Fill(document);
}

void AppendEventJson(const domain::Event& event, std::string& out) {
  out += '{';
  AppendText(Field::kEventId, event.event_id, out);
  AppendText(Field::kSource, event.source, out);
  AppendText(Field::kStream, event.stream, out);
  AppendText(Field::kRegion, event.region, out);
  AppendText(Field::kCaseId, event.case_id, out);
  AppendTime(Field::kRecordedAt, event.recorded_at, out);
  AppendText(Field::kMilestone, event.milestone, out);
  AppendTime(Field::kOccurredAt, event.occurred_at, out);
  AppendText(Field::kResource, event.resource, out);
  AppendText(Field::kResourceKind, event.resource_kind, out);
  AppendTrue(Field::kRetract, event.retract, out);
  AppendAttributes(event.attributes, out);
  if (event.deviation) {
    AppendMember(Field::kDeviation, out);
    AppendJsonString(out, domain::DeviationCode(*event.deviation));
  }
  AppendText(Field::kClosed, event.closed, out);
  if (event.exempted) AppendExemption(*event.exempted, out);
  AppendTrue(Field::kDeleted, event.deleted, out);
  out += '}';
}

std::string EventToJson(const domain::Event& event) {
  std::string out;
  AppendEventJson(event, out);
  return out;
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

bool NextLine(std::string_view& rest, std::string_view& line) {
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!IsBlank(line)) return true;
  }
  return false;
}

std::string_view WithoutBom(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  return text;
}

}  // namespace vardvakt::wire
