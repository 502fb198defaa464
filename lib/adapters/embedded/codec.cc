#include "lib/adapters/embedded/codec.h"

#include <cstring>

namespace vardvakt::embedded {
namespace {

template <typename T>
void PutBigEndian(std::string& out, T number) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift));
  }
}

template <typename T>
bool TakeBigEndian(std::string_view& in, T& number) {
  if (in.size() < sizeof(T)) return false;
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | static_cast<uint8_t>(in[i]);
  number = static_cast<T>(bits);
  in.remove_prefix(sizeof(T));
  return true;
}

void PutVarint(std::string& out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

bool TakeVarint(std::string_view& in, uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(in.front());
    in.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out.append(text);
}

bool TakeText(std::string_view& in, std::string& text) {
  uint64_t size = 0;
  if (!TakeVarint(in, size) || size > in.size()) return false;
  text.assign(in.data(), size);
  in.remove_prefix(size);
  return true;
}

std::string KeyOf(char kind, PartitionId id) {
  std::string key(1, kind);
  key.reserve(17);
  PutBigEndian(key, id.topic);
  PutBigEndian(key, id.partition);
  return key;
}

std::string KeyOf(char kind, PartitionId id, engine::Offset offset) {
  std::string key = KeyOf(kind, id);
  PutBigEndian(key, offset);
  return key;
}

}  // namespace

std::string TopicKey(std::string_view name) { return "T" + std::string(name); }
std::string PartitionKey(PartitionId id) { return KeyOf('P', id); }
std::string RecordKey(PartitionId id, engine::Offset offset) { return KeyOf('R', id, offset); }
std::string TombstoneKey(PartitionId id, engine::Offset offset) { return KeyOf('D', id, offset); }
std::string LastOfKeyKey(PartitionId id, std::string_view key) { return KeyOf('K', id).append(key); }

engine::Offset OffsetOfRecordKey(std::string_view key) {
  engine::Offset offset = 0;
  key.remove_prefix(key.size() - sizeof offset);
  TakeBigEndian(key, offset);
  return offset;
}

std::string Encode(const TopicEntry& entry) {
  std::string out;
  PutBigEndian(out, entry.id);
  PutBigEndian(out, entry.partitions);
  PutBigEndian(out, static_cast<uint8_t>(entry.retention));
  return out;
}

bool Decode(std::string_view bytes, TopicEntry& entry) {
  uint8_t retention = 0;
  if (!TakeBigEndian(bytes, entry.id) || !TakeBigEndian(bytes, entry.partitions) ||
      !TakeBigEndian(bytes, retention) || retention > static_cast<uint8_t>(engine::Retention::kDays90)) {
    return false;
  }
  entry.retention = static_cast<engine::Retention>(retention);
  return bytes.empty();
}

std::string Encode(const PartitionEntry& entry) {
  std::string out;
  PutBigEndian(out, entry.beginning);
  PutBigEndian(out, entry.end);
  PutBigEndian(out, MillisOf(entry.last_append));
  return out;
}

bool Decode(std::string_view bytes, PartitionEntry& entry) {
  int64_t last_append = 0;
  if (!TakeBigEndian(bytes, entry.beginning) || !TakeBigEndian(bytes, entry.end) ||
      !TakeBigEndian(bytes, last_append)) {
    return false;
  }
  entry.last_append = InstantFromMillis(last_append);
  return bytes.empty();
}

std::string EncodeNumber(int64_t number) {
  std::string out;
  PutBigEndian(out, number);
  return out;
}

bool DecodeNumber(std::string_view bytes, int64_t& number) {
  return TakeBigEndian(bytes, number) && bytes.empty();
}

std::string EncodeRecord(const engine::Outgoing& record, Instant append_time) {
  std::string out;
  out.reserve(record.key.size() + record.value.size() + 20);
  PutBigEndian(out, MillisOf(append_time));
  PutText(out, record.key);
  PutText(out, record.value);
  PutVarint(out, record.headers.size());
  for (const engine::Header& header : record.headers) {
    PutText(out, header.name);
    PutText(out, header.value);
  }
  return out;
}

bool DecodeRecord(std::string_view bytes, engine::Record& record) {
  int64_t append_time = 0;
  uint64_t headers = 0;
  if (!TakeBigEndian(bytes, append_time) || !TakeText(bytes, record.key) || !TakeText(bytes, record.value) ||
      !TakeVarint(bytes, headers) || headers > bytes.size()) {
    return false;
  }
  record.append_time = InstantFromMillis(append_time);
  record.headers.resize(headers);
  for (engine::Header& header : record.headers) {
    if (!TakeText(bytes, header.name) || !TakeText(bytes, header.value)) return false;
  }
  return bytes.empty();
}

}  // namespace vardvakt::embedded
