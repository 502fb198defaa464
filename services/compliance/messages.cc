#include "services/compliance/messages.h"

#include "lib/wire/compliance_codec.h"

namespace vardvakt::compliance {

v1::Version ToProto(const engine::TaskVersion& version) {
  v1::Version out;
  out.set_revision(version.revision);
  out.set_offset(version.offset);
  if (version.log_time != kBeginningOfTime) wire::SetTimestamp(version.log_time, out.mutable_log_time());
  return out;
}

std::string_view CaseStateName(domain::Waiting waiting) {
  switch (waiting) {
    case domain::Waiting::kAtRisk:
      return "at_risk";
    case domain::Waiting::kOverdue:
      return "overdue";
    case domain::Waiting::kNone:
    case domain::Waiting::kInTime:
      return "settled";
  }
  return "settled";
}

v1::CaseStatus ToProto(const engine::CaseStatus& status, const engine::TaskSetting& setting) {
  const engine::CaseName name = engine::ParseCaseKey(status.case_key);
  v1::CaseStatus out;
  out.set_region(setting.region);
  out.set_indicator(setting.definition->indicators[status.indicator].id);
  out.set_stream(setting.definition->stream);
  out.set_source(name.source);
  out.set_case_id(name.case_id);
  out.set_state(std::string(CaseStateName(status.waiting)));
  if (status.start) wire::SetTimestamp(*status.start, out.mutable_start());
  if (status.warn_at) wire::SetTimestamp(*status.warn_at, out.mutable_warn_at());
  if (status.deadline) wire::SetTimestamp(*status.deadline, out.mutable_deadline());
  out.set_unit(status.unit);
  out.set_municipality(status.municipality);
  out.set_leg(status.last_milestone);
  return out;
}

}  // namespace vardvakt::compliance
