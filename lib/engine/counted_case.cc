#include "lib/engine/counted_case.h"

#include "lib/base/bytes.h"

namespace vardvakt::engine {
namespace {

using domain::Count;
using domain::Outcome;
using domain::Register;
using domain::Stamp;
using domain::Waiting;

LeftOut LeftOutOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kExcluded:
      return LeftOut::kExcluded;
    case Outcome::kClosed:
      return LeftOut::kClosed;
    case Outcome::kInvalid:
      return LeftOut::kInvalid;
    case Outcome::kNotApplicable:
    case Outcome::kCompleted:
    case Outcome::kOpen:
      return LeftOut::kNone;
  }
  return LeftOut::kNone;
}

// Instants of one case lie close together: each is written as its distance from the one before.
class InstantWriter {
 public:
  explicit InstantWriter(ByteWriter& out) : out_(out) {}
  void Write(Instant at) {
    const bool special = at == kNever || at == kBeginningOfTime;
    out_.Byte(at == kNever ? 2 : special ? 1 : 0);
    if (special) return;
    out_.Signed(MillisOf(at) - last_);
    last_ = MillisOf(at);
  }

 private:
  ByteWriter& out_;
  int64_t last_ = 0;
};

class InstantReader {
 public:
  explicit InstantReader(ByteReader& in) : in_(in) {}
  Instant Read() {
    const uint8_t special = in_.Byte();
    if (special != 0) return special == 2 ? kNever : kBeginningOfTime;
    last_ = static_cast<int64_t>(static_cast<uint64_t>(last_) + static_cast<uint64_t>(in_.Signed()));
    return InstantFromMillis(last_);
  }

 private:
  ByteReader& in_;
  int64_t last_ = 0;
};

constexpr int kCounts = 4;

void EncodeContribution(const Contribution& c, ByteWriter& out, InstantWriter& instants) {
  const std::optional<Count>* counts[kCounts] = {&c.completed, &c.decided, &c.completed_before,
                                                 &c.decided_before};
  uint64_t flags = 0;
  for (int i = 0; i < kCounts; ++i) {
    if (*counts[i]) flags |= uint64_t{1} << (2 * i);
    if (*counts[i] && (*counts[i])->within) flags |= uint64_t{2} << (2 * i);
  }
  out.Unsigned(flags);
  for (const auto* count : counts) {
    if (*count) instants.Write((*count)->at);
  }
  out.Signed(c.duration.count());
  out.Byte(static_cast<uint8_t>(static_cast<uint8_t>(c.waiting) | static_cast<uint8_t>(c.left_out) << 2 |
                                static_cast<uint8_t>(c.age) << 4 |
                                uint8_t{c.waiting_since.has_value()} << 7));
  if (c.waiting_since) out.Signed(c.waiting_since->time_since_epoch().count());
  if (c.left_out != LeftOut::kNone) out.String(c.reason);
}

void DecodeContribution(ByteReader& in, InstantReader& instants, Contribution& c) {
  const uint64_t flags = in.Unsigned();
  std::optional<Count>* counts[kCounts] = {&c.completed, &c.decided, &c.completed_before, &c.decided_before};
  for (int i = 0; i < kCounts; ++i) {
    if (flags >> (2 * i) & 1) *counts[i] = Count{instants.Read(), (flags >> (2 * i) & 2) != 0};
  }
  c.duration = Duration(in.Signed());
  const uint8_t packed = in.Byte();
  c.waiting = static_cast<Waiting>(packed & 3);
  c.left_out = static_cast<LeftOut>(packed >> 2 & 3);
  c.age = static_cast<domain::Age>(packed >> 4 & 7);
  if ((packed >> 7) != 0) c.waiting_since = LocalDay(days(in.Signed()));
  if (c.left_out != LeftOut::kNone) c.reason = in.String();
}

