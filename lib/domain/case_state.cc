#include "lib/domain/case_state.h"

#include <algorithm>
#include <tuple>

#include "lib/base/hash.h"

namespace vardvakt::domain {
namespace {

auto KeyOf(const Register& r) {
  return std::tuple(r.kind, std::string_view(r.name), std::string_view(r.resource));
}

std::strong_ordering CompareVersions(const Stamp& a, const Stamp& b) {
  return std::tie(a.recorded_at, a.source, a.event_id) <=> std::tie(b.recorded_at, b.source, b.event_id);
}

// Of two different values with one version: set beats retracted, then the greater instant, then the greater
// strings as bytes (spec §2.1).
std::strong_ordering CompareValues(const Register& a, const Register& b) {
  return std::tie(a.set, a.at, a.text, a.extra) <=> std::tie(b.set, b.at, b.text, b.extra);
}

// Everything that the event says, whatever the order in which it lists its attributes.
uint64_t ContentOf(const Event& e) {
  StableHash hash;
  hash.Add(e.milestone).Add(e.resource).Add(e.resource_kind).Add(e.closed);
  hash.Add(uint64_t{e.retract} | uint64_t{e.deleted} << 1 |
           uint64_t{e.deviation ? 1 + static_cast<uint64_t>(*e.deviation) : 0} << 2);
  hash.Add(static_cast<uint64_t>(e.occurred_at ? MillisOf(*e.occurred_at) : INT64_MIN));
  uint64_t attributes = 0;
  for (const auto& [name, value] : e.attributes) attributes += StableHash().Add(name).Add(value).value();
  hash.Add(attributes);
  if (e.exempted) {
    hash.Add(e.exempted->indicator).Add(e.exempted->reason).Add(e.exempted->decided_by);
    hash.Add(static_cast<uint64_t>(e.exempted->decided_at ? MillisOf(*e.exempted->decided_at) : INT64_MIN));
    hash.Add(uint64_t{e.exempted->revoked});
  }
  return hash.value();
}

template <typename Visit>
void ForEachRegister(const Event& e, Visit visit) {
  const Instant at = e.occurred_at.value_or(kBeginningOfTime);
  if (!e.milestone.empty()) {
    Register r{
        .kind = RegisterKind::kMilestone, .set = !e.retract, .name = e.milestone, .resource = e.resource};
    if (r.set) {
      r.at = at;
      r.text = e.resource_kind;
    }
    visit(std::move(r));
  }
  for (const auto& [name, value] : e.attributes) {
    visit(Register{.kind = RegisterKind::kAttribute, .set = !value.empty(), .name = name, .text = value});
  }
  if (e.deviation) {
    visit(Register{.kind = RegisterKind::kDeviation,
                   .set = *e.deviation != Deviation::kNone,
                   .text = std::string(DeviationCode(*e.deviation))});
  }
  if (!e.closed.empty()) {
    Register r{.kind = RegisterKind::kClosed, .set = !e.retract};
    if (r.set) {
      r.at = at;
      r.text = e.closed;
    }
    visit(std::move(r));
  }
  if (e.deleted) visit(Register{.kind = RegisterKind::kDeleted, .set = !e.retract});
  if (e.exempted) {
    visit(Register{.kind = RegisterKind::kExemption,
                   .set = !e.exempted->revoked,
                   .at = e.exempted->decided_at.value_or(kBeginningOfTime),
                   .name = e.exempted->indicator,
                   .text = e.exempted->reason,
                   .extra = e.exempted->decided_by});
  }
}

bool ComesBefore(const Stamp& a, const Stamp& b) {
  const auto versions = CompareVersions(a, b);
  return versions != 0 ? versions < 0 : a.content < b.content;
}

// Leaves exactly the stamps that a register refers to, in their order.
void Tidy(CaseState& state) {
  std::vector<uint32_t> order;
  std::vector<bool> used(state.stamps.size());
  for (const Register& r : state.registers) used[r.stamp] = true;
  for (uint32_t i = 0; i < state.stamps.size(); ++i) {
    if (used[i]) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return ComesBefore(state.stamps[a], state.stamps[b]); });
  std::vector<uint32_t> position(state.stamps.size());
  std::vector<Stamp> stamps;
  stamps.reserve(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    position[order[i]] = i;
    stamps.push_back(std::move(state.stamps[order[i]]));
  }
  for (Register& r : state.registers) r.stamp = position[r.stamp];
  state.stamps = std::move(stamps);
}

}  // namespace

const Register* CaseState::Find(RegisterKind kind, std::string_view name, std::string_view resource) const {
  const auto key = std::tuple(kind, name, resource);
  const auto it = std::lower_bound(registers.begin(), registers.end(), key,
                                   [](const Register& r, const auto& k) { return KeyOf(r) < k; });
  return it != registers.end() && KeyOf(*it) == key ? &*it : nullptr;
}

std::string_view CaseState::Attribute(std::string_view name) const {
  const Register* r = Find(RegisterKind::kAttribute, name);
  return r != nullptr && r->set ? std::string_view(r->text) : std::string_view();
}

bool CaseState::Deleted() const {
  const Register* r = Find(RegisterKind::kDeleted);
  return r != nullptr && r->set;
}

Deviation CaseState::deviation() const {
  const Register* r = Find(RegisterKind::kDeviation);
  return r != nullptr && r->set ? ParseDeviation(r->text).value_or(Deviation::kNone) : Deviation::kNone;
}

bool Merge(const Event& event, CaseState& state) {
  const auto fresh = static_cast<uint32_t>(state.stamps.size());
  state.stamps.push_back(Stamp{.recorded_at = event.recorded_at.value_or(kBeginningOfTime),
                               .source = event.source,
                               .event_id = event.event_id,
                               .content = ContentOf(event)});
  bool changed = false;
  bool replaced = false;  // so that a stamp may be without a register
  ForEachRegister(event, [&](Register r) {
    r.stamp = fresh;
    const auto it =
        std::lower_bound(state.registers.begin(), state.registers.end(), r,
                         [](const Register& a, const Register& b) { return KeyOf(a) < KeyOf(b); });
    if (it == state.registers.end() || KeyOf(*it) != KeyOf(r)) {
      state.registers.insert(it, std::move(r));
      changed = true;
      return;
    }
    const Stamp& theirs = state.stamps[it->stamp];
    const Stamp& ours = state.stamps[fresh];
    auto order = CompareVersions(ours, theirs);
    if (order == 0) order = CompareValues(r, *it);
    if (order == 0) order = ours.content <=> theirs.content;
    if (order > 0) {
      *it = std::move(r);
      changed = replaced = true;
    }
  });
  if (!changed) {
    state.stamps.pop_back();
    return false;
  }
  const bool last = fresh == 0 || ComesBefore(state.stamps[fresh - 1], state.stamps[fresh]);
  if (replaced || !last) Tidy(state);
  return true;
}

}  // namespace vardvakt::domain
