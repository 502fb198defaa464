#include "lib/wire/ndjson.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/strings.h"
#include "lib/wire/event_codec.h"
#include "lib/wire/event_samples.h"
#include "lib/wire/line_reader.h"

namespace vardvakt::wire {
namespace {

using domain::Event;
using domain::Reject;
using domain::Rejection;

std::optional<Rejection> Decode(std::string_view line, JsonLimits limits = {}) {
  NdjsonDecoder decoder(limits);
  Event event;
  return decoder.Decode(line, event);
}

Event Read(std::string_view line) {
  NdjsonDecoder decoder;
  Event event;
  const std::optional<Rejection> rejection = decoder.Decode(line, event);
  EXPECT_FALSE(rejection.has_value()) << line << ": " << rejection->detail;
  return event;
}

std::string RefusalOf(std::string_view line) {
  const std::optional<Rejection> rejection = Decode(line);
  EXPECT_TRUE(rejection.has_value()) << line;
  return rejection ? Cat(domain::RejectName(rejection->reason), ": ", rejection->detail) : "";
}

TEST(NdjsonDecoder, ReadsEveryFieldInBothSpellings) {
  Event expected;
  expected.event_id = "e1";
  expected.source = "zenit";
  expected.stream = "ambulance";
  expected.region = "06";
  expected.case_id = "18:1:2";
  expected.occurred_at = ParseRfc3339("2026-04-15T10:17:33.250Z");
  expected.recorded_at = ParseRfc3339("2026-04-15T10:17:34Z");
  expected.milestone = "arrived";
  expected.resource = "A1";
  expected.resource_kind = "ambulance";
  expected.retract = true;
  expected.attributes = {{"priority", "1"}, {"unit", ""}};
  expected.deviation = domain::Deviation::kMov;
  expected.closed = "cancelled";
  expected.exempted = domain::Exemption{.indicator = "i",
                                        .reason = "r",
                                        .decided_by = "d",
                                        .decided_at = ParseRfc3339("2026-04-15T10:00:00Z"),
                                        .revoked = true};
  expected.deleted = true;
  EXPECT_EQ(Read(R"({"event_id": "e1", "source": "zenit", "stream": "ambulance", "region": "06",
      "case_id": "18:1:2", "occurred_at": "2026-04-15T12:17:33.2509+02:00", "recorded_at": "2026-04-15T10:17:34z",
      "milestone": "arrived", "resource": "A1", "resource_kind": "ambulance", "retract": true,
      "attributes": {"unit": "", "priority": "1"}, "deviation": "mov", "closed": "cancelled", "deleted": true,
      "exempted": {"indicator": "i", "reason": "r", "decided_by": "d", "decided_at": "2026-04-15T10:00:00Z",
                   "revoked": true}})"),
            expected);
  EXPECT_EQ(Read(R"({"eventId":"e1","source":"zenit","stream":"ambulance","region":"06","caseId":"18:1:2",
      "occurredAt":"2026-04-15T10:17:33.25Z","recordedAt":"2026-04-15T10:17:34Z","milestone":"arrived",
      "resource":"A1","resourceKind":"ambulance","retract":true,"attributes":{"priority":"1","unit":""},
      "deviation":"mov","closed":"cancelled","deleted":true,"exempted":{"indicator":"i","reason":"r",
      "decidedBy":"d","decidedAt":"2026-04-15T10:00:00Z","revoked":true}})"),
            expected);
  EXPECT_EQ(Read(EventToJson(expected)), expected);
}

TEST(NdjsonDecoder, TakesNullForAFieldLeftOut) {
  EXPECT_EQ(
      Read(R"({"event_id": null, "retract": null, "attributes": null, "deviation": null, "exempted": null,
      "occurred_at": null})"),
      Event());
  EXPECT_EQ(Read("{}\r"), Event());
  EXPECT_EQ(Read(R"({"deviation": ""})").deviation, domain::Deviation::kNone);
  EXPECT_EQ(Read(R"({"exempted": {}})").exempted, domain::Exemption());
}

TEST(NdjsonDecoder, ReadsEscapes) {
  EXPECT_EQ(Read(R"({"case_id": "\u00e5\ud83d\ude91\n\"\\\/"})").case_id, "å\xF0\x9F\x9A\x91\n\"\\/");
  EXPECT_EQ(Read("{\"case_id\": \"Jönköping\"}").case_id, "Jönköping");
}

