#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace vardvakt::engine {

// Every metric that any service exports. What each is: MetricTable().
enum class Metric : uint8_t {
  kIngestEventsAccepted,
  kIngestEventsRejected,
  kIngestRequests,
  kIngestRequestSeconds,
  kTaskEventsAccepted,
  kTaskEventsRejected,
  kTaskLogTimeLagSeconds,
  kTaskLagRecords,
  kTaskCaughtUp,
  kTaskCommitSeconds,
  kTaskTimersArmed,
  kTaskCases,
  kTaskJudgedRatio,
  kSourceLastEventTimestamp,
  kSourceDuplicates,
  kSourceMissesUndone,
  kSourceLateArrivals,
  kSourceClosedPeriodCorrections,
  kSourceCases,
  kUnitsCodingPvv,
  kPublishedRecords,
  kPublishFailures,
  kStoreSizeBytes,
  kEpisodesFiring,
  kComplianceCases,
  kComplianceCasesWithin,
  kComplianceShare,
  kWaitingOpen,
  kWaitingAtRisk,
  kWaitingOverdue,
  kNotifierRecords,
  kNotifierDeliveries,
  kNotifierOutboxEpisodes,
  kNotifierOutboxAgeSeconds,
  kNotifierDeliverySeconds,
  kGatewayRequests,
  kGatewayRequestSeconds,
  kConfigLastReloadSuccessful,
  kConfigRevision,
  kBuildInfo,
  kStartTimestamp,
  kSeriesDropped,
};

enum class MetricKind : uint8_t { kCounter, kGauge, kHistogram };
std::string_view MetricKindName(MetricKind kind);

struct MetricSpec {
  Metric metric;
  std::string_view name;
  MetricKind kind;
  std::vector<std::string_view> labels;
  std::string_view service;  // which one exports it; "all"
  std::string_view help;
};

// One row for each metric, in the order of the enumeration; docs/metrics.md is made from it.
const std::vector<MetricSpec>& MetricTable();
inline const MetricSpec& SpecOf(Metric metric) { return MetricTable()[static_cast<size_t>(metric)]; }
// How many different values the label `source` may have; further ones are counted as "other".
inline constexpr size_t kMaxSources = 50;

// Where figures about the running are kept, as a port. Labels are the values of the metric's labels in their
// order; never an id of a case or a person. Thread-safe. Cheap enough for each batch, not for each event.
class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;

  virtual ~Metrics() = default;
  virtual void Count(Metric counter, Labels labels, double by = 1) = 0;
  virtual void Set(Metric gauge, Labels labels, double value) = 0;
  virtual void Observe(Metric histogram, Labels labels, double value) = 0;
  // The series is exported no longer; nothing when there is none.
  virtual void Remove(Metric metric, Labels labels) = 0;
};

// For programs that export none.
class NoMetrics final : public Metrics {
 public:
  void Count(Metric, Labels, double) override {}
  void Set(Metric, Labels, double) override {}
  void Observe(Metric, Labels, double) override {}
  void Remove(Metric, Labels) override {}
};

}  // namespace vardvakt::engine
