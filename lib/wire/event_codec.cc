#include "lib/wire/event_codec.h"

#include <algorithm>
#include <array>

#include "lib/base/strings.h"
#include "lib/base/utf8.h"
#include "lib/wire/event_parts.h"
#include "lib/wire/wire_reader.h"
#include "vardvakt/event/v1/event.pb.h"

namespace vardvakt::wire {
namespace {

using domain::Reject;
using domain::Rejection;
using google::protobuf::Timestamp;
using Message = event::v1::Event;
using ExemptionMessage = event::v1::Exemption;

// Fields of a map's entries, as Protobuf defines them.
constexpr int kMapKey = 1;
constexpr int kMapValue = 2;

constexpr uint32_t TextTag(int field) { return static_cast<uint32_t>(field) << 3 | WireReader::kBytes; }
constexpr uint32_t VarintTag(int field) { return static_cast<uint32_t>(field) << 3 | WireReader::kVarint; }

// ---- Encoding

size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

void PutVarint(uint64_t value, std::string& out) {
  std::array<char, 10> bytes;
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
  bytes[size++] = static_cast<char>(value);
  out.append(bytes.data(), size);
}

void PutPresentText(int field, std::string_view text, std::string& out) {
  PutVarint(TextTag(field), out);
  PutVarint(text.size(), out);
  out.append(text);
}

void PutText(int field, std::string_view text, std::string& out) {
  if (!text.empty()) PutPresentText(field, text, out);
}

void PutBool(int field, bool value, std::string& out) {
  if (!value) return;
  PutVarint(VarintTag(field), out);
  out.push_back(1);
}

void PutTime(int field, const std::optional<Instant>& at, std::string& out) {
  if (!at) return;
  const auto whole = std::chrono::floor<seconds>(*at);
  const auto seconds_value = static_cast<uint64_t>(whole.time_since_epoch().count());
  const auto nanos = static_cast<uint64_t>((*at - whole).count()) * 1'000'000;
  PutVarint(TextTag(field), out);
  PutVarint(
      (seconds_value == 0 ? 0 : 1 + VarintSize(seconds_value)) + (nanos == 0 ? 0 : 1 + VarintSize(nanos)),
      out);
  if (seconds_value != 0) {
    PutVarint(VarintTag(Timestamp::kSecondsFieldNumber), out);
    PutVarint(seconds_value, out);
  }
  if (nanos != 0) {
    PutVarint(VarintTag(Timestamp::kNanosFieldNumber), out);
    PutVarint(nanos, out);
  }
}

void PutAttribute(const std::string& name, const std::string& value, std::string& out) {
  PutVarint(TextTag(Message::kAttributesFieldNumber), out);
  PutVarint(2 + VarintSize(name.size()) + name.size() + VarintSize(value.size()) + value.size(), out);
  PutPresentText(kMapKey, name, out);
  PutPresentText(kMapValue, value, out);
}

void PutAttributes(const Attributes& attributes, std::string& out) {
  if (std::is_sorted(attributes.begin(), attributes.end())) {
    for (const auto& [name, value] : attributes) PutAttribute(name, value, out);
    return;
  }
  std::vector<const Attributes::value_type*> sorted;
  for (const auto& attribute : attributes) sorted.push_back(&attribute);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return *a < *b; });
  for (const auto* attribute : sorted) PutAttribute(attribute->first, attribute->second, out);
}

void PutExemption(const domain::Exemption& exemption, std::string& out) {
  std::string body;
  PutText(ExemptionMessage::kIndicatorFieldNumber, exemption.indicator, body);
  PutText(ExemptionMessage::kReasonFieldNumber, exemption.reason, body);
  PutText(ExemptionMessage::kDecidedByFieldNumber, exemption.decided_by, body);
  PutTime(ExemptionMessage::kDecidedAtFieldNumber, exemption.decided_at, body);
  PutBool(ExemptionMessage::kRevokedFieldNumber, exemption.revoked, body);
  PutPresentText(Message::kExemptedFieldNumber, body, out);
}

// ---- Decoding

// A Timestamp as it stands in the bytes. One that comes twice merges, as Protobuf does.
struct RawTime {
  bool present = false;
  uint64_t seconds = 0;
  uint64_t nanos = 0;
};

