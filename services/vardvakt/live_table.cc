#include "services/vardvakt/live_table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <map>

#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"

namespace vardvakt::cli {
namespace {

namespace v1 = compliance::v1;

constexpr size_t kCasesShown = 8;
constexpr size_t kEpisodesShown = 6;
constexpr size_t kNameColumns = 62;
constexpr std::array kWindowsShown = {"1h", "24h", "7d", "30d", "month"};

// How many columns a text takes: its code points, which is right for Swedish.
size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Left(std::string_view text, size_t width) {
  std::string out(text);
  const size_t has = WidthOf(text);
  if (has < width) out.append(width - has, ' ');
  return out;
}

std::string Right(std::string_view text, size_t width) {
  const size_t has = WidthOf(text);
  return has < width ? std::string(width - has, ' ').append(text) : std::string(text);
}

// Cut to `columns`, between code points.
std::string Cut(std::string_view line, size_t columns) {
  size_t seen = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xC0) != 0x80 && seen++ == columns) return std::string(line.substr(0, i));
  }
  return std::string(line);
}

std::string Percent(double fraction) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", fraction * 100);
  return text.data();
}

std::string MinutesSeconds(Duration duration) {
  const int64_t whole = std::max<int64_t>(0, std::chrono::floor<seconds>(duration).count());
  std::array<char, 24> text;
  std::snprintf(text.data(), text.size(), "%lld:%02lld", static_cast<long long>(whole / 60),
                static_cast<long long>(whole % 60));
  return text.data();
}

std::string LocalTime(Instant instant, const TimeZone& zone, bool with_seconds) {
  const auto local = zone.ToLocal(instant);
  const auto day = std::chrono::floor<days>(local);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(local - day));
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), with_seconds ? "%02d:%02d:%02d" : "%02d:%02d",
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string PlaceName(const config::RegionConfiguration& region, std::string_view level,
                      std::string_view key) {
  if (level == "region") return region.geography.region_name;
  if (const domain::Municipality* place = region.geography.FindMunicipality(key)) return place->name;
  for (const domain::Lansdel& lansdel : region.geography.lansdelar) {
    if (lansdel.code == key) return lansdel.name;
  }
  return std::string(key);
}

const v1::ShareRow* FindShare(const LiveView& view, std::string_view level, std::string_view key,
                              std::string_view window) {
  for (const v1::ShareRow& row : view.figures.shares()) {
    if (row.measure() == "decided" && row.level() == level && row.key() == key && row.window() == window)
      return &row;
  }
  return nullptr;
}

std::string ShareCell(const v1::ShareRow* row) {
  if (row == nullptr || row->n() == 0) return "-";
  return Cat(Percent(row->share()), " of ", row->n());
}

std::string Header(const LiveView& view, const config::RegionConfiguration& region) {
  return Cat(region.geography.region_name, "  ", FormatLocalDay(region.zone.DayOf(view.now)), " ",
             LocalTime(view.now, region.zone, true),
             view.speed == 1 ? "" : Cat("  (", view.speed, " times as fast)"), "  ", view.address);
}

void AddShares(const LiveView& view, const config::RegionConfiguration& region,
               std::vector<std::string>& lines) {
  std::string title = Left(view.indicator.name_en(), 34);
  for (std::string_view window : kWindowsShown) title += Right(window, 16);
  lines.push_back(title);
  auto add = [&](std::string_view level, std::string_view key) {
    std::string line = Left(Cat("  ", PlaceName(region, level, key)), 34);
    for (std::string_view window : kWindowsShown)
      line += Right(ShareCell(FindShare(view, level, key, window)), 16);
    lines.push_back(line);
  };
  add("region", domain::kRegionKey);
  for (const domain::Lansdel& lansdel : region.geography.lansdelar) add("lansdel", lansdel.code);
  const v1::ShareRow* whole = FindShare(view, "region", domain::kRegionKey, "24h");
  if (whole != nullptr && whole->has_goal()) lines.push_back(Cat("  goal ", Percent(whole->goal())));
}

