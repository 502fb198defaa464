#pragma once

#include <random>
#include <string>

#include "lib/domain/event.h"

namespace vardvakt::wire {

// A random event, canonical as the decoders give it: attributes sorted by name and none twice.
inline domain::Event RandomEvent(std::mt19937_64& random) {
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  const auto text = [&] {
    static const std::string kPieces[] = {
        "a",   "arrived", "18:13:2", "\"", "\\", "\n", "\t", "/", "å", "\xE2\x82\xAC", "\xF0\x9F\x9A\x91",
        "x y", "\x01",    "\x7F",    "{",  "]",  ",",  "'"};
    std::string out;
    for (unsigned i = 0; i < random() % 4; ++i) out += kPieces[random() % std::size(kPieces)];
    return out;
  };
  const auto instant = [&] {
    return InstantFromMillis(-62'135'596'800'000 + static_cast<int64_t>(random() % 315'537'897'600'000));
  };
  domain::Event event;
  event.event_id = text();
  event.source = text();
  event.stream = text();
  event.region = text();
  event.case_id = text();
  if (!one_in(4)) event.occurred_at = instant();
  if (!one_in(4)) event.recorded_at = instant();
  event.milestone = text();
  event.resource = text();
  event.resource_kind = text();
  event.retract = one_in(4);
  const std::string prefix = text();
  for (unsigned i = 0; i < random() % 4; ++i) {
    event.attributes.emplace_back(prefix + static_cast<char>('a' + i), text());
  }
  if (one_in(3)) event.deviation = static_cast<domain::Deviation>(random() % 4);
  event.closed = text();
  if (one_in(3)) {
    domain::Exemption& exempted = event.exempted.emplace();
    exempted.indicator = text();
    exempted.reason = text();
    exempted.decided_by = text();
    if (one_in(2)) exempted.decided_at = instant();
    exempted.revoked = one_in(2);
  }
  event.deleted = one_in(4);
  return event;
}

// Changes, drops, doubles or inserts a few bytes anywhere.
inline std::string Mutate(std::string bytes, std::mt19937_64& random) {
  for (unsigned i = 0; i <= random() % 4; ++i) {
    const size_t at = bytes.empty() ? 0 : random() % bytes.size();
    switch (random() % 5) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, random() % 8);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, random() % 16));
        break;
      case 3:
        bytes.insert(at, 1, "\"\\{}[]:,tfn0-u\xFF"[random() % 15]);
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace vardvakt::wire
