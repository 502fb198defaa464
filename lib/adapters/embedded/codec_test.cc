#include "lib/adapters/embedded/codec.h"

#include <gmock/gmock.h>

namespace vardvakt::embedded {
namespace {

using engine::Record;

TEST(EmbeddedCodecTest, KeysSortAsTheirNumbers) {
  const PartitionId id{1, 2};
  EXPECT_LT(RecordKey(id, 255), RecordKey(id, 256));
  EXPECT_LT(RecordKey(id, 256), RecordKey(id, int64_t{1} << 40));
  EXPECT_LT(RecordKey(id, int64_t{1} << 40), RecordKey({1, 3}, 0));
  EXPECT_LT(RecordKey({1, 300}, 9), RecordKey({2, 0}, 0));
  EXPECT_EQ(OffsetOfRecordKey(RecordKey(id, int64_t{1} << 40)), int64_t{1} << 40);
}

TEST(EmbeddedCodecTest, GivesBackWhatItTook) {
  const engine::Outgoing outgoing{
      {"t", 0}, std::string("k\0", 2), std::string(300, 'v'), {{"h", ""}, {"", "x"}}};
  const std::string bytes = EncodeRecord(outgoing, InstantFromMillis(1'776'247'200'123));
  Record record;
  ASSERT_TRUE(DecodeRecord(bytes, record));
  EXPECT_EQ(record.key, outgoing.key);
  EXPECT_EQ(record.value, outgoing.value);
  EXPECT_EQ(record.headers, outgoing.headers);
  EXPECT_EQ(MillisOf(record.append_time), 1'776'247'200'123);

  PartitionEntry partition;
  ASSERT_TRUE(Decode(Encode(PartitionEntry{3, 1'000'000, InstantFromMillis(-5)}), partition));
  EXPECT_EQ(partition.beginning, 3);
  EXPECT_EQ(partition.end, 1'000'000);
  EXPECT_EQ(MillisOf(partition.last_append), -5);

  TopicEntry topic;
  ASSERT_TRUE(Decode(Encode(TopicEntry{7, 21, engine::Retention::kDays90}), topic));
  EXPECT_EQ(topic.id, 7u);
  EXPECT_EQ(topic.partitions, 21);
  EXPECT_EQ(topic.retention, engine::Retention::kDays90);
}

TEST(EmbeddedCodecTest, RefusesEveryCutAndNeverReadsBeyond) {
  const std::string bytes = EncodeRecord({{"t", 0}, "key", "value", {{"a", "b"}}}, InstantFromMillis(1));
  for (size_t size = 0; size < bytes.size(); ++size) {
    Record record;
    EXPECT_FALSE(DecodeRecord(std::string(bytes, 0, size), record)) << size;
  }
  Record record;
  EXPECT_FALSE(DecodeRecord(bytes + "x", record));
  EXPECT_FALSE(DecodeRecord(std::string(8, '\0') + std::string(12, '\xff'), record));
  int64_t number = 0;
  EXPECT_FALSE(DecodeNumber("1234567", number));
}

}  // namespace
}  // namespace vardvakt::embedded
