#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace vardvakt::wire {

// Protobuf's wire format, read from bytes in memory. Stricter than the library in two things that no encoder
// writes: groups and needlessly long tags are refused. Every Read… is false when the bytes don't hold it.
class WireReader {
 public:
  enum Type : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool AtEnd() const { return at_ == end_; }

  bool ReadTag(uint32_t& tag) {
    uint64_t value = 0;
    if (!ReadVarint(value) || value < 8 || value > std::numeric_limits<uint32_t>::max()) return false;
    tag = static_cast<uint32_t>(value);
    return true;
  }

  bool ReadVarint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool ReadBytes(std::string_view& bytes) {
    uint64_t size = 0;
    if (!ReadVarint(size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    bytes = std::string_view(at_, size);
    at_ += size;
    return true;
  }

  bool Skip(uint32_t tag) {
    uint64_t number = 0;
    std::string_view bytes;
    switch (tag & 7) {
      case kVarint:
        return ReadVarint(number);
      case kFixed64:
        return Advance(8);
      case kBytes:
        return ReadBytes(bytes);
      case kFixed32:
        return Advance(4);
      default:
        return false;
    }
  }

 private:
  bool Advance(int count) {
    if (end_ - at_ < count) return false;
    at_ += count;
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace vardvakt::wire