void EncodeState(const domain::CaseState& state, ByteWriter& out, InstantWriter& instants) {
  out.Unsigned(state.stamps.size());
  for (const Stamp& stamp : state.stamps) {
    instants.Write(stamp.recorded_at);
    out.String(stamp.source);
    out.String(stamp.event_id);
    out.Fixed64(stamp.content);
  }
  out.Unsigned(state.registers.size());
  for (const Register& r : state.registers) {
    out.Byte(static_cast<uint8_t>(static_cast<uint8_t>(r.kind) << 1 | uint8_t{r.set}));
    out.Unsigned(r.stamp);
    instants.Write(r.at);
    out.String(r.name);
    out.String(r.resource);
    out.String(r.text);
    if (r.kind == domain::RegisterKind::kExemption) out.String(r.extra);
  }
}

bool DecodeState(ByteReader& in, InstantReader& instants, domain::CaseState& state) {
  const uint64_t stamps = in.Unsigned();
  if (stamps > in.rest().size()) return false;
  state.stamps.resize(stamps);
  for (Stamp& stamp : state.stamps) {
    stamp.recorded_at = instants.Read();
    stamp.source = in.String();
    stamp.event_id = in.String();
    stamp.content = in.Fixed64();
  }
  const uint64_t registers = in.Unsigned();
  if (registers > in.rest().size()) return false;
  state.registers.resize(registers);
  for (Register& r : state.registers) {
    const uint8_t head = in.Byte();
    r.kind = static_cast<domain::RegisterKind>(head >> 1);
    r.set = (head & 1) != 0;
    const uint64_t stamp = in.Unsigned();
    if (stamp >= stamps) return false;
    r.stamp = static_cast<uint32_t>(stamp);
    r.at = instants.Read();
    r.name = in.String();
    r.resource = in.String();
    r.text = in.String();
    r.extra = r.kind == domain::RegisterKind::kExemption ? in.String() : std::string_view();
  }
  return in.ok();
}

// One of the texts that stand in the record already as its number from 1 on, another one as it is.
template <typename Texts, typename TextOf>
void EncodeShared(const std::string& text, const Texts& texts, TextOf text_of, ByteWriter& out) {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (text_of(texts[i]) == text) return out.Unsigned(i + 1);
  }
  out.Unsigned(0);
  out.String(text);
}

template <typename Texts, typename TextOf>
std::string DecodeShared(const Texts& texts, TextOf text_of, ByteReader& in) {
  const uint64_t number = in.Unsigned();
  if (number == 0 || number > texts.size()) return std::string(in.String());
  return text_of(texts[number - 1]);
}

const std::string& SourceOf(const Stamp& stamp) { return stamp.source; }
const std::string& ItselfOf(const std::string& text) { return text; }

void EncodeFindings(const CountedCase& how, const domain::CaseState& state, ByteWriter& out) {
  const domain::CaseFindings& findings = how.findings;
  EncodeShared(findings.source, state.stamps, SourceOf, out);
  EncodeShared(findings.unit, how.keys, ItselfOf, out);
  out.Unsigned(findings.bits);
  out.Unsigned(findings.excludable_since ? static_cast<uint64_t>(*findings.excludable_since) + 1 : 0);
  out.Unsigned(static_cast<uint64_t>(findings.excludable_by));
  out.Byte(findings.pvv ? 1 : 0);
}

void DecodeFindings(ByteReader& in, const domain::CaseState& state, CountedCase& how) {
  domain::CaseFindings& findings = how.findings;
  findings.source = DecodeShared(state.stamps, SourceOf, in);
  findings.unit = DecodeShared(how.keys, ItselfOf, in);
  findings.bits = static_cast<uint16_t>(in.Unsigned());
  findings.excludable_since.reset();
  if (const uint64_t month = in.Unsigned(); month != 0) {
    findings.excludable_since = static_cast<domain::MonthIndex>(month - 1);
  }
  findings.excludable_by = static_cast<int>(in.Unsigned());
  findings.pvv = in.Byte() != 0;
}

}  // namespace