TEST(NdjsonDecoder, SaysWhyALineIsMalformed) {
  EXPECT_EQ(RefusalOf(R"({"colour": "red"})"), "malformed: unknown field \"colour\"");
  EXPECT_EQ(RefusalOf(R"({"121212": "red"})"), "malformed: unknown field \"(name withheld)\"");
  EXPECT_EQ(RefusalOf(R"({"case_id": "a", "caseId": "a"})"), "malformed: case_id comes twice");
  EXPECT_EQ(RefusalOf(R"({"source": "a", "source": null})"), "malformed: source comes twice");
  EXPECT_EQ(RefusalOf(R"({"source": "a", "s\u006furce": "b"})"), "malformed: source comes twice");
  EXPECT_EQ(RefusalOf(R"({"attributes": {"a": "1", "b": "2", "a": "1"}})"),
            "malformed: an attribute comes twice");
  EXPECT_EQ(RefusalOf(R"({"attributes": {"a": 1}})"), "malformed: the value of an attribute is not a string");
  EXPECT_EQ(RefusalOf(R"({"attributes": {"a": null}})"),
            "malformed: the value of an attribute is not a string");
  EXPECT_EQ(RefusalOf(R"({"attributes": []})"), "malformed: attributes is not an object");
  EXPECT_EQ(RefusalOf(R"({"event_id": 7})"), "malformed: event_id is not a string");
  EXPECT_EQ(RefusalOf(R"({"retract": "true"})"), "malformed: retract is not true or false");
  EXPECT_EQ(RefusalOf(R"({"deleted": 1})"), "malformed: deleted is not true or false");
  EXPECT_EQ(RefusalOf(R"({"deviation": "xyz"})"), "malformed: deviation is none of \"\", pvv, mov, sov");
  EXPECT_EQ(RefusalOf(R"({"exempted": {"who": "x"}})"), "malformed: unknown field \"who\"");
  EXPECT_EQ(RefusalOf(R"({"occurred_at": 1776248253})"), "malformed: occurred_at is not a string");
  EXPECT_EQ(RefusalOf(R"({"case_id": "a\u0000b"})"), "malformed: case_id holds a NUL or half a character");
  EXPECT_EQ(RefusalOf(R"({"case_id": "\ud800"})").substr(0, 9), "malformed");
  EXPECT_EQ(RefusalOf(R"({"case_id": "\udc00x"})").substr(0, 9), "malformed");
  EXPECT_EQ(RefusalOf(R"({"case_id": "\ud83dx\ude91"})").substr(0, 9), "malformed");
  EXPECT_EQ(RefusalOf(R"({"attributes": {"\udc00": "x"}})").substr(0, 9), "malformed");
  for (const char* line : {"", "[]", "7", "null", "\"x\"", "{", "{\"event_id\": \"e1\"",
                           "{\"event_id\": \"e1", "{}{}", "{} x", "{\"event_id\": 1e400}",
                           "{'event_id': 'e1'}", "{\"event_id\": \"\xC3(\"}", "{\"event_id\": \"a\tb\"}",
                           "{\"event_id\": \"\\x\"}", "{\"retract\": TRUE}", "{,}", "\xFF\xFE{\0}\0"}) {
    EXPECT_EQ(RefusalOf(line).substr(0, 10), "malformed:") << line;
  }
}

TEST(NdjsonDecoder, NamesBadTimesOnceTheRestIsInOrder) {
  EXPECT_EQ(RefusalOf(R"({"occurred_at": "yesterday"})"),
            "bad_time: occurred_at is not RFC 3339 with an offset");
  EXPECT_EQ(RefusalOf(R"({"recordedAt": ""})"), "bad_time: recorded_at is not RFC 3339 with an offset");
  EXPECT_EQ(RefusalOf(R"({"exempted": {"decided_at": "2026-04-15 10:17:33Z"}})"),
            "bad_time: decided_at is not RFC 3339 with an offset");
  EXPECT_EQ(RefusalOf(R"({"occurred_at": "yesterday", "colour": 1})"), "malformed: unknown field \"colour\"");
}

