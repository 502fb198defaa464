#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/engine/log.h"

// Keys and values of the embedded log's store. All integers of keys are big-endian, so that keys sort as
// their numbers do.
namespace vardvakt::embedded {

// A partition as its keys name it.
struct PartitionId {
  uint32_t topic = 0;
  int32_t partition = 0;
};

// T<name> -> TopicEntry
std::string TopicKey(std::string_view name);
inline constexpr std::string_view kTopicsBegin = "T", kTopicsEnd = "U";
// P<partition> -> PartitionEntry
std::string PartitionKey(PartitionId id);
// R<partition><offset> -> record
std::string RecordKey(PartitionId id, engine::Offset offset);
engine::Offset OffsetOfRecordKey(std::string_view key);
// K<partition><key> -> offset of that key's last record; compacted topics only
std::string LastOfKeyKey(PartitionId id, std::string_view key);
// D<partition><offset> -> append time of a tombstone
std::string TombstoneKey(PartitionId id, engine::Offset offset);

struct TopicEntry {
  uint32_t id = 0;
  int32_t partitions = 0;
  engine::Retention retention = engine::Retention::kKeep;
};
std::string Encode(const TopicEntry& entry);
bool Decode(std::string_view bytes, TopicEntry& entry);

struct PartitionEntry {
  engine::Offset beginning = 0;
  engine::Offset end = 0;
  Instant last_append = kBeginningOfTime;
};
std::string Encode(const PartitionEntry& entry);
bool Decode(std::string_view bytes, PartitionEntry& entry);

std::string EncodeNumber(int64_t number);
bool DecodeNumber(std::string_view bytes, int64_t& number);

std::string EncodeRecord(const engine::Outgoing& record, Instant append_time);
// Everything but the offset.
bool DecodeRecord(std::string_view bytes, engine::Record& record);

}  // namespace vardvakt::embedded