// The other indicators of a share in one line each: too slow for an hour's or a day's window to say much.
void AddOthers(const LiveView& view, std::vector<std::string>& lines) {
  std::vector<std::string> rows;
  for (const v1::IndicatorInfo& indicator : view.others) {
    std::map<std::string, const v1::ShareRow*> by_window;
    for (const v1::ShareRow& row : view.of_others.shares()) {
      if (row.indicator() == indicator.id() && row.measure() == "decided") by_window[row.window()] = &row;
    }
    int64_t open = 0;
    int64_t overdue = 0;
    for (const v1::WaitingRow& row : view.of_others.waiting()) {
      if (row.indicator() != indicator.id()) continue;
      open += row.open();
      overdue += row.overdue();
    }
    if (by_window.empty() && open == 0) continue;
    const v1::ShareRow* year = by_window["year"];
    rows.push_back(Left(Cut(Cat("  ", indicator.name_en()), kNameColumns - 1), kNameColumns) +
                   Right(ShareCell(by_window["30d"]), 18) + Right(ShareCell(year), 18) +
                   Right(year != nullptr && year->has_goal() ? Percent(year->goal()) : "-", 9) +
                   Right(Cat(open), 9) + Right(Cat(overdue), 9));
  }
  if (rows.empty()) return;
  lines.push_back(Left("The other goals, the whole region", kNameColumns) + Right("30d", 18) +
                  Right("year", 18) + Right("goal", 9) + Right("waiting", 9) + Right("overdue", 9));
  std::ranges::move(rows, std::back_inserter(lines));
  lines.emplace_back();
}

const v1::WaitingRow* Waiting(const LiveView& view) {
  for (const v1::WaitingRow& row : view.figures.waiting()) {
    if (row.level() == "region") return &row;
  }
  return nullptr;
}

std::string WaitingText(const LiveView& view) {
  const v1::WaitingRow* waiting = Waiting(view);
  if (waiting == nullptr) return "no mission open";
  return Cat(waiting->open(), " open, ", waiting->at_risk(), " at risk, ", waiting->overdue(), " overdue");
}

void AddCases(const LiveView& view, const config::RegionConfiguration& region,
              std::vector<std::string>& lines) {
  lines.push_back(Cat("Missions: ", WaitingText(view)));
  std::vector<const v1::CaseStatus*> cases;
  for (const v1::CaseStatus& status : view.cases.cases()) cases.push_back(&status);
  std::ranges::sort(cases, {}, [](const v1::CaseStatus* c) { return wire::ToInstant(c->start()); });
  for (size_t i = 0; i < std::min(cases.size(), kCasesShown); ++i) {
    const v1::CaseStatus& status = *cases[i];
    lines.push_back(Cat("  ", Right(MinutesSeconds(view.now - wire::ToInstant(status.start())), 7), "  ",
                        Left(status.state() == "overdue" ? "OVERDUE" : "at risk", 9),
                        Left(PlaceName(region, "municipality", status.municipality()), 16),
                        "last: ", status.leg()));
  }
  if (cases.size() > kCasesShown) lines.push_back(Cat("  and ", cases.size() - kCasesShown, " more"));
}

// Pages first, then what fires, then the newest.
std::vector<const alerts::v1::Episode*> EpisodesToShow(const LiveView& view) {
  std::vector<const alerts::v1::Episode*> episodes;
  for (const alerts::v1::Episode& episode : view.episodes.episodes()) {
    if (episode.severity() == "page" || episode.state() == "firing") episodes.push_back(&episode);
  }
  std::ranges::stable_sort(episodes, [](const auto* a, const auto* b) {
    auto rank = [](const alerts::v1::Episode& e) {
      return std::pair(e.severity() != "page", e.state() != "firing");
    };
    return rank(*a) < rank(*b);
  });
  if (episodes.size() > kEpisodesShown) episodes.resize(kEpisodesShown);
  return episodes;
}

