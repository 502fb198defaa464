#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/time.h"
#include "lib/domain/definition.h"

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
// Seconds: [0, 10 s), … up to 2 h; one minute up to 48 h; one from 48 h on. Days: the number itself.
// A value; one thread at a time.
class Histogram {
 public:
  static constexpr uint16_t kTenSecondBuckets = 2 * 60 * 6;
  static constexpr uint16_t kMinuteBuckets = 46 * 60;
  static constexpr uint16_t kLastBucket = kTenSecondBuckets + kMinuteBuckets;
  static constexpr size_t kBuckets = kLastBucket + 1;
  static constexpr int64_t kLastEdgeSeconds = 48 * 60 * 60;

  struct Bin {
    uint16_t bucket;
    int32_t count;
    bool operator==(const Bin&) const = default;
  };
  static uint16_t BucketOf(Duration duration, DurationUnit unit);
  // In seconds the excluded end of a bucket (of the last one, its beginning); in days the number itself.
  static int64_t UpperEdge(uint16_t bucket, DurationUnit unit);

  // `times` may be negative: a contribution that is taken away.
  void Add(uint16_t bucket, int32_t times);
  void Merge(const Histogram& other, int32_t sign = 1);
  // The upper edge of the first bucket at which the running count reaches ceil(p * n / 100), 1 <= p <= 100;
  // 0 when there is none.
  int64_t Percentile(int p, DurationUnit unit) const;

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

// Adds up many panes in a dense scratch, so that the 365 days of a year cost tens of microseconds and not a
// merge each. Counts its buckets in 28 kB: keep one and use it again. One thread at a time.
class PaneSum {
 public:
  void Add(const Pane& pane);
  // The sum since the last Take, and starts anew.
  Pane Take();

 private:
  Pane totals_;  // its histogram stays empty until Take
  std::vector<int64_t> dense_ = std::vector<int64_t>(Histogram::kBuckets);  // more where days need it
  size_t first_ = SIZE_MAX;  // dense_ is zero outside [first_, end_)
  size_t end_ = 0;
};

}  // namespace vardvakt::domain
