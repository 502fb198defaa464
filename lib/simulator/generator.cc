#include "lib/simulator/generator.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace vardvakt::simulator {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// Relative rates of calls.
constexpr std::array<int, 24> kHours = {42, 37, 34, 32, 32,  35, 45, 60, 75, 85, 92, 96,
                                        97, 96, 97, 98, 100, 98, 94, 88, 80, 70, 60, 50};
constexpr std::array<int, 7> kDays = {102, 98, 98, 99, 104, 102, 97};  // from Monday
constexpr std::array<int, 12> kMonths = {104, 103, 101, 98, 98, 99, 97, 97, 98, 100, 102, 105};
constexpr int kGreatestMonth = 105;
constexpr int kMeanMonth = 100;
constexpr int kWeekendNightPerMille = 1500;  // 0 to 5 o'clock on Saturday and Sunday

// A storm brings missions on top, per mille of the usual mean: the first hour on ice is the worst.
constexpr Duration kSurgePeak = hours(1);
constexpr int64_t kSurgePeakPerMille = 4000;
constexpr int64_t kSurgePerMille = 800;

constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr Instant kFirstFolder = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

std::array<int64_t, 168> HourOfWeekRates() {
  std::array<int64_t, 168> rates{};
  for (int i = 0; i < 168; ++i) {
    const int day = i / 24;
    const int hour = i % 24;
    rates[i] = int64_t{kHours[hour]} * kDays[day];
    if (day >= 5 && hour < 5) rates[i] = rates[i] * kWeekendNightPerMille / 1000;
  }
  return rates;
}

}  // namespace

Generator::Generator(const County& county, GeneratorOptions options)
    : county_(county),
      options_(std::move(options)),
      factory_(county, options_.source, options_.reporting, options_.seed),
      calls_(options_.seed, 0),
      hour_of_week_(HourOfWeekRates()) {
  int64_t sum = 0;
  for (const int64_t rate : hour_of_week_) {
    sum += rate;
    greatest_rate_ = std::max(greatest_rate_, rate * kGreatestMonth);
  }
  const int64_t mean_rate = sum * kMeanMonth / 168;
  // The usual gap, shortened by what the thinning takes away.
  mean_gap_micros_ = kMicrosPerDay / options_.missions_per_day * (mean_rate / 1000) / (greatest_rate_ / 1000);
  base_micros_ = duration_cast<microseconds>(options_.from.time_since_epoch()).count();
  AdvanceBase();
  for (size_t i = 0; i < options_.incidents.size(); ++i) {
    const Incident& incident = options_.incidents[i];
    if (incident.kind != IncidentKind::kSnowStorm) continue;
    const uint64_t stream = (i + 1) << 40;
    Surge surge{.random = Random(options_.seed, stream),
                .begin = std::max(incident.from, options_.from),
                .next = std::max(incident.from, options_.from),
                .end = std::min(incident.to, options_.to),
                .stream = stream};
    AdvanceSurge(surge);
    surges_.push_back(surge);
  }
}

std::optional<Delivery> Generator::Next() {
  Fill();
  if (queue_.empty() || queue_.front().at >= options_.to) return std::nullopt;
  std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
  const Queued next = queue_.back();
  queue_.pop_back();
  free_slots_.push_back(next.slot);
  return Delivery{.deliver_at = next.at, .event = std::move(events_[next.slot])};
}

std::optional<Instant> Generator::NextAt() {
  Fill();
  if (queue_.empty() || queue_.front().at >= options_.to) return std::nullopt;
  return queue_.front().at;
}

