#include "services/compliance/data_quality.h"

#include "lib/wire/compliance_codec.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

using domain::Finding;

v1::CaseFindings ToProto(const domain::FindingCounts& findings) {
  v1::CaseFindings out;
  out.set_cases(findings.cases());
  out.set_judged(findings.of(Finding::kJudged));
  out.set_not_judgeable(findings.of(Finding::kNotJudgeable));
  out.set_not_applicable(findings.of(Finding::kNotApplicable));
  if (const auto share = findings.share_judged()) out.set_share_judged(*share);
  for (Finding reason : {Finding::kNoTargetDate, Finding::kNoTreatmentForm, Finding::kStopBeforeStart}) {
    if (findings.of(reason) != 0)
      (*out.mutable_invalid())[std::string(domain::FindingName(reason))] = findings.of(reason);
  }
  out.set_negative_waits(findings.of(Finding::kStopBeforeStart));
  out.set_missing_stop(findings.of(Finding::kMissingStop));
  out.set_missing_unit(findings.of(Finding::kMissingUnit));
  out.set_unknown_unit(findings.of(Finding::kUnknownUnit));
  out.set_missing_municipality(findings.of(Finding::kMissingMunicipality));
  out.set_unknown_municipality(findings.of(Finding::kUnknownMunicipality));
  out.set_late_report(findings.of(Finding::kLateReport));
  return out;
}

void AddSource(const engine::Task& task, const std::string& source, const engine::SourceQuality& quality,
               v1::SourceQuality& out) {
  out.set_region(task.setting().region);
  out.set_stream(task.setting().definition->stream);
  out.set_source(source.empty() ? "unknown" : source);
  if (quality.last_event != kBeginningOfTime)
    wire::SetTimestamp(quality.last_event, out.mutable_last_event());
  out.set_accepted(quality.accepted);
  out.set_events_per_minute(quality.EventsPerMinute(task.version().log_time));
  for (const auto& [reason, n] : quality.rejected) (*out.mutable_rejected())[reason] = n;
  out.set_duplicates(quality.duplicates);
  out.set_miss_undone(quality.miss_undone);
  out.set_late_arrivals(quality.late_arrivals);
  out.set_closed_period_corrections(quality.closed_period_corrections);
  out.set_unknown_unit(quality.unknown_unit);
  out.set_unknown_municipality(quality.unknown_municipality);
  *out.mutable_findings() = ToProto(task.series().quality().OfSource(source));
}

void AddPvv(const domain::PvvCoding& pvv, v1::UnitQuality& out) {
  out.set_pvv_cases(pvv.unit.n);
  out.set_pvv(pvv.unit.pvv);
  if (pvv.share) out.set_pvv_share(*pvv.share);
  if (pvv.wilson_low) out.set_pvv_wilson_low(*pvv.wilson_low);
  if (pvv.wilson_high) out.set_pvv_wilson_high(*pvv.wilson_high);
  out.set_pvv_others_cases(pvv.others.n);
  if (pvv.others_share) out.set_pvv_others_share(*pvv.others_share);
  out.set_pvv_stands_out(pvv.stands_out);
}

}  // namespace

void AddDataQuality(const engine::Task& task, v1::GetDataQualityResponse& response) {
  for (const auto& [source, quality] : task.sources()) {
    AddSource(task, source, quality, *response.add_sources());
  }
  if (task.version().log_time == kBeginningOfTime) return;
  for (const domain::UnitRow& row :
       task.series().quality().Units(task.version().log_time, *task.setting().zone)) {
    v1::UnitQuality& out = *response.add_units();
    out.set_region(task.setting().region);
    out.set_stream(task.setting().definition->stream);
    out.set_source(row.source);
    out.set_unit(row.unit);
    *out.mutable_findings() = ToProto(row.findings);
    AddPvv(row.pvv, out);
    const auto source = task.sources().find(row.source);
    if (source == task.sources().end()) continue;
    const auto changes = source->second.units.find(row.unit);
    if (changes == source->second.units.end()) continue;
    out.set_miss_undone(changes->second.miss_undone);
    out.set_closed_period_corrections(changes->second.closed_period_corrections);
  }
}

}  // namespace vardvakt::compliance