TEST(NdjsonDecoder, BoundsDepthSizeAndCountBeforeParsing) {
  const auto nested = [](int depth) {
    return Cat("{\"attributes\": ", std::string(depth, '['), std::string(depth, ']'), "}");
  };
  EXPECT_EQ(RefusalOf(nested(32)), "malformed: the line nests deeper than 32");
  EXPECT_EQ(RefusalOf(nested(31)), "malformed: attributes is not an object");
  EXPECT_EQ(RefusalOf(nested(100'000)), "malformed: the line nests deeper than 32");
  EXPECT_EQ(RefusalOf(std::string(100'000, '[')), "malformed: the line nests deeper than 32");
  EXPECT_EQ(RefusalOf(Cat("{\"case_id\": \"", std::string(10'000'000, 'x'), "\"}")),
            "too_large: the line is longer than 1048576 bytes");
  std::string many = "{\"attributes\": {\"x\": \"\"";
  for (int i = 0; i < 10'000; ++i) CatTo(many, ",\"", i, "\": \"\"");
  EXPECT_EQ(RefusalOf(many + "}}"), "too_large: the line has more than 10000 elements");
  EXPECT_FALSE(Decode("{\"case_id\": \"{[[[[,,,,\\\"{{{{\"}", {.depth = 1, .elements = 1}));
  EXPECT_EQ(Decode("{\"case_id\": \"\"}", {.line_bytes = 10})->reason, Reject::kTooLarge);
}

TEST(NdjsonDecoder, ReusesWhatItIsGivenWithoutTraces) {
  NdjsonDecoder decoder;
  Event event;
  ASSERT_FALSE(decoder.Decode(
      R"({"case_id":"a","attributes":{"a":"1","b":"2"},"deviation":"pvv","exempted":{}})", event));
  ASSERT_FALSE(decoder.Decode(R"({"source":"s"})", event));
  Event expected;
  expected.source = "s";
  EXPECT_EQ(event, expected);
}

TEST(NdjsonDecoder, ReadsBackEveryEvent) {
  std::mt19937_64 random(3);
  NdjsonDecoder decoder;
  Event event;
  for (int i = 0; i < 20'000; ++i) {
    const Event original = RandomEvent(random);
    const std::string line = EventToJson(original);
    const auto rejection = decoder.Decode(line, event);
    ASSERT_FALSE(rejection.has_value()) << line << ": " << rejection->detail;
    ASSERT_EQ(event, original) << line;
    Event from_bytes;
    ASSERT_FALSE(DecodeEvent(EncodeEvent(event), from_bytes).has_value());
    ASSERT_EQ(from_bytes, original);
  }
}

TEST(NdjsonDecoder, DamagedLinesAreRefusedOrReadBackEqual) {
  std::mt19937_64 random(4);
  NdjsonDecoder decoder;
  Event event;
  Event again;
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string line = Mutate(EventToJson(RandomEvent(random)), random);
    if (const auto rejection = decoder.Decode(line, event)) {
      ASSERT_TRUE(rejection->reason == Reject::kMalformed || rejection->reason == Reject::kBadTime);
      continue;
    }
    ++accepted;
    ASSERT_FALSE(decoder.Decode(EventToJson(event), again).has_value()) << line;
    ASSERT_EQ(again, event) << line;
    ASSERT_FALSE(DecodeEvent(EncodeEvent(event), again).has_value()) << line;
    ASSERT_EQ(again, event) << line;
  }
  EXPECT_GT(accepted, 1'000);
}

TEST(NextLine, SplitsABody) {
  std::string_view rest = WithoutBom("\xEF\xBB\xBF{1}\r\n\n{2}\n \n{3}");
  std::vector<std::string_view> lines;
  for (std::string_view line; NextLine(rest, line);) lines.push_back(line);
  EXPECT_EQ(lines, (std::vector<std::string_view>{"{1}\r", "{2}", "{3}"}));
}

// The example of the contract, where it is at hand: what is left out, received and rejected.
TEST(Intake, AccountsForTheExampleOfTheContract) {
  absl::StatusOr<LineReader> reader = LineReader::Open("../shared/spec/examples/events.ndjson", 1 << 20);
  if (!reader.ok()) return;
  const Instant as_of = ParseRfc3339("2026-04-15T10:17:33.250Z").value();
  domain::IntakeRules rules;
  for (const char* stream : {"ambulance", "wait", "svf", "dental"}) rules.streams[stream].name = stream;
  NdjsonDecoder decoder;
  Event event;
  int received = 0;
  int rejected = 0;
  for (Line line; reader->Next(line);) {
    ASSERT_FALSE(decoder.Decode(line.text, event).has_value()) << line.number;
    if (event.recorded_at > as_of) continue;
    ++received;
    const std::optional<Rejection> rejection = CheckEvent(event, rules, as_of);
    if (!rejection) continue;
    ++rejected;
    EXPECT_EQ(rejection->reason, Reject::kFromTheFuture) << line.number;
  }
  EXPECT_EQ(received, 1418);
  EXPECT_EQ(rejected, 4);
}

}  // namespace
}  // namespace vardvakt::wire
