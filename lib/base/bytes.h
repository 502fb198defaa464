#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vardvakt {

// Writes numbers and strings in a compact form that ByteReader reads back.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void Byte(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void Unsigned(uint64_t value) {
    if (value < 0x80) return Byte(static_cast<uint8_t>(value));
    char bytes[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes, size);
  }
  void Signed(int64_t value) {
    Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Fixed64(uint64_t value) { BigEndian(value, 8); }
  void String(std::string_view text) {
    Unsigned(text.size());
    out_.append(text);
  }
  // The most significant byte first, so that bytes order as the numbers do.
  void BigEndian(uint64_t value, int size) {
    char bytes[8];
    for (int i = size - 1; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value);
    out_.append(bytes, static_cast<size_t>(size));
  }

 private:
  std::string& out_;
};

// Reads what ByteWriter wrote. After a read past the end, or of a number that can't be, ok() is false and
// every further read gives zero or nothing; ask once at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  uint8_t Byte() {
    if (in_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto value = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  uint64_t Unsigned() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  int64_t Signed() {
    const uint64_t value = Unsigned();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint64_t Fixed64() { return BigEndian(8); }
  std::string_view String() {
    const uint64_t size = Unsigned();
    if (size > in_.size()) {
      ok_ = false;
      in_ = {};
      return {};
    }
    const std::string_view text = in_.substr(0, size);
    in_.remove_prefix(size);
    return text;
  }
  uint64_t BigEndian(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | Byte();
    return value;
  }

  bool ok() const { return ok_; }
  // Everything was read, and nothing was wrong.
  bool Done() const { return ok_ && in_.empty(); }
  std::string_view rest() const { return in_; }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace vardvakt
