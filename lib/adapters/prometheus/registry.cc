#include "lib/adapters/prometheus/registry.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace vardvakt::prometheus_metrics {
namespace {

using engine::Metric;
using engine::MetricKind;
using engine::MetricSpec;

// Seconds, from a commit to a slow request.
const ::prometheus::Histogram::BucketBoundaries& Buckets() {
  static const auto* buckets = new ::prometheus::Histogram::BucketBoundaries{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return *buckets;
}

size_t SeriesOf(MetricKind kind) { return kind == MetricKind::kHistogram ? Buckets().size() + 3 : 1; }

// What a sending system calls itself, as a label: printable ASCII.
std::string SourceLabel(std::string_view source) {
  std::string label(source.substr(0, 64));
  std::ranges::replace_if(
      label, [](char c) { return c < ' ' || c > '~'; }, '_');
  return label;
}

}  // namespace

class Registry::Impl {
 public:
  explicit Impl(size_t max_series) : max_series_(max_series) {}

  void Change(Metric metric, Labels labels, double value) {
    std::lock_guard lock(mutex_);
    const Series* series = Find(metric, labels);
    if (series == nullptr) return CountDropped();
    if (auto* const* counter = std::get_if<::prometheus::Counter*>(series))
      return (*counter)->Increment(value);
    if (auto* const* gauge = std::get_if<::prometheus::Gauge*>(series)) return (*gauge)->Set(value);
    std::get<::prometheus::Histogram*>(*series)->Observe(value);
  }

  void Remove(Metric metric, Labels labels) {
    std::lock_guard lock(mutex_);
    const MetricSpec& spec = engine::SpecOf(metric);
    const auto found = series_.find(Key(metric, Values(spec, labels)));
    if (found == series_.end()) return;
    std::visit([&](auto* series) { FamilyOf(spec, series).Remove(series); }, found->second);
    series_.erase(found);
    count_ -= SeriesOf(spec.kind);
  }

  std::string Text() const { return ::prometheus::TextSerializer().Serialize(registry_.Collect()); }
  size_t count() const {
    std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  using Series = std::variant<::prometheus::Counter*, ::prometheus::Gauge*, ::prometheus::Histogram*>;

  // The label values as they are exported.
  std::vector<std::string> Values(const MetricSpec& spec, Labels labels) {
    std::vector<std::string> values;
    for (const std::string_view label : labels) {
      const bool is_source = values.size() < spec.labels.size() && spec.labels[values.size()] == "source";
      values.push_back(is_source ? BoundedSource(label) : std::string(label));
    }
    values.resize(spec.labels.size());
    return values;
  }
  std::string BoundedSource(std::string_view source) {
    std::string label = SourceLabel(source);
    if (sources_.contains(label)) return label;
    if (sources_.size() >= engine::kMaxSources) return "other";
    sources_.insert(label);
    return label;
  }
  static std::string Key(Metric metric, const std::vector<std::string>& values) {
    std::string key(1, static_cast<char>(metric));
    for (const std::string& value : values) key.append(value).push_back('\0');
    return key;
  }

  const Series* Find(Metric metric, Labels labels) {
    const MetricSpec& spec = engine::SpecOf(metric);
    const std::vector<std::string> values = Values(spec, labels);
    std::string key = Key(metric, values);
    if (const auto found = series_.find(key); found != series_.end()) return &found->second;
    if (count_ + SeriesOf(spec.kind) > max_series_ && metric != Metric::kSeriesDropped) return nullptr;
    count_ += SeriesOf(spec.kind);
    ::prometheus::Labels named;
    for (size_t i = 0; i < values.size(); ++i) named.emplace(spec.labels[i], values[i]);
    return &series_.emplace(std::move(key), Make(spec, named)).first->second;
  }
  Series Make(const MetricSpec& spec, const ::prometheus::Labels& labels) {
    switch (spec.kind) {
      case MetricKind::kCounter:
        return &FamilyOf(spec, static_cast<::prometheus::Counter*>(nullptr)).Add(labels);
      case MetricKind::kGauge:
        return &FamilyOf(spec, static_cast<::prometheus::Gauge*>(nullptr)).Add(labels);
      default:
        return &FamilyOf(spec, static_cast<::prometheus::Histogram*>(nullptr)).Add(labels, Buckets());
    }
  }
  template <typename T>
  ::prometheus::Family<T>& FamilyOf(const MetricSpec& spec, T*) {
    auto& families = std::get<std::map<Metric, ::prometheus::Family<T>*>>(families_);
    ::prometheus::Family<T>*& family = families[spec.metric];
    if (family == nullptr) {
      family = &::prometheus::detail::Builder<T>()
                    .Name(std::string(spec.name))
                    .Help(std::string(spec.help))
                    .Register(registry_);
    }
    return *family;
  }
  void CountDropped() { std::get<::prometheus::Counter*>(*Find(Metric::kSeriesDropped, {}))->Increment(); }

  const size_t max_series_;
  ::prometheus::Registry registry_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, Series> series_;  // by metric and label values
  std::tuple<std::map<Metric, ::prometheus::Family<::prometheus::Counter>*>,
             std::map<Metric, ::prometheus::Family<::prometheus::Gauge>*>,
             std::map<Metric, ::prometheus::Family<::prometheus::Histogram>*>>
      families_;
  std::set<std::string> sources_;
  size_t count_ = 0;
};

Registry::Registry(size_t max_series) : impl_(std::make_unique<Impl>(max_series)) {}
Registry::~Registry() = default;
void Registry::Count(Metric counter, Labels labels, double by) { impl_->Change(counter, labels, by); }
void Registry::Set(Metric gauge, Labels labels, double value) { impl_->Change(gauge, labels, value); }
void Registry::Observe(Metric histogram, Labels labels, double value) {
  impl_->Change(histogram, labels, value);
}
void Registry::Remove(Metric metric, Labels labels) { impl_->Remove(metric, labels); }
std::string Registry::Text() const { return impl_->Text(); }
size_t Registry::series() const { return impl_->count(); }

}  // namespace vardvakt::prometheus_metrics
