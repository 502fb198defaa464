#include "lib/simulator/planned_care.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "lib/base/strings.h"
#include "lib/simulator/care_flows.h"

namespace vardvakt::simulator {
namespace {

int64_t CasesPerDay(const CareOptions& options, const CareFlowShape& shape) {
  if (shape.stream == kWaitStream) return options.waits_per_day;
  return shape.stream == kPathwayStream ? options.svf_per_day : options.dental_per_day;
}

// Letters and digits, so that no run of digits looks like a person's number.
std::string DayCode(LocalDay day) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string code;
  for (int64_t left = day.time_since_epoch().count(); left > 0; left /= 36) {
    code.insert(code.begin(), kDigits[static_cast<size_t>(left % 36)]);
  }
  return code;
}

// In the order of the names.
void AppendAttributes(const CareCase& made, const CareReport& report, domain::Event& event) {
  auto& out = event.attributes;
  const auto has = [&](CareAttribute bit) { return (report.attributes & bit) != 0; };
  const std::string_view date = made.stream == kDentalStream ? "recall_due_date" : "medical_target_date";
  std::string target = has(kTargetDate) ? FormatLocalDay(report.target) : "";
  if (report.unreadable_date) std::erase(target, '-');
  if (has(kPerson) && made.birth_year != 0) out.emplace_back("birth_year", Cat(made.birth_year));
  if (has(kPad)) out.emplace_back("first_suspicion_at_pad", made.pad ? "true" : "false");
  if (has(kTargetDate) && made.stream != kDentalStream) out.emplace_back(date, target);
  if (has(kMunicipality)) out.emplace_back("municipality", made.municipality);
  if (has(kPathwayName)) out.emplace_back("pathway", made.pathway);
  if (has(kTargetDate) && made.stream == kDentalStream) out.emplace_back(date, target);
  if (has(kPerson)) out.emplace_back("sex", std::string(1, made.sex));
  if (has(kForm)) out.emplace_back("treatment_form", report.form);
  if (has(kUnit) && !made.unit.empty()) out.emplace_back("unit", made.unit);
  if (has(kGuarantee)) out.emplace_back("vardgaranti", made.guarantee ? "yes" : "no");
  if (has(kVariant)) out.emplace_back("variant", made.variant);
}

}  // namespace

void EventOf(const County& county, const CareCase& made, const CareReport& report, domain::Event& event) {
  event.source = made.source;
  event.stream = made.stream;
  event.region = county.region;
  event.case_id = Cat(ShapeOf(made.key.flow).case_prefix, "-", DayCode(made.key.day), "-", made.key.number);
  event.event_id = Cat(event.case_id, "-", int{report.id});
  event.recorded_at = report.recorded;
  event.milestone = report.milestone;
  event.closed = report.closed;
  event.retract = report.retract;
  event.deleted = report.deleted;
  event.deviation = report.deviation;
  if ((!report.milestone.empty() || !report.closed.empty()) && !report.retract) {
    event.occurred_at = report.occurred;
  }
  AppendAttributes(made, report, event);
}

bool PlannedCare::Queued::IsBehind(const Queued& other) const {
  return std::tie(key.flow, key.day, key.number, report) >
         std::tie(other.key.flow, other.key.day, other.key.number, other.report);
}

PlannedCare::PlannedCare(const County& county, CareOptions options)
    : county_(county),
      options_(std::move(options)),
      world_{.county = county,
             .reporting = options_.reporting,
             .incidents = options_.incidents,
             .seed = options_.seed} {
  for (size_t i = 0; i < kCareFlows; ++i) {
    const CareFlowShape& shape = ShapeOf(static_cast<CareFlow>(i));
    if (shape.stream == kPathwayStream && county.pathways.versions.empty()) continue;
    const LocalDay first = county.zone.DayOf(options_.from) - shape.longest;
    flows_.push_back({shape.flow,
                      Arrivals(options_.seed, i + 1, *shape.rhythm,
                               CasesPerDay(options_, shape) * shape.per_mille_of_stream, first),
                      std::nullopt});
    Advance(flows_.back());
  }
}

PlannedCare::~PlannedCare() = default;

std::optional<Delivery> PlannedCare::Next() {
  Fill();
  if (queue_.empty() || queue_.front().at >= options_.to) return std::nullopt;
  std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
  const Queued next = queue_.back();
  queue_.pop_back();
  const CareCase made = Make(next.key);
  std::optional<Delivery> delivery(std::in_place);
  delivery->deliver_at = std::max(next.at, options_.from);
  EventOf(county_, made, made.reports[next.report], delivery->event);
  Queue(next.key, made, next.report + 1);
  return delivery;
}

std::optional<Instant> PlannedCare::NextAt() {
  Fill();
  if (queue_.empty() || queue_.front().at >= options_.to) return std::nullopt;
  return std::max(queue_.front().at, options_.from);
}

void PlannedCare::Advance(Flow& flow) {
  flow.next = flow.arrivals.Next();
  flow.next_at = flow.next ? county_.zone.FromLocal(flow.next->day + flow.next->time_of_day) : kNever;
  if (flow.next_at >= options_.to) flow.next_at = kNever;
}

void PlannedCare::Fill() {
  while (true) {
    Flow& flow = *std::min_element(flows_.begin(), flows_.end(),
                                   [](const Flow& a, const Flow& b) { return a.next_at < b.next_at; });
    if (flow.next_at == kNever) return;
    if (!queue_.empty() && queue_.front().at <= flow.next_at) return;
    Begin({.flow = flow.flow,
           .day = flow.next->day,
           .number = flow.next->number,
           .time_of_day = flow.next->time_of_day});
    Advance(flow);
  }
}

void PlannedCare::Begin(const CareKey& key) {
  const CareCase made = Make(key);
  if (options_.open_cases_first && made.over < options_.from) return;
  ++cases_;
  size_t first = 0;
  if (!options_.open_cases_first) {
    while (first < made.reports.size() && made.reports[first].deliver_at < options_.from) ++first;
  }
  Queue(key, made, first);
}

CareCase PlannedCare::Make(const CareKey& key) const { return ShapeOf(key.flow).make(world_, key); }

void PlannedCare::Queue(const CareKey& key, const CareCase& made, size_t report) {
  if (report >= made.reports.size() || made.reports[report].deliver_at >= options_.to) return;
  queue_.push_back(
      {.at = made.reports[report].deliver_at, .key = key, .report = static_cast<uint32_t>(report)});
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

}  // namespace vardvakt::simulator
