#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/domain/event.h"
#include "lib/domain/intake.h"

namespace vardvakt::event::v1 {
class Event;
}

namespace vardvakt::wire {

// The longest encoded event that is looked at; one that CheckEvent accepts is far shorter.
inline constexpr size_t kMaxEventBytes = 1 << 20;

// domain::Event as vardvakt.event.v1.Event in Protobuf: the value of the event topics. Equal events give
// equal bytes, and the bytes are those of a deterministic serialisation by the Protobuf library.
void EncodeEvent(const domain::Event& event, std::string& out);  // replaces what is in `out`
std::string EncodeEvent(const domain::Event& event);

// Reads such bytes into `out`, whose strings are reused: a caller that keeps one Event allocates next to
// nothing. Attributes come sorted by name. Refused: what is no such message, text that is not clean UTF-8,
// an unknown deviation (kMalformed), an instant outside the years 1 to 9999 (kBadTime), more than
// kMaxEventBytes (kTooLarge). Unknown fields are skipped, as Protobuf does. After a rejection `out` is in no
// particular state. Missing fields are CheckEvent's business.
std::optional<domain::Rejection> DecodeEvent(std::string_view bytes, domain::Event& out);
std::optional<domain::Rejection> DecodeEvent(const event::v1::Event& message, domain::Event& out);

}  // namespace vardvakt::wire
