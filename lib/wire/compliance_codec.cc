#include "lib/wire/compliance_codec.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "lib/base/strings.h"
#include "lib/wire/numbers.h"
#include "vardvakt/alerts/v1/alerts.pb.h"
#include "vardvakt/compliance/v1/compliance.pb.h"

namespace vardvakt::wire {
namespace {

using google::protobuf::Timestamp;

// Counts are 32 bits on the wire, so that JSON has them as numbers; a region has far fewer cases.
int32_t Narrow(int64_t count) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(count, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

template <typename Row>
void SetSeries(const domain::SeriesKey& series, std::string_view region, Row& row) {
  row.set_region(std::string(region));
  row.set_indicator(series.indicator);
  row.set_level(series.level);
  row.set_key(series.key);
  row.set_sex(std::string(domain::SexName(series.sex)));
  row.set_age(std::string(domain::AgeName(series.age)));
}

void SetCounts(const std::map<std::string, int64_t>& counts,
               google::protobuf::Map<std::string, int32_t>* out) {
  for (const auto& [reason, count] : counts) {
    if (count != 0) (*out)[reason] = Narrow(count);
  }
}

template <typename Name, typename Enum, size_t kSize>
std::optional<Enum> Parse(std::string_view text, const Enum (&values)[kSize], Name name) {
  for (const Enum value : values) {
    if (name(value) == text) return value;
  }
  return std::nullopt;
}

}  // namespace

void SetTimestamp(Instant instant, Timestamp* out) {
  const auto whole = std::chrono::floor<seconds>(instant);
  out->set_seconds(whole.time_since_epoch().count());
  out->set_nanos(static_cast<int32_t>((instant - whole).count()) * 1'000'000);
}

Instant ToInstant(const Timestamp& timestamp) {
  return InstantFromMillis(timestamp.seconds() * 1000 + timestamp.nanos() / 1'000'000);
}

compliance::v1::ShareRow ToProto(const domain::ShareRow& row, std::string_view region) {
  compliance::v1::ShareRow out;
  SetSeries(row.series, region, out);
  out.set_measure(std::string(domain::MeasureName(row.measure)));
  if (row.window) out.set_window(std::string(domain::WindowName(*row.window)));
  if (row.from) SetTimestamp(*row.from, out.mutable_from());
  if (row.to) SetTimestamp(*row.to, out.mutable_to());
  out.set_n(Narrow(row.n));
  if (row.within) out.set_within(Narrow(*row.within));
  if (row.share) out.set_share(RoundFraction(*row.share));
  if (row.wilson_low) out.set_wilson_low(RoundFraction(*row.wilson_low));
  if (row.wilson_high) out.set_wilson_high(RoundFraction(*row.wilson_high));
  out.set_n_before(Narrow(row.n_before));
  if (row.within_before) out.set_within_before(Narrow(*row.within_before));
  if (row.mean) out.set_mean(RoundFraction(*row.mean));
  if (row.p50) out.set_p50(Narrow(*row.p50));
  if (row.p80) out.set_p80(Narrow(*row.p80));
  if (row.p90) out.set_p90(Narrow(*row.p90));
  out.set_unit(std::string(domain::UnitName(row.unit)));
  if (row.goal_permille) out.set_goal(*row.goal_permille / 1000.0);
  if (row.n_expected) out.set_n_expected(Narrow(*row.n_expected));
  if (row.misses_allowed) out.set_misses_allowed(Narrow(*row.misses_allowed));
  if (row.hits_needed) out.set_hits_needed(Narrow(*row.hits_needed));
  if (row.projection) out.set_projection(RoundFraction(*row.projection));
  if (row.projection_low) out.set_projection_low(RoundFraction(*row.projection_low));
  if (row.projection_high) out.set_projection_high(RoundFraction(*row.projection_high));
  out.set_definition(row.definition);
  return out;
}

compliance::v1::WaitingRow ToProto(const domain::WaitingRow& row, std::string_view region) {
  compliance::v1::WaitingRow out;
  SetSeries(row.series, region, out);
  out.set_open(Narrow(row.open));
  out.set_at_risk(Narrow(row.at_risk));
  out.set_overdue(Narrow(row.overdue));
  if (!row.by_age) return out;
  for (size_t i = 0; i < domain::kWaitBands.size(); ++i) {
    if ((*row.by_age)[i] != 0)
      (*out.mutable_by_age())[std::string(domain::kWaitBands[i])] = Narrow((*row.by_age)[i]);
  }
  return out;
}

compliance::v1::RatioRow ToProto(const domain::RatioRow& row, std::string_view region) {
  compliance::v1::RatioRow out;
  SetSeries(row.series, region, out);
  out.set_window(std::string(domain::WindowName(row.window)));
  SetTimestamp(row.from, out.mutable_from());
  SetTimestamp(row.to, out.mutable_to());
  out.set_numerator(Narrow(row.numerator));
  if (row.denominator) out.set_denominator(RoundFraction(*row.denominator));
  if (row.ratio) out.set_ratio(RoundFraction(*row.ratio));
  const double goal_unit = row.shape == domain::Shape::kCount ? 1 : 1000;
  if (row.goal) out.set_goal(static_cast<double>(*row.goal) / goal_unit);
  out.set_definition(row.definition);
  return out;
}

compliance::v1::LeftOutRow ToProto(const domain::LeftOutRow& row, std::string_view region) {
  compliance::v1::LeftOutRow out;
  out.set_region(std::string(region));
  out.set_indicator(row.indicator);
  out.set_level(row.level);
  out.set_key(row.key);
  SetCounts(row.excluded, out.mutable_excluded());
  SetCounts(row.closed, out.mutable_closed());
  SetCounts(row.invalid, out.mutable_invalid());
  return out;
}

alerts::v1::Episode ToProto(const domain::Episode& episode) {
  alerts::v1::Episode out;
  out.set_fingerprint(episode.fingerprint);
  out.set_rule(episode.rule);
  out.set_region(episode.region);
  out.set_severity(std::string(domain::SeverityName(episode.severity)));
  out.set_state(std::string(domain::EpisodeStateName(episode.state)));
  SetTimestamp(episode.started_at, out.mutable_started_at());
  if (episode.firing_at) SetTimestamp(*episode.firing_at, out.mutable_firing_at());
  if (episode.resolved_at) SetTimestamp(*episode.resolved_at, out.mutable_resolved_at());
  out.set_indicator(episode.indicator);
  out.set_level(episode.level);
  out.set_key(episode.key);
  out.set_place(episode.place);
  out.set_n(Narrow(episode.n));
  out.set_within(Narrow(episode.within));
  out.set_window(episode.window);
  out.set_floor(episode.floor_permille / 1000.0);
  out.set_summary_sv(episode.summary_sv);
  out.set_summary_en(episode.summary_en);
  out.set_action(episode.action);
  out.set_runbook(episode.runbook);
  return out;
}

absl::StatusOr<domain::Episode> FromProto(const alerts::v1::Episode& message) {
  using domain::EpisodeState;
  using domain::Severity;
  const auto severity =
      Parse(message.severity(), {Severity::kInfo, Severity::kWarning, Severity::kPage}, domain::SeverityName);
  if (!severity) return absl::DataLossError("an episode's severity is none of info, warning, page");
  const auto state =
      Parse(message.state(), {EpisodeState::kPending, EpisodeState::kFiring, EpisodeState::kResolved},
            domain::EpisodeStateName);
  if (!state) return absl::DataLossError("an episode's state is none of pending, firing, resolved");
  if (!message.has_started_at()) return absl::DataLossError("an episode has no started_at");

  domain::Episode out;
  out.fingerprint = message.fingerprint();
  out.rule = message.rule();
  out.region = message.region();
  out.severity = *severity;
  out.state = *state;
  out.started_at = ToInstant(message.started_at());
  if (message.has_firing_at()) out.firing_at = ToInstant(message.firing_at());
  if (message.has_resolved_at()) out.resolved_at = ToInstant(message.resolved_at());
  out.indicator = message.indicator();
  out.level = message.level();
  out.key = message.key();
  out.place = message.place();
  out.n = message.n();
  out.within = message.within();
  out.window = message.window();
  out.floor_permille = static_cast<int>(std::lround(message.floor() * 1000));
  out.summary_sv = message.summary_sv();
  out.summary_en = message.summary_en();
  out.action = message.action();
  out.runbook = message.runbook();
  return out;
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(message, &out, options);
  if (status.ok()) return out;
  return absl::InternalError(Cat("can't print ", message.GetTypeName(), " as JSON: ", status.ToString()));
}

}  // namespace vardvakt::wire