// Reads one message. Every Read… is false when the bytes are no such message, and `what_` then says why.
// Times are judged last: malformed bytes are refused as such even when a time before the fault is bad.
class EventReader {
 public:
  std::optional<Rejection> Read(std::string_view bytes, domain::Event& out) {
    ClearForReuse(out);
    if (!ReadFields(bytes, [&](uint32_t tag, WireReader& input) { return ReadField(tag, input, out); })) {
      return Rejection{Reject::kMalformed, what_};
    }
    out.attributes.resize(attribute_count_);
    SortAttributes(out);
    if (!SetTime(occurred_at_, out.occurred_at)) return BadTime("occurred_at");
    if (!SetTime(recorded_at_, out.recorded_at)) return BadTime("recorded_at");
    if (out.exempted && !SetTime(decided_at_, out.exempted->decided_at))
      return BadTime("exempted.decided_at");
    return std::nullopt;
  }

 private:
  static Rejection BadTime(std::string_view field) {
    return {Reject::kBadTime, Cat(field, " is outside the years 1 to 9999")};
  }

  bool Fail(const char* what) {
    what_ = what;
    return false;
  }

  // Calls `field` with the tag of each field of a message; it reads the value.
  template <typename Field>
  bool ReadFields(std::string_view bytes, Field field) {
    WireReader input(bytes);
    while (!input.AtEnd()) {
      uint32_t tag = 0;
      if (!input.ReadTag(tag)) return Fail("a field can't be read");
      if (!field(tag, input)) return false;
    }
    return true;
  }

  template <typename Field>
  bool ReadMessage(WireReader& input, Field field) {
    std::string_view bytes;
    return input.ReadBytes(bytes) ? ReadFields(bytes, field) : Fail("a message is cut off");
  }

  bool ReadView(WireReader& input, std::string_view& out) {
    if (!input.ReadBytes(out)) return Fail("a text is cut off");
    return IsCleanText(out) || Fail("a text is not clean UTF-8");
  }

  bool ReadText(WireReader& input, std::string& out) {
    std::string_view text;
    if (!ReadView(input, text)) return false;
    out.assign(text);
    return true;
  }

  bool ReadBool(WireReader& input, bool& out) {
    uint64_t value = 0;
    if (!input.ReadVarint(value)) return Fail("a field is cut off");
    out = value != 0;
    return true;
  }

  bool Skip(WireReader& input, uint32_t tag) { return input.Skip(tag) || Fail("a field can't be read"); }

  bool ReadTime(WireReader& input, RawTime& time) {
    time.present = true;
    return ReadMessage(input, [&](uint32_t tag, WireReader& fields) {
      if (tag == VarintTag(Timestamp::kSecondsFieldNumber)) {
        return fields.ReadVarint(time.seconds) || Fail("a time can't be read");
      }
      if (tag == VarintTag(Timestamp::kNanosFieldNumber)) {
        return fields.ReadVarint(time.nanos) || Fail("a time can't be read");
      }
      return Skip(fields, tag);
    });
  }

  bool ReadAttribute(WireReader& input, Attributes& attributes) {
    if (attribute_count_ == attributes.size()) attributes.emplace_back();
    auto& [name, value] = attributes[attribute_count_++];
    name.clear();
    value.clear();
    return ReadMessage(input, [&](uint32_t tag, WireReader& fields) {
      if (tag == TextTag(kMapKey)) return ReadText(fields, name);
      return tag == TextTag(kMapValue) ? ReadText(fields, value) : Skip(fields, tag);
    });
  }

  bool ReadDeviation(WireReader& input, std::optional<domain::Deviation>& out) {
    std::string_view code;
    if (!ReadView(input, code)) return false;
    out = domain::ParseDeviation(code);
    return out || Fail("deviation is none of \"\", pvv, mov, sov");
  }

  bool ReadExemption(WireReader& input, std::optional<domain::Exemption>& out) {
    if (!out) out.emplace();
    return ReadMessage(input, [&](uint32_t tag, WireReader& fields) {
      switch (tag) {
        case TextTag(ExemptionMessage::kIndicatorFieldNumber):
          return ReadText(fields, out->indicator);
        case TextTag(ExemptionMessage::kReasonFieldNumber):
          return ReadText(fields, out->reason);
        case TextTag(ExemptionMessage::kDecidedByFieldNumber):
          return ReadText(fields, out->decided_by);
        case TextTag(ExemptionMessage::kDecidedAtFieldNumber):
          return ReadTime(fields, decided_at_);
        case VarintTag(ExemptionMessage::kRevokedFieldNumber):
          return ReadBool(fields, out->revoked);
        default:
          return Skip(fields, tag);
      }
    });
  }

