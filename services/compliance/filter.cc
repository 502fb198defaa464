#include "services/compliance/filter.h"

#include "lib/base/strings.h"
#include "lib/domain/control_chart.h"
#include "lib/engine/figures.h"
#include "lib/wire/compliance_codec.h"
#include "vardvakt/compliance/v1/query_service.pb.h"

namespace vardvakt::compliance {
namespace {

constexpr int kMostPoints = 5000;

absl::Status Unknown(std::string_view field, std::string_view allowed) {
  return absl::InvalidArgumentError(Cat(field, ": give ", allowed));
}

// "" is the whole, "*" every part.
template <typename Value, typename Parse>
absl::Status ReadPart(std::string_view field, const std::string& text, Value whole, Parse parse,
                      std::string_view allowed, std::optional<Value>& out) {
  if (text == "*") return absl::OkStatus();
  out = text.empty() ? std::optional(whole) : parse(text);
  return out ? absl::OkStatus() : Unknown(field, allowed);
}

template <typename Request>
absl::Status ReadBounds(const Request& request, std::optional<domain::Bounds>& bounds) {
  if (request.has_from() != request.has_to())
    return absl::InvalidArgumentError("from, to: give both or none");
  if (!request.has_from()) return absl::OkStatus();
  bounds = domain::Bounds{wire::ToInstant(request.from()), wire::ToInstant(request.to())};
  return bounds->from < bounds->to ? absl::OkStatus()
                                   : absl::InvalidArgumentError("from, to: from must be before to");
}

constexpr std::string_view kWindowNames =
    "1h, 24h, 7d, 30d, 365d, month, previous_month, tertial, previous_tertial, year or all";

// The start of the step that follows the one that begins at `at`.
Instant NextStep(SeriesFilter::Step step, Instant at, const TimeZone& zone) {
  using Step = SeriesFilter::Step;
  if (step == Step::kMinute) return at + minutes(1);
  if (step == Step::kHour) return at + hours(1);
  const LocalDay day = zone.DayOf(at);
  if (step == Step::kDay) return zone.StartOf(day + days(1));
  if (step == Step::kWeek) return zone.StartOf(day + days(7));
  const std::chrono::year_month_day date(day);
  return zone.StartOf(LocalDay((date.year() / date.month() + std::chrono::months(1)) / std::chrono::day(1)));
}

}  // namespace

absl::StatusOr<Filter> Filter::From(const v1::GetComplianceRequest& request) {
  Filter filter{.indicator = request.indicator(), .level = request.level(), .key = request.key()};
  absl::Status status =
      ReadPart("sex", request.sex(), domain::Sex::kAll, domain::ParseSex, "all, F, M, U or *", filter.sex);
  if (status.ok()) {
    status = ReadPart("age", request.age(), domain::Age::kAll, domain::ParseAge,
                      "all, 0-17, 18-64, 65-79, 80+, unknown or *", filter.age);
  }
  if (status.ok()) status = ReadBounds(request, filter.bounds);
  if (!status.ok()) return status;
  if (!request.measure().empty() && !(filter.measure = domain::ParseMeasure(request.measure()))) {
    return Unknown("measure", "completed or decided");
  }
  if (!request.window().empty() && !(filter.window = domain::ParseWindow(request.window()))) {
    return Unknown("window", kWindowNames);
  }
  if (filter.window && filter.bounds)
    return absl::InvalidArgumentError("window: give a window, or from and to, not both");
  return filter;
}

bool Filter::Means(const domain::SeriesKey& k) const {
  return (indicator.empty() || indicator == k.indicator) && (level.empty() || level == k.level) &&
         (key.empty() || key == k.key) && (!sex || *sex == k.sex) && (!age || *age == k.age);
}

absl::Status AddRows(engine::Task& task, const Filter& filter, v1::GetComplianceResponse& response) {
  const engine::TaskSetting& setting = task.setting();
  const engine::Figures figures(*setting.definition, *setting.zone, task.version().log_time);
  absl::Status status;
  task.series().ForEach([&](engine::Series& series) {
    if (!filter.Means(series.key) || !status.ok()) return;
    for (domain::Measure measure : {domain::Measure::kCompleted, domain::Measure::kDecided}) {
      if (filter.measure && *filter.measure != measure) continue;
      if (filter.bounds) {
        auto row = figures.ShareBetween(series, measure, filter.bounds->from, filter.bounds->to);
        if (!row.ok()) {
          status = row.status();
          return;
        }
        *response.add_shares() = wire::ToProto(*row, setting.region);
        continue;
      }
      for (domain::Window window : domain::kWindows) {
        if (filter.window && *filter.window != window) continue;
        if (auto row = figures.Share(series, measure, window))
          *response.add_shares() = wire::ToProto(*row, setting.region);
      }
    }
    if (series.open != 0) *response.add_waiting() = wire::ToProto(figures.Waiting(series), setting.region);
    if (series.AnyLeftOut())
      *response.add_left_out() = wire::ToProto(engine::Figures::LeftOut(series), setting.region);
  });
  if (filter.bounds || !status.ok()) return status;  // ratios and counts are given for named windows only
  for (int i = 0; i < static_cast<int>(setting.definition->indicators.size()); ++i) {
    for (const domain::RatioRow& row : figures.Ratios(task.series(), i)) {
      if (!filter.Means(row.series) || (filter.window && *filter.window != row.window)) continue;
      *response.add_ratios() = wire::ToProto(row, setting.region);
    }
  }
  return status;
}

absl::StatusOr<SeriesFilter> SeriesFilter::From(const v1::GetSeriesRequest& request) {
  SeriesFilter filter;
  if (request.indicator().empty()) return absl::InvalidArgumentError("indicator: say which series");
  filter.key = {.indicator = request.indicator(),
                .level = request.level().empty() ? "region" : request.level(),
                .key = request.key().empty() ? std::string(domain::kRegionKey) : request.key()};
  const auto sex = request.sex().empty() ? domain::Sex::kAll : domain::ParseSex(request.sex());
  if (!sex) return Unknown("sex", "all, F, M or U");
  const auto age = request.age().empty() ? domain::Age::kAll : domain::ParseAge(request.age());
  if (!age) return Unknown("age", "all, 0-17, 18-64, 65-79, 80+ or unknown");
  filter.key.sex = *sex;
  filter.key.age = *age;
  filter.snapshots = request.measure() == "waiting";
  const auto measure = request.measure().empty() || filter.snapshots
                           ? domain::Measure::kDecided
                           : domain::ParseMeasure(request.measure());
  if (!measure) return Unknown("measure", "completed, decided or waiting");
  filter.measure = *measure;
  std::optional<domain::Bounds> bounds;
  if (absl::Status status = ReadBounds(request, bounds); !status.ok()) return status;
  if (!bounds) return absl::InvalidArgumentError("from, to: say from when to when");
  filter.bounds = *bounds;
  constexpr std::pair<std::string_view, Step> kSteps[] = {{"minute", Step::kMinute},
                                                          {"hour", Step::kHour},
                                                          {"day", Step::kDay},
                                                          {"week", Step::kWeek},
                                                          {"month", Step::kMonth}};
  const std::string step = request.step().empty() ? "day" : request.step();
  for (const auto& [name, value] : kSteps) {
    if (name != step) continue;
    if (filter.snapshots && value < Step::kDay)
      return absl::InvalidArgumentError("step: waiting is known of midnights; give day, week or month");
    filter.step = value;
    return filter;
  }
  return Unknown("step", "minute, hour, day, week or month");
}

namespace {

// Points without cases have no share, and no place on the chart.
void AddControlChart(domain::Better better, v1::GetSeriesResponse& response) {
  std::vector<double> shares;
  std::vector<v1::SeriesPoint*> points;
  for (v1::SeriesPoint& point : *response.mutable_points()) {
    if (!point.has_share()) continue;
    shares.push_back(point.share());
    points.push_back(&point);
  }
  const auto chart = domain::MakeControlChart(shares, better);
  if (!chart) return;
  response.mutable_control_limits()->set_mean(chart->mean);
  response.mutable_control_limits()->set_lower(chart->lower);
  response.mutable_control_limits()->set_upper(chart->upper);
  for (size_t i = 0; i < points.size(); ++i) {
    points[i]->set_signal(std::string(domain::SignalName(chart->points[i].signal)));
    points[i]->set_favourable(chart->points[i].favourable);
  }
}

}  // namespace

absl::Status AddPoints(engine::Task& task, const SeriesFilter& filter, v1::GetSeriesResponse& response) {
  const engine::TaskSetting& setting = task.setting();
  const engine::Series* series = task.series().Find(filter.key);
  const engine::Series empty;
  if (series == nullptr) series = &empty;
  const Instant now = task.version().log_time;
  int points = 0;
  for (Instant from = filter.bounds.from; from < filter.bounds.to;) {
    if (++points > kMostPoints) {
      return absl::OutOfRangeError(
          Cat("more than ", kMostPoints, " points: ask for a shorter time or a longer step"));
    }
    const Instant to = std::min(NextStep(filter.step, from, *setting.zone), filter.bounds.to);
    const auto ranges = domain::PanesBetween(from, to, now, *setting.zone);
    if (!ranges.ok()) return ranges.status();
    domain::Counts sum;
    for (const domain::PaneRange& range : *ranges) {
      const domain::Pane pane = series->Sum(range);
      sum += filter.measure == domain::Measure::kDecided ? pane.decided : pane.completed;
    }
    v1::SeriesPoint& point = *response.add_points();
    wire::SetTimestamp(from, point.mutable_from());
    wire::SetTimestamp(to, point.mutable_to());
    point.set_n(static_cast<int32_t>(sum.n));
    point.set_within(static_cast<int32_t>(sum.within));
    if (sum.n > 0) {
      const domain::Interval interval = domain::Wilson(sum.within, sum.n);
      point.set_share(static_cast<double>(sum.within) / static_cast<double>(sum.n));
      point.set_wilson_low(interval.low);
      point.set_wilson_high(interval.high);
    }
    from = to;
  }
  if (series != &empty) AddControlChart(setting.definition->indicators[series->indicator].better, response);
  return absl::OkStatus();
}

absl::Status AddSnapshots(engine::Task& task, const SeriesFilter& filter, v1::GetSeriesResponse& response) {
  const engine::TaskSetting& setting = task.setting();
  const TimeZone& zone = *setting.zone;
  const LocalDay first = zone.DayOf(engine::MidnightFrom(filter.bounds.from, zone));
  const LocalDay last = zone.DayOf(filter.bounds.to - milliseconds(1));
  const auto snapshots = task.Snapshots(filter.key, first, last);
  if (!snapshots.ok()) return snapshots.status();
  for (const engine::Snapshot& snapshot : *snapshots) {
    const std::chrono::year_month_day date(snapshot.day);
    using Step = SeriesFilter::Step;
    if (filter.step == Step::kWeek && std::chrono::weekday(snapshot.day) != std::chrono::Monday) continue;
    if (filter.step == Step::kMonth && date.day() != std::chrono::day(1)) continue;
    if (response.snapshots_size() == kMostPoints) {
      return absl::OutOfRangeError(
          Cat("more than ", kMostPoints, " points: ask for a shorter time or a longer step"));
    }
    v1::WaitingSnapshot& out = *response.add_snapshots();
    wire::SetTimestamp(zone.StartOf(snapshot.day), out.mutable_at());
    out.set_day(FormatLocalDay(snapshot.day));
    out.set_revision(snapshot.revision);
    *out.mutable_waiting() = wire::ToProto(snapshot.row, setting.region);
  }
  return absl::OkStatus();
}

}  // namespace vardvakt::compliance
