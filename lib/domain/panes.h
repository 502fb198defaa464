#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/time.h"

namespace vardvakt::domain {

// Counts of one measure. Sums of integers, so adding and taking away in any order gives the same bits.
struct Counts {
  int64_t n = 0;
  int64_t within = 0;
  int64_t n_before = 0;
  int64_t within_before = 0;

  Counts& operator+=(const Counts& o);
  Counts& operator-=(const Counts& o);
  bool Empty() const { return n == 0 && within == 0 && n_before == 0 && within_before == 0; }
  bool operator==(const Counts&) const = default;
};

// How often each bucket of spec §4 was met; sparse, ascending by bucket, no zero counts.
// Seconds: [0, 10 s), … up to 2 h; one minute up to 48 h; one from 48 h on.
class Histogram {
 public:
  struct Bin {
    uint16_t bucket;
    int32_t count;
    bool operator==(const Bin&) const = default;
  };
  static uint16_t BucketOf(Duration duration);
  static int64_t UpperEdgeSeconds(uint16_t bucket);

  void Add(uint16_t bucket, int32_t times);
  void Merge(const Histogram& other, int32_t sign = 1);
  // The upper edge of the first bucket at which the running count reaches ceil(p * n / 100).
  int64_t PercentileSeconds(int p) const;

  const std::vector<Bin>& bins() const { return bins_; }
  std::vector<Bin>& mutable_bins() { return bins_; }
  bool operator==(const Histogram&) const = default;

 private:
  std::vector<Bin> bins_;
};

// One series' facts of one minute, hour or day (architecture §5: panes are the facts, windows are views).
struct Pane {
  Counts completed;
  Counts decided;
  int64_t duration_sum_ms = 0;  // of the completed
  Histogram durations;          // of the completed

  Pane& operator+=(const Pane& other);
  bool Empty() const {
    return completed.Empty() && decided.Empty() && duration_sum_ms == 0 && durations.bins().empty();
  }
  bool operator==(const Pane&) const = default;
};

}  // namespace vardvakt::domain
