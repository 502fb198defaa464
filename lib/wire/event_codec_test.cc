#include "lib/wire/event_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include "lib/base/strings.h"
#include "lib/wire/event_samples.h"
#include "vardvakt/event/v1/event.pb.h"

namespace vardvakt::wire {
namespace {

using domain::Event;
using domain::Reject;
using Message = event::v1::Event;

void SetTime(const std::optional<Instant>& at, google::protobuf::Timestamp* out) {
  const auto whole = std::chrono::floor<seconds>(*at);
  out->set_seconds(whole.time_since_epoch().count());
  out->set_nanos(static_cast<int>((*at - whole).count()) * 1'000'000);
}

Message ToMessage(const Event& event) {
  Message message;
  message.set_event_id(event.event_id);
  message.set_source(event.source);
  message.set_stream(event.stream);
  message.set_region(event.region);
  message.set_case_id(event.case_id);
  if (event.occurred_at) SetTime(event.occurred_at, message.mutable_occurred_at());
  if (event.recorded_at) SetTime(event.recorded_at, message.mutable_recorded_at());
  message.set_milestone(event.milestone);
  message.set_resource(event.resource);
  message.set_resource_kind(event.resource_kind);
  message.set_retract(event.retract);
  for (const auto& [name, value] : event.attributes) (*message.mutable_attributes())[name] = value;
  if (event.deviation) message.set_deviation(std::string(domain::DeviationCode(*event.deviation)));
  message.set_closed(event.closed);
  if (event.exempted) {
    event::v1::Exemption* exempted = message.mutable_exempted();
    exempted->set_indicator(event.exempted->indicator);
    exempted->set_reason(event.exempted->reason);
    exempted->set_decided_by(event.exempted->decided_by);
    if (event.exempted->decided_at) SetTime(event.exempted->decided_at, exempted->mutable_decided_at());
    exempted->set_revoked(event.exempted->revoked);
  }
  message.set_deleted(event.deleted);
  return message;
}

std::string Deterministic(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  EXPECT_TRUE(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

Reject ReasonOf(const Message& message) {
  Event event;
  const auto rejection = DecodeEvent(message, event);
  EXPECT_TRUE(rejection.has_value());
  return rejection ? rejection->reason : Reject::kWrongPartition;
}

TEST(EventCodec, IsTheProtobufOfTheMessage) {
  std::mt19937_64 random(1);
  Event reused;
  for (int i = 0; i < 20'000; ++i) {
    const Event event = RandomEvent(random);
    const std::string bytes = EncodeEvent(event);
    ASSERT_EQ(bytes, Deterministic(ToMessage(event)));
    ASSERT_FALSE(DecodeEvent(bytes, reused).has_value());
    ASSERT_EQ(reused, event);
  }
}

TEST(EventCodec, EncodesAttributesInOneOrder) {
  Event event;
  event.attributes = {{"b", "1"}, {"a", "2"}};
  Event sorted;
  sorted.attributes = {{"a", "2"}, {"b", "1"}};
  EXPECT_EQ(EncodeEvent(event), EncodeEvent(sorted));
  Event decoded;
  ASSERT_FALSE(DecodeEvent(EncodeEvent(event), decoded).has_value());
  EXPECT_EQ(decoded, sorted);
}

TEST(EventCodec, LastOfTwoValuesHolds) {
  Event one;
  one.source = "first";
  one.attributes = {{"a", "1"}, {"b", "1"}};
  Event two;
  two.source = "second";
  two.attributes = {{"a", "2"}};
  Event decoded;
  ASSERT_FALSE(DecodeEvent(EncodeEvent(one) + EncodeEvent(two), decoded).has_value());
  EXPECT_EQ(decoded.source, "second");
  EXPECT_EQ(decoded.attributes, (decltype(one.attributes){{"a", "2"}, {"b", "1"}}));
}

TEST(EventCodec, RefusesWhatNoEventMayHold) {
  Message message;
  message.set_deviation("xyz");
  EXPECT_EQ(ReasonOf(message), Reject::kMalformed);
  message.Clear();
  message.set_case_id(std::string("a\0b", 3));
  EXPECT_EQ(ReasonOf(message), Reject::kMalformed);
  message.Clear();
  message.mutable_occurred_at()->set_nanos(-1);
  EXPECT_EQ(ReasonOf(message), Reject::kBadTime);
  message.mutable_occurred_at()->set_nanos(1'000'000'000);
  EXPECT_EQ(ReasonOf(message), Reject::kBadTime);
  message.Clear();
  message.mutable_recorded_at()->set_seconds(253'402'300'800);
  EXPECT_EQ(ReasonOf(message), Reject::kBadTime);
  message.mutable_recorded_at()->set_seconds(-62'135'596'801);
  EXPECT_EQ(ReasonOf(message), Reject::kBadTime);
  message.Clear();
  message.mutable_exempted()->mutable_decided_at()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ReasonOf(message), Reject::kBadTime);
  Event event;
  EXPECT_EQ(DecodeEvent(std::string(kMaxEventBytes + 1, ' '), event)->reason, Reject::kTooLarge);
  EXPECT_EQ(DecodeEvent("\x0A\x02\xC3(", event)->reason, Reject::kMalformed);
  EXPECT_EQ(DecodeEvent("\x0A\x05xx", event)->reason, Reject::kMalformed);
  EXPECT_EQ(DecodeEvent("{\"event_id\": \"e1\"}", event)->reason, Reject::kMalformed);
}

TEST(EventCodec, CutsDigitsBeyondTheMillisecond) {
  Message message;
  message.mutable_occurred_at()->set_seconds(-1);
  message.mutable_occurred_at()->set_nanos(999'999'999);
  Event event;
  ASSERT_FALSE(DecodeEvent(message, event).has_value());
  EXPECT_EQ(event.occurred_at, InstantFromMillis(-1));
}

TEST(EventCodec, DamagedBytesAreReadAsProtobufReadsThemOrRefused) {
  std::mt19937_64 random(2);
  Event event;
  Message message;
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string bytes = Mutate(EncodeEvent(RandomEvent(random)), random);
    const auto rejection = DecodeEvent(bytes, event);
    if (rejection) {
      ASSERT_TRUE(rejection->reason == Reject::kMalformed || rejection->reason == Reject::kBadTime);
      continue;
    }
    ++accepted;
    ASSERT_TRUE(message.ParseFromString(bytes)) << testing::PrintToString(bytes);
    Event again;
    ASSERT_FALSE(DecodeEvent(message, again).has_value());
    ASSERT_EQ(again, event);
    ASSERT_FALSE(DecodeEvent(EncodeEvent(event), again).has_value());
    ASSERT_EQ(again, event);
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace vardvakt::wire