void Generator::AdvanceBase() {
  while (true) {
    base_micros_ += calls_.Exponential(mean_gap_micros_);
    ++candidate_;
    const Instant candidate =
        std::chrono::floor<milliseconds>(std::chrono::sys_time<microseconds>(microseconds(base_micros_)));
    if (candidate >= options_.to) {
      base_next_ = kNever;
      return;
    }
    const auto local = county_.zone.ToLocal(candidate);
    const auto day = std::chrono::floor<days>(local);
    const auto month = static_cast<unsigned>(std::chrono::year_month_day(day).month());
    const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
    const int64_t hour = duration_cast<hours>(local - day).count();
    const int64_t rate = hour_of_week_[weekday * 24 + static_cast<size_t>(hour)] * kMonths[month - 1];
    if (calls_.Below(greatest_rate_) < rate) {
      base_next_ = candidate;
      return;
    }
  }
}

void Generator::AdvanceSurge(Surge& surge) {
  const int64_t mean_gap_micros = kMicrosPerDay / options_.missions_per_day * 1000 / kSurgePeakPerMille;
  do {
    surge.next += duration_cast<milliseconds>(microseconds(surge.random.Exponential(mean_gap_micros)));
    ++surge.stream;
  } while (surge.next >= surge.begin + kSurgePeak &&
           surge.random.Below(kSurgePeakPerMille) >= kSurgePerMille);
  if (surge.next >= surge.end) surge.next = kNever;
}

void Generator::Fill() {
  while (true) {
    Surge* surge = nullptr;
    for (Surge& candidate : surges_) {
      if (candidate.next != kNever && (surge == nullptr || candidate.next < surge->next)) surge = &candidate;
    }
    const Instant call = surge != nullptr ? std::min(surge->next, base_next_) : base_next_;
    if (call == kNever) return;
    // Dispatch writes whole seconds, cut.
    const Instant written = std::chrono::floor<seconds>(call);
    if (!queue_.empty() && queue_.front().at <= written) return;
    if (surge != nullptr && surge->next == call) {
      MakeMission(written, surge->stream, true);
      AdvanceSurge(*surge);
    } else {
      MakeMission(written, candidate_, false);
      AdvanceBase();
    }
  }
}

void Generator::MakeMission(Instant call, uint64_t stream, bool surge) {
  const int64_t folder = duration_cast<minutes>(call - kFirstFolder).count();
  number_in_folder_ = folder == folder_ ? number_in_folder_ + 1 : 1;
  folder_ = folder;
  ++missions_;
  Mission mission =
      factory_.Make({.folder = folder, .number = number_in_folder_, .stream = stream, .surge = surge}, call,
                    options_.incidents);
  if (observer_) observer_(mission);
  for (Delivery& delivery : mission.deliveries) {
    Deliver(std::move(delivery), county_.places[mission.place].municipality);
  }
}

void Generator::Deliver(Delivery delivery, const std::string& municipality) {
  bool twice = false;
  for (const Incident& incident : options_.incidents) {
    if (!incident.HoldsAt(delivery.deliver_at)) continue;
    if (!incident.IsAt({municipality, kAmbulanceStream, options_.source})) continue;
    switch (incident.kind) {
      case IncidentKind::kSourceLost:
        return;
      case IncidentKind::kSourceSilent:
        // All that was held back comes at once, in its order.
        delivery.deliver_at = incident.to + (delivery.deliver_at - incident.from) / 1000;
        break;
      case IncidentKind::kSourceDouble:
        twice = true;
        break;
      case IncidentKind::kStationClosed:
      case IncidentKind::kSnowStorm:
      case IncidentKind::kTheatreClosed:
      case IncidentKind::kStrike:
      case IncidentKind::kPvvForCapacity:
        break;
    }
  }
  if (twice) Queue(delivery.deliver_at, delivery.event);
  Queue(delivery.deliver_at, std::move(delivery.event));
}

void Generator::Queue(Instant at, domain::Event event) {
  if (at >= options_.to) return;
  size_t slot = events_.size();
  if (free_slots_.empty()) {
    events_.push_back(std::move(event));
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
    events_[slot] = std::move(event);
  }
  queue_.push_back({.at = at, .sequence = sequence_++, .slot = slot});
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

}  // namespace vardvakt::simulator