void AddEpisodes(const LiveView& view, const config::RegionConfiguration& region,
                 std::vector<std::string>& lines) {
  int firing = 0;
  for (const alerts::v1::Episode& episode : view.episodes.episodes())
    firing += episode.state() == "firing" ? 1 : 0;
  lines.push_back(Cat("Alerts: ", firing, " firing"));
  for (const alerts::v1::Episode* episode : EpisodesToShow(view)) {
    lines.push_back(Cat("  ", Left(episode->severity() == "page" ? "PAGE" : episode->severity(), 8),
                        Left(episode->state(), 9),
                        LocalTime(wire::ToInstant(episode->started_at()), region.zone, false), "  ",
                        episode->summary_en()));
  }
}

}  // namespace

absl::StatusOr<LiveView> LookAt(wire::ComplianceApi& api, const std::string& region) {
  LiveView view;
  v1::ListIndicatorsRequest list;
  list.set_region(region);
  auto indicators = api.ListIndicators(list);
  if (!indicators.ok()) return indicators.status();
  auto with_goal = std::ranges::find_if(indicators->indicators(),
                                        [](const v1::IndicatorInfo& info) { return !info.goals().empty(); });
  if (with_goal == indicators->indicators().end()) return absl::NotFoundError("no indicator has a goal");
  view.indicator = *with_goal;

  v1::GetComplianceRequest figures;
  figures.set_region(region);
  figures.set_indicator(view.indicator.id());
  auto answered = api.GetCompliance(figures);
  if (!answered.ok()) return answered.status();
  view.figures = *std::move(answered);
  view.now = wire::ToInstant(view.figures.as_of());

  for (const v1::IndicatorInfo& info : indicators->indicators()) {
    if (info.stream() != view.indicator.stream() && !info.goals().empty()) view.others.push_back(info);
  }
  v1::GetComplianceRequest others;
  others.set_region(region);
  others.set_level("region");
  others.set_measure("decided");
  auto of_others = api.GetCompliance(others);
  if (!of_others.ok()) return of_others.status();
  view.of_others = *std::move(of_others);

  v1::ListCasesRequest cases;
  cases.set_region(region);
  cases.set_indicator(view.indicator.id());
  auto listed = api.ListCases(cases);
  if (!listed.ok()) return listed.status();
  view.cases = *std::move(listed);

  v1::ListEpisodesRequest episodes;
  episodes.set_region(region);
  auto told = api.ListEpisodes(episodes);
  if (!told.ok()) return told.status();
  view.episodes = *std::move(told);
  return view;
}

std::string RenderTable(const LiveView& view, const config::RegionConfiguration& region, int columns) {
  std::vector<std::string> lines = {Header(view, region), ""};
  AddShares(view, region, lines);
  lines.emplace_back();
  AddCases(view, region, lines);
  lines.emplace_back();
  AddOthers(view, lines);
  AddEpisodes(view, region, lines);
  std::string text;
  for (const std::string& line : lines) CatTo(text, Cut(line, static_cast<size_t>(columns)), "\n");
  return text;
}

std::string RenderLine(const LiveView& view, const config::RegionConfiguration& region) {
  int firing = 0;
  int pages = 0;
  for (const alerts::v1::Episode& episode : view.episodes.episodes()) {
    if (episode.state() != "firing") continue;
    ++firing;
    pages += episode.severity() == "page" ? 1 : 0;
  }
  return Cat(FormatLocalDay(region.zone.DayOf(view.now)), " ", LocalTime(view.now, region.zone, true),
             "  1h ", ShareCell(FindShare(view, "region", domain::kRegionKey, "1h")), ", 24h ",
             ShareCell(FindShare(view, "region", domain::kRegionKey, "24h")), "; ", WaitingText(view), "; ",
             firing, " alerts firing, ", pages, " of them pages");
}

}  // namespace vardvakt::cli
