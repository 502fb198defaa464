#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/domain/event.h"
#include "lib/domain/intake.h"

namespace vardvakt::wire {

// What a line may be before any parser sees it.
struct JsonLimits {
  size_t line_bytes = 1 << 20;
  size_t depth = 32;
  size_t elements = 10'000;  // members of objects and elements of arrays, all together
};

// Reads lines of NDJSON: the proto3 JSON mapping of vardvakt.event.v1.Event, with field names as in the proto
// or in lowerCamelCase. One thread at a time; it and the Event handed to it keep their buffers from line to
// line.
//
// kTooLarge: beyond a limit of size or count. kMalformed: no JSON object, too deep, a field that is unknown,
// of the wrong type or there twice (in either spelling), an unknown deviation, broken UTF-8, a lone
// surrogate, a NUL. kBadTime: a time that is not RFC 3339 with an offset. A null is a field left out. Missing
// fields are CheckEvent's business. Attributes come sorted by name. A rejection's detail repeats no value,
// and a field's name only where SafeName does. After a rejection `out` is in no particular state.
class NdjsonDecoder {
 public:
  explicit NdjsonDecoder(JsonLimits limits = {});
  ~NdjsonDecoder();
  NdjsonDecoder(NdjsonDecoder&&) noexcept;
  NdjsonDecoder& operator=(NdjsonDecoder&&) noexcept;

  // `line` without its line feed; a carriage return at its end is white space.
  std::optional<domain::Rejection> Decode(std::string_view line, domain::Event& out);

 private:
  struct Parser;
  JsonLimits limits_;
  std::unique_ptr<Parser> parser_;
};

// The same event as one line, in snake_case and UTC, without a line feed; appends to `out`.
void AppendEventJson(const domain::Event& event, std::string& out);
std::string EventToJson(const domain::Event& event);

// Takes the next line off the front of a body of lines and says whether there was one; blank ones are passed
// over. A byte order mark is the first line's own business: see WithoutBom.
bool NextLine(std::string_view& rest, std::string_view& line);
std::string_view WithoutBom(std::string_view text);
bool IsBlank(std::string_view line);

}  // namespace vardvakt::wire