Contribution ContributionOf(const domain::Judgement& j, const domain::CaseState& state,
                            const TimeZone& zone) {
  Contribution c;
  if (j.outcome == Outcome::kNotApplicable) return c;
  c.completed = j.completed;
  c.decided = j.decided;
  c.completed_before = j.completed_before;
  c.decided_before = j.decided_before;
  c.duration = j.duration;
  c.waiting = j.waiting;
  c.left_out = LeftOutOf(j.outcome);
  c.reason = j.reason;
  c.age = domain::AgeOf(state, j.start ? *j.start : *j.stop, zone);
  c.waiting_since = j.waiting_since;
  return c;
}

void CountedBy::Clear() {
  generation = 0;
  next = kNever;
  how.keys.clear();
  how.sex = domain::Sex::kU;
  how.by_indicator.clear();
  how.findings = domain::CaseFindings();
}

void CaseRecord::Clear() {
  state.stamps.clear();
  state.registers.clear();
  for (CountedBy& by : counted) by.Clear();
}

const CountedBy* CaseRecord::FindCounted(uint32_t generation) const {
  for (const CountedBy& by : counted) {
    if (by.generation == generation) return &by;
  }
  return nullptr;
}

CountedBy& CaseRecord::By(uint32_t generation, uint32_t other) {
  for (CountedBy& by : counted) {
    if (by.generation != generation && by.generation != other) by.Clear();
  }
  CountedBy* found = &counted[other != 0 && counted[0].generation == other ? 1 : 0];
  if (counted[1].generation == generation) found = &counted[1];
  found->generation = generation;
  return *found;
}

void EncodeCase(const CaseRecord& record, std::string& bytes) {
  bytes.clear();
  ByteWriter out(bytes);
  InstantWriter instants(out);
  EncodeState(record.state, out, instants);
  for (const CountedBy& by : record.counted) {
    out.Unsigned(by.generation);
    if (by.generation == 0) continue;
    instants.Write(by.next);
    out.Unsigned(by.how.keys.size());
    for (const std::string& key : by.how.keys) out.String(key);
    out.Byte(static_cast<uint8_t>(by.how.sex));
    out.Unsigned(by.how.by_indicator.size());
    for (const Contribution& c : by.how.by_indicator) {
      out.Byte(c.Empty() ? 0 : 1);
      if (!c.Empty()) EncodeContribution(c, out, instants);
    }
    EncodeFindings(by.how, record.state, out);
  }
}

Instant FirstRecordedAt(std::string_view bytes) {
  ByteReader in(bytes);  // a case begins with its stamps, in their order
  InstantReader instants(in);
  return in.Unsigned() == 0 ? kNever : instants.Read();
}

bool DecodeCase(std::string_view bytes, CaseRecord& record) {
  ByteReader in(bytes);
  InstantReader instants(in);
  if (!DecodeState(in, instants, record.state)) return false;
  for (CountedBy& by : record.counted) {
    const auto generation = static_cast<uint32_t>(in.Unsigned());
    if (generation == 0) {
      by.Clear();
      continue;
    }
    by.generation = generation;
    by.next = instants.Read();
    const uint64_t keys = in.Unsigned();
    if (keys > bytes.size()) return false;
    by.how.keys.resize(keys);
    for (std::string& key : by.how.keys) key = in.String();
    by.how.sex = static_cast<domain::Sex>(in.Byte());
    const uint64_t indicators = in.Unsigned();
    if (indicators > bytes.size()) return false;
    by.how.by_indicator.assign(indicators, Contribution());
    for (Contribution& c : by.how.by_indicator) {
      if (in.Byte() != 0) DecodeContribution(in, instants, c);
    }
    DecodeFindings(in, record.state, by.how);
  }
  return in.Done();
}

}  // namespace vardvakt::engine
