#include "lib/domain/intake.h"

#include <algorithm>
#include <array>

#include "lib/base/personal_number.h"
#include "lib/base/strings.h"

namespace vardvakt::domain {
namespace {

// The longest that each may be, in characters; those of event_id, source and case_id are the contract's.
constexpr size_t kIdLength = 64;
constexpr size_t kCaseIdLength = 128;
constexpr size_t kNameLength = 128;
constexpr size_t kTextLength = 1024;
constexpr size_t kAttributeCount = 64;

// The years 1 to 9999, as RFC 3339 and Protobuf have them.
constexpr Instant kFirstInstant = InstantFromMillis(-62'135'596'800'000);
constexpr Instant kEndOfInstants = InstantFromMillis(253'402'300'800'000);

using Verdict = std::optional<Rejection>;

Rejection Missing(std::string_view field, std::string_view why = "is required") {
  return {Reject::kMissingField, Cat(field, " ", why)};
}

Verdict CheckRequired(const Event& event) {
  if (event.event_id.empty()) return Missing("event_id");
  if (event.source.empty()) return Missing("source");
  if (event.stream.empty()) return Missing("stream");
  if (event.case_id.empty()) return Missing("case_id");
  if (!event.recorded_at) return Missing("recorded_at");
  if (!event.occurred_at && !event.retract) {
    if (!event.milestone.empty()) return Missing("occurred_at", "is required for a milestone");
    if (!event.closed.empty()) return Missing("occurred_at", "is required for a close");
  }
  if (event.exempted && event.exempted->indicator.empty()) return Missing("exempted.indicator");
  return std::nullopt;
}

Verdict CheckNames(const Event& event, const IntakeRules& rules) {
  const auto stream = rules.streams.find(event.stream);
  if (stream == rules.streams.end()) {
    return Rejection{Reject::kUnknownStream, "stream is not one of those configured"};
  }
  if (!event.region.empty() && !rules.regions.empty() && !rules.regions.contains(event.region)) {
    return Rejection{Reject::kUnknownRegion, "region is not one of those configured"};
  }
  const StreamSchema& schema = stream->second;
  if (schema.strict_milestones && !event.milestone.empty() && !schema.milestones.contains(event.milestone)) {
    return Rejection{Reject::kUnknownMilestone, Cat("stream \"", schema.name, "\" declares no milestone \"",
                                                    SafeName(event.milestone), "\"")};
  }
  if (schema.strict_attributes) {
    for (const auto& [name, value] : event.attributes) {
      if (schema.attributes.contains(name)) continue;
      return Rejection{Reject::kUnknownAttribute,
                       Cat("stream \"", schema.name, "\" declares no attribute \"", SafeName(name), "\"")};
    }
  }
  return std::nullopt;
}

Verdict CheckTime(std::string_view field, const std::optional<Instant>& at) {
  if (!at || (*at >= kFirstInstant && *at < kEndOfInstants)) return std::nullopt;
  return Rejection{Reject::kBadTime, Cat(field, " is outside the years 1 to 9999")};
}

Verdict CheckTimes(const Event& event) {
  if (Verdict bad = CheckTime("occurred_at", event.occurred_at)) return bad;
  if (Verdict bad = CheckTime("recorded_at", event.recorded_at)) return bad;
  return event.exempted ? CheckTime("exempted.decided_at", event.exempted->decided_at) : std::nullopt;
}

Verdict CheckPerson(std::string_view field, std::string_view text) {
  if (!ContainsPersonalNumber(text)) return std::nullopt;
  return Rejection{Reject::kPersonalNumber, Cat(field, " contains a personal identity number")};
}

// Beyond the contract's case_id and attributes, every text that people write, and the source, which metrics
// and answers name. Not event_id: it is made by machines and shown to nobody who may not see cases, and one
// ten-digit serial number in 150 happens to pass for a personal number.
Verdict CheckPersons(const Event& event) {
  if (Verdict bad = CheckPerson("source", event.source)) return bad;
  if (Verdict bad = CheckPerson("case_id", event.case_id)) return bad;
  for (const auto& [name, value] : event.attributes) {
    if (Verdict bad = CheckPerson("the name of an attribute", name)) return bad;
    if (ContainsPersonalNumber(value)) return CheckPerson(Cat("attribute ", SafeName(name)), value);
  }
  if (Verdict bad = CheckPerson("milestone", event.milestone)) return bad;
  if (Verdict bad = CheckPerson("resource", event.resource)) return bad;
  if (Verdict bad = CheckPerson("resource_kind", event.resource_kind)) return bad;
  if (Verdict bad = CheckPerson("closed", event.closed)) return bad;
  if (!event.exempted) return std::nullopt;
  if (Verdict bad = CheckPerson("exempted.indicator", event.exempted->indicator)) return bad;
  if (Verdict bad = CheckPerson("exempted.reason", event.exempted->reason)) return bad;
  return CheckPerson("exempted.decided_by", event.exempted->decided_by);
}

Verdict CheckLength(std::string_view field, std::string_view text, size_t most) {
  if (text.size() <= most) return std::nullopt;
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  if (static_cast<size_t>(std::count_if(text.begin(), text.end(), is_start)) <= most) return std::nullopt;
  return Rejection{Reject::kTooLarge, Cat(field, " is longer than ", most, " characters")};
}

Verdict CheckLengths(const Event& event) {
  if (Verdict bad = CheckLength("event_id", event.event_id, kIdLength)) return bad;
  if (Verdict bad = CheckLength("source", event.source, kIdLength)) return bad;
  if (Verdict bad = CheckLength("region", event.region, kIdLength)) return bad;
  if (Verdict bad = CheckLength("case_id", event.case_id, kCaseIdLength)) return bad;
  if (Verdict bad = CheckLength("milestone", event.milestone, kNameLength)) return bad;
  if (Verdict bad = CheckLength("resource", event.resource, kNameLength)) return bad;
  if (Verdict bad = CheckLength("resource_kind", event.resource_kind, kNameLength)) return bad;
  if (Verdict bad = CheckLength("closed", event.closed, kTextLength)) return bad;
  if (event.attributes.size() > kAttributeCount) {
    return Rejection{Reject::kTooLarge, Cat("more than ", kAttributeCount, " attributes")};
  }
  for (const auto& [name, value] : event.attributes) {
    if (Verdict bad = CheckLength("the name of an attribute", name, kNameLength)) return bad;
    if (Verdict bad = CheckLength("the value of an attribute", value, kTextLength)) return bad;
  }
  if (!event.exempted) return std::nullopt;
  if (Verdict bad = CheckLength("exempted.indicator", event.exempted->indicator, kNameLength)) return bad;
  if (Verdict bad = CheckLength("exempted.reason", event.exempted->reason, kTextLength)) return bad;
  return CheckLength("exempted.decided_by", event.exempted->decided_by, kNameLength);
}

Verdict CheckFuture(const Event& event, Duration tolerance, Instant append_time) {
  // Times of events are bounded by now, append_time need not be: so the tolerance is taken from the event's.
  const Instant recorded = *event.recorded_at - tolerance;
  if (event.occurred_at && *event.occurred_at - tolerance > *event.recorded_at) {
    return Rejection{Reject::kFromTheFuture,
                     Cat("occurred_at is later than recorded_at by more than ", FormatDuration(tolerance))};
  }
  if (recorded > append_time) {
    return Rejection{Reject::kFromTheFuture,
                     Cat("recorded_at is ahead of the log by more than ", FormatDuration(tolerance))};
  }
  if (event.occurred_at && *event.occurred_at - tolerance > append_time) {
    return Rejection{Reject::kFromTheFuture,
                     Cat("occurred_at is ahead of the log by more than ", FormatDuration(tolerance))};
  }
  return std::nullopt;
}

}  // namespace

std::string_view RejectName(Reject reason) {
  switch (reason) {
    case Reject::kMalformed:
      return "malformed";
    case Reject::kMissingField:
      return "missing_field";
    case Reject::kUnknownStream:
      return "unknown_stream";
    case Reject::kUnknownRegion:
      return "unknown_region";
    case Reject::kUnknownMilestone:
      return "unknown_milestone";
    case Reject::kUnknownAttribute:
      return "unknown_attribute";
    case Reject::kBadTime:
      return "bad_time";
    case Reject::kPersonalNumber:
      return "personal_number";
    case Reject::kTooLarge:
      return "too_large";
    case Reject::kFromTheFuture:
      return "from_the_future";
    case Reject::kTooOld:
      return "too_old";
    case Reject::kCaseExpired:
      return "case_expired";
    case Reject::kWrongPartition:
      return "wrong_partition";
  }
  return "malformed";
}

std::string_view SafeName(std::string_view name) {
  const auto is_safe = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool safe = !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), is_safe);
  return safe ? name : "(name withheld)";
}

Verdict CheckEvent(const Event& event, const IntakeRules& rules, Instant append_time) {
  if (Verdict bad = CheckRequired(event)) return bad;
  if (Verdict bad = CheckNames(event, rules)) return bad;
  if (Verdict bad = CheckTimes(event)) return bad;
  if (Verdict bad = CheckPersons(event)) return bad;
  if (Verdict bad = CheckLengths(event)) return bad;
  return CheckFuture(event, rules.future_tolerance, append_time);
}

Verdict CheckAge(const Event& event, const IntakeRules& rules, Instant now) {
  if (!rules.too_old_after || !event.recorded_at || *event.recorded_at >= now - *rules.too_old_after) {
    return std::nullopt;
  }
  return Rejection{Reject::kTooOld,
                   Cat("recorded_at is more than ", FormatDuration(*rules.too_old_after), " ago")};
}

}  // namespace vardvakt::domain
