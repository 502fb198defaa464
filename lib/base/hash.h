#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace vardvakt {

// A 64-bit hash that is the same on every machine and in every version: it is stored and compared across
// processes. Not for adversaries. The mixing is that of wyhash (public domain, Wang Yi), simplified.
class StableHash {
 public:
  constexpr explicit StableHash(uint64_t seed = 0) : state_(seed ^ 0xa0761d6478bd642fULL) {}

  constexpr StableHash& Add(uint64_t value) {
    state_ = Mix(state_ ^ value, 0xe7037ed1a0b428dbULL);
    return *this;
  }
  StableHash& Add(std::string_view bytes) {
    const char* p = bytes.data();
    size_t left = bytes.size();
    for (; left >= 8; p += 8, left -= 8) {
      uint64_t word;
      std::memcpy(&word, p, 8);
      Add(word);
    }
    uint64_t tail = 0;
    std::memcpy(&tail, p, left);
    return Add(tail).Add(uint64_t{bytes.size()});
  }
  constexpr uint64_t value() const { return Mix(state_, 0x8ebc6af09c88c6e3ULL); }

 private:
  static constexpr uint64_t Mix(uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  uint64_t state_;
};

}  // namespace vardvakt
