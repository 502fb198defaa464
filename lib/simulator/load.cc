#include "lib/simulator/load.h"

#include <algorithm>

namespace vardvakt::simulator {
namespace {

constexpr days kSpan{30};

}  // namespace

GeneratorOptions LoadTraffic(Instant end, int64_t missions, uint64_t seed) {
  return {
      .from = end - kSpan,
      .to = end,
      .seed = seed,
      .missions_per_day = std::max<int64_t>(1, missions / kSpan.count()),
      .reporting = {.duplicate_per_mille = 30, .out_of_order_per_mille = 100, .correction_per_mille = 20}};
}

bool FixedRate::TakeDue(size_t max, std::vector<Delivery>& out) {
  const int64_t due = (clock_.Now() - begin_).count() * events_per_second_ / 1000 - given_;
  const size_t count = std::min(static_cast<size_t>(std::max<int64_t>(0, due)), max);
  for (size_t i = 0; i < count; ++i) {
    std::optional<Delivery> next = source_.Next();
    if (!next) return false;
    out.push_back(*std::move(next));
    ++given_;
  }
  return true;
}

Duration FixedRate::UntilNext() const {
  const Instant at = begin_ + milliseconds((given_ + 1) * 1000 / events_per_second_);
  return std::max(Duration(0), Duration(at - clock_.Now()));
}

}  // namespace vardvakt::simulator
