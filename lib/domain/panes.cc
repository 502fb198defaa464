#include "lib/domain/panes.h"

#include <algorithm>
#include <utility>

namespace vardvakt::domain {

Counts& Counts::operator+=(const Counts& o) {
  n += o.n;
  within += o.within;
  n_before += o.n_before;
  within_before += o.within_before;
  return *this;
}

Counts& Counts::operator-=(const Counts& o) {
  n -= o.n;
  within -= o.within;
  n_before -= o.n_before;
  within_before -= o.within_before;
  return *this;
}

uint16_t Histogram::BucketOf(Duration duration, DurationUnit unit) {
  if (unit == DurationUnit::kDays) {
    return static_cast<uint16_t>(std::clamp<int64_t>(duration / days(1), 0, UINT16_MAX));
  }
  const int64_t tens = duration / seconds(10);
  if (tens < kTenSecondBuckets) return static_cast<uint16_t>(std::max<int64_t>(tens, 0));
  const int64_t past_two_hours = (duration - hours(2)) / minutes(1);
  return static_cast<uint16_t>(kTenSecondBuckets + std::min<int64_t>(past_two_hours, kMinuteBuckets));
}

int64_t Histogram::UpperEdge(uint16_t bucket, DurationUnit unit) {
  if (unit == DurationUnit::kDays) return bucket;
  if (bucket < kTenSecondBuckets) return (bucket + 1) * int64_t{10};
  if (bucket >= kLastBucket) return kLastEdgeSeconds;
  return (120 + bucket - kTenSecondBuckets + 1) * int64_t{60};
}

void Histogram::Add(uint16_t bucket, int32_t times) {
  if (times == 0) return;
  const auto at = std::lower_bound(bins_.begin(), bins_.end(), bucket,
                                   [](const Bin& bin, uint16_t wanted) { return bin.bucket < wanted; });
  if (at == bins_.end() || at->bucket != bucket) {
    bins_.insert(at, Bin{bucket, times});
    return;
  }
  at->count += times;
  if (at->count == 0) bins_.erase(at);
}

void Histogram::Merge(const Histogram& other, int32_t sign) {
  if (other.bins_.empty()) return;
  std::vector<Bin> merged;
  merged.reserve(bins_.size() + other.bins_.size());
  auto mine = bins_.begin();
  for (const Bin& theirs : other.bins_) {
    while (mine != bins_.end() && mine->bucket < theirs.bucket) merged.push_back(*mine++);
    Bin sum{theirs.bucket, theirs.count * sign};
    if (mine != bins_.end() && mine->bucket == theirs.bucket) sum.count += (mine++)->count;
    if (sum.count != 0) merged.push_back(sum);
  }
  merged.insert(merged.end(), mine, bins_.end());
  bins_ = std::move(merged);
}

int64_t Histogram::Percentile(int p, DurationUnit unit) const {
  int64_t n = 0;
  for (const Bin& bin : bins_) n += bin.count;
  const int64_t wanted = (p * n + 99) / 100;
  int64_t running = 0;
  for (const Bin& bin : bins_) {
    running += bin.count;
    if (running >= wanted) return UpperEdge(bin.bucket, unit);
  }
  return 0;
}

Pane& Pane::operator+=(const Pane& other) {
  completed += other.completed;
  decided += other.decided;
  duration_sum_ms += other.duration_sum_ms;
  durations.Merge(other.durations);
  return *this;
}

void PaneSum::Add(const Pane& pane) {
  totals_.completed += pane.completed;
  totals_.decided += pane.decided;
  totals_.duration_sum_ms += pane.duration_sum_ms;
  const std::vector<Histogram::Bin>& bins = pane.durations.bins();
  if (bins.empty()) return;
  first_ = std::min<size_t>(first_, bins.front().bucket);
  end_ = std::max<size_t>(end_, bins.back().bucket + size_t{1});
  if (end_ > dense_.size()) dense_.resize(end_);
  for (const Histogram::Bin& bin : bins) dense_[bin.bucket] += bin.count;
}

Pane PaneSum::Take() {
  Pane sum = std::move(totals_);
  std::vector<Histogram::Bin>& bins = sum.durations.mutable_bins();
  for (size_t bucket = first_; bucket < end_; ++bucket) {
    if (dense_[bucket] == 0) continue;
    bins.push_back({static_cast<uint16_t>(bucket), static_cast<int32_t>(dense_[bucket])});
    dense_[bucket] = 0;
  }
  totals_ = Pane();
  first_ = SIZE_MAX;
  end_ = 0;
  return sum;
}

}  // namespace vardvakt::domain