  bool ReadField(uint32_t tag, WireReader& input, domain::Event& out) {
    switch (tag) {
      case TextTag(Message::kEventIdFieldNumber):
        return ReadText(input, out.event_id);
      case TextTag(Message::kSourceFieldNumber):
        return ReadText(input, out.source);
      case TextTag(Message::kStreamFieldNumber):
        return ReadText(input, out.stream);
      case TextTag(Message::kRegionFieldNumber):
        return ReadText(input, out.region);
      case TextTag(Message::kCaseIdFieldNumber):
        return ReadText(input, out.case_id);
      case TextTag(Message::kOccurredAtFieldNumber):
        return ReadTime(input, occurred_at_);
      case TextTag(Message::kRecordedAtFieldNumber):
        return ReadTime(input, recorded_at_);
      case TextTag(Message::kMilestoneFieldNumber):
        return ReadText(input, out.milestone);
      case TextTag(Message::kResourceFieldNumber):
        return ReadText(input, out.resource);
      case TextTag(Message::kResourceKindFieldNumber):
        return ReadText(input, out.resource_kind);
      case VarintTag(Message::kRetractFieldNumber):
        return ReadBool(input, out.retract);
      case TextTag(Message::kAttributesFieldNumber):
        return ReadAttribute(input, out.attributes);
      case TextTag(Message::kDeviationFieldNumber):
        return ReadDeviation(input, out.deviation);
      case TextTag(Message::kClosedFieldNumber):
        return ReadText(input, out.closed);
      case TextTag(Message::kExemptedFieldNumber):
        return ReadExemption(input, out.exempted);
      case VarintTag(Message::kDeletedFieldNumber):
        return ReadBool(input, out.deleted);
      default:
        return Skip(input, tag);
    }
  }

  // Of a name that comes twice the last value holds, as in Protobuf's maps.
  static void SortAttributes(domain::Event& out) {
    Attributes& attributes = out.attributes;
    if (NamesAscend(attributes)) return;
    std::reverse(attributes.begin(), attributes.end());
    const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
    std::stable_sort(attributes.begin(), attributes.end(), by_name);
    attributes.erase(std::unique(attributes.begin(), attributes.end(), same_name), attributes.end());
  }

  static bool SetTime(const RawTime& raw, std::optional<Instant>& out) {
    if (!raw.present) return true;
    const auto whole = static_cast<int64_t>(raw.seconds);
    const auto nanos = static_cast<int32_t>(raw.nanos);
    if (whole < -62'135'596'800 || whole >= 253'402'300'800 || nanos < 0 || nanos > 999'999'999) return false;
    out = InstantFromMillis(whole * 1000 + nanos / 1'000'000);
    return true;
  }

  size_t attribute_count_ = 0;
  RawTime occurred_at_;
  RawTime recorded_at_;
  RawTime decided_at_;
  const char* what_ = "";
};

}  // namespace

void EncodeEvent(const domain::Event& event, std::string& out) {
  out.clear();
  PutText(Message::kEventIdFieldNumber, event.event_id, out);
  PutText(Message::kSourceFieldNumber, event.source, out);
  PutText(Message::kStreamFieldNumber, event.stream, out);
  PutText(Message::kRegionFieldNumber, event.region, out);
  PutText(Message::kCaseIdFieldNumber, event.case_id, out);
  PutTime(Message::kOccurredAtFieldNumber, event.occurred_at, out);
  PutTime(Message::kRecordedAtFieldNumber, event.recorded_at, out);
  PutText(Message::kMilestoneFieldNumber, event.milestone, out);
  PutText(Message::kResourceFieldNumber, event.resource, out);
  PutText(Message::kResourceKindFieldNumber, event.resource_kind, out);
  PutBool(Message::kRetractFieldNumber, event.retract, out);
  PutAttributes(event.attributes, out);
  if (event.deviation) {
    PutPresentText(Message::kDeviationFieldNumber, domain::DeviationCode(*event.deviation), out);
  }
  PutText(Message::kClosedFieldNumber, event.closed, out);
  if (event.exempted) PutExemption(*event.exempted, out);
  PutBool(Message::kDeletedFieldNumber, event.deleted, out);
}

std::string EncodeEvent(const domain::Event& event) {
  std::string out;
  EncodeEvent(event, out);
  return out;
}

std::optional<Rejection> DecodeEvent(std::string_view bytes, domain::Event& out) {
  if (bytes.size() > kMaxEventBytes) {
    return Rejection{Reject::kTooLarge, Cat("the event is longer than ", kMaxEventBytes, " bytes")};
  }
  return EventReader().Read(bytes, out);
}

std::optional<Rejection> DecodeEvent(const event::v1::Event& message, domain::Event& out) {
  return DecodeEvent(message.SerializeAsString(), out);
}

}  // namespace vardvakt::wire
