// How often each shipped threshold rule fires while nothing has changed, and how long it takes to notice that
// something has: missions as a Poisson process with a daily rhythm, each within its limit with one
// probability, seen through the rule's window minute by minute.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/simulator/county.h"

namespace vardvakt {
namespace {

using domain::ThresholdRule;
using domain::Window;

constexpr int kMinutesPerDay = 24 * 60;

struct Options {
  std::string config = "config";
  int years = 400;
  double missions_per_day = 40;  // of priority 1
  int share_permille = 710;      // the result of 2023
  double max_pages_per_year = -1;
};

// One key of a rule's level and its part of the county's missions.
struct Series {
  std::string key;
  double missions_per_day;
};

// Of the window: panes of one minute, or local days with today (spec §4).
struct PaneModel {
  int pane_minutes;
  int panes;
};
std::optional<PaneModel> ModelOf(Window window) {
  switch (window) {
    case Window::k1h:
      return PaneModel{1, 60};
    case Window::k24h:
      return PaneModel{1, kMinutesPerDay};
    case Window::k7d:
      return PaneModel{kMinutesPerDay, 7};
    case Window::k30d:
      return PaneModel{kMinutesPerDay, 30};
    default:
      return std::nullopt;
  }
}

// Missions by the hour of the day, around a mean of one: few at night, most around noon and the evening.
double Rhythm(int minute_of_day) {
  constexpr double kPi = 3.14159265358979323846;
  return 1.0 + 0.45 * std::sin(2 * kPi * (minute_of_day - 9 * 60) / kMinutesPerDay);
}

// One series under one rule, a minute at a time.
class Watch {
 public:
  Watch(const ThresholdRule& rule, PaneModel model, double missions_per_day, uint64_t seed)
      : rule_(rule),
        model_(model),
        per_minute_(missions_per_day / kMinutesPerDay),
        panes_(static_cast<size_t>(model.panes)),
        random_(seed) {}

  // True when the rule begins to fire in this minute.
  bool Step(int share_permille) {
    const auto minute_of_day = static_cast<int>(minute_ % kMinutesPerDay);
    Pane& pane = panes_[static_cast<size_t>(minute_ / model_.pane_minutes % model_.panes)];
    if (minute_ % model_.pane_minutes == 0) {
      n_ -= pane.n;
      within_ -= pane.within;
      pane = {};
    }
    const double expected = per_minute_ * Rhythm(minute_of_day);
    // At most one a minute: at these rates two are one in a thousand minutes.
    if (uniform_(random_) < expected) {
      const bool within = uniform_(random_) * 1000 < share_permille;
      pane.n += 1, n_ += 1;
      pane.within += within, within_ += within;
    }
    ++minute_;
    return Judge();
  }
  bool firing() const { return firing_; }

 private:
  struct Pane {
    int n = 0;
    int within = 0;
  };

  bool Judge() {
    if (firing_) {
      firing_ = within_ * 1000 < rule_.clear_permille * n_;
      return false;
    }
    if (n_ < rule_.min_n || within_ * 1000 >= rule_.floor_permille * n_) {
      held_minutes_ = 0;
      return false;
    }
    firing_ = minutes(held_minutes_++) >= rule_.for_at_least;
    if (firing_) held_minutes_ = 0;
    return firing_;
  }

  const ThresholdRule& rule_;
  PaneModel model_;
  double per_minute_;
  std::vector<Pane> panes_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> uniform_{0.0, 1.0};
  int64_t minute_ = 0;
  int64_t n_ = 0;
  int64_t within_ = 0;
  int64_t held_minutes_ = 0;
  bool firing_ = false;
};

double EpisodesPerYear(const ThresholdRule& rule, PaneModel model, const Series& series, int share,
                       int years) {
  Watch watch(rule, model, series.missions_per_day, 1);
  int64_t episodes = 0;
  for (int64_t minute = 0; minute < int64_t{years} * 365 * kMinutesPerDay; ++minute)
    episodes += watch.Step(share);
  return static_cast<double>(episodes) / years;
}

// Median hours from the fall of the share until the rule fires; nullopt when more than half are not noticed
// within 60 days.
std::optional<double> MedianHoursToNotice(const ThresholdRule& rule, PaneModel model, const Series& series,
                                          int before, int after, int trials) {
  constexpr int64_t kWarmUp = 40 * kMinutesPerDay;
  constexpr int64_t kPatience = 60 * kMinutesPerDay;
  std::vector<int64_t> delays;
  for (int trial = 0; trial < trials; ++trial) {
    Watch watch(rule, model, series.missions_per_day, 1000 + static_cast<uint64_t>(trial));
    const int64_t fall = kWarmUp + trial * 97 % kMinutesPerDay;
    for (int64_t minute = 0; minute < fall; ++minute) watch.Step(before);
    if (watch.firing()) continue;
    int64_t delay = 0;
    while (delay < kPatience && !watch.Step(after)) ++delay;
    delays.push_back(delay);
  }
  if (delays.empty()) return std::nullopt;
  std::nth_element(delays.begin(), delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2),
                   delays.end());
  const int64_t median = delays[delays.size() / 2];
  if (median >= kPatience) return std::nullopt;
  return static_cast<double>(median) / 60;
}

std::vector<Series> SeriesOf(const ThresholdRule& rule, const config::RegionConfiguration& region,
                             double missions) {
  if (rule.level == "region") return {{"region", missions}};
  const simulator::County county = simulator::CountyOf(region.geography, region.zone);
  double population = 0;
  for (const simulator::Place& place : county.places) population += place.population;
  std::vector<Series> series;
  for (const domain::Lansdel& lansdel : region.geography.lansdelar) {
    double part = 0;
    for (const simulator::Place& place : county.places) {
      const domain::Municipality* municipality = region.geography.FindMunicipality(place.municipality);
      if (municipality != nullptr && municipality->lansdel == lansdel.code) part += place.population;
    }
    if (rule.level == "lansdel") series.push_back({lansdel.code, missions * part / population});
  }
  return series;
}

std::string Hours(const std::optional<double>& hours) {
  if (!hours) return "> 60 d";
  std::array<char, 32> text{};
  if (*hours < 48) {
    std::snprintf(text.data(), text.size(), "%.0f h", *hours);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f d", *hours / 24);
  }
  return text.data();
}

// Prints a row per rule and key; the pages of all rules together, per year.
std::optional<double> Report(const config::RegionConfiguration& region, const Options& options) {
  std::printf("missions of priority 1 a day: %.0f; share within: %.1f %%; simulated: %d years\n\n",
              options.missions_per_day, options.share_permille / 10.0, options.years);
  std::printf("%-30s %-10s %-8s %7s %10s %10s %10s %10s\n", "rule", "key", "severity", "n", "per year",
              "-6 points", "to 51 %", "to 30 %");
  double pages = 0;
  for (const ThresholdRule& rule : region.rules.threshold_rules) {
    const std::optional<PaneModel> model = ModelOf(rule.window);
    const std::vector<Series> all = SeriesOf(rule, region, options.missions_per_day);
    if (!model || all.empty()) {
      std::fprintf(stderr, "alert_quality: no model for window or level of rule %s; add one\n",
                   rule.id.c_str());
      return std::nullopt;
    }
    for (const Series& series : all) {
      const int share = options.share_permille;
      const int trials = std::min(options.years, 400);
      const double chance = EpisodesPerYear(rule, *model, series, share, options.years);
      const double weaker = EpisodesPerYear(rule, *model, series, share - 60, options.years);
      std::printf("%-30s %-10s %-8s %7.0f %10.2f %10.2f %10s %10s\n", rule.id.c_str(), series.key.c_str(),
                  std::string(domain::SeverityName(rule.severity)).c_str(),
                  series.missions_per_day * model->panes * model->pane_minutes / kMinutesPerDay, chance,
                  weaker, Hours(MedianHoursToNotice(rule, *model, series, share, 510, trials)).c_str(),
                  Hours(MedianHoursToNotice(rule, *model, series, share, 300, trials)).c_str());
      std::fflush(stdout);
      if (rule.severity == domain::Severity::kPage) pages += chance;
    }
  }
  std::printf("\npages a year while nothing has changed: %.2f\n", pages);
  std::printf(
      "n: cases in a full window. per year: episodes while the share stays. -6 points: the same where the "
      "true share\n"
      "is 6 points lower. to 51 %%, to 30 %%: median time until it fires after the share has fallen to "
      "that.\n");
  return pages;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--tiny") {
      options.years = 20;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    if (name == "--config") {
      options.config = value;
      continue;
    }
    double number = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || rest != value.data() + value.size()) return false;
    if (name == "--years" && number >= 1 && number <= 100000) {
      options.years = static_cast<int>(number);
    } else if (name == "--missions-per-day" && number > 0 && number <= 500) {
      options.missions_per_day = number;
    } else if (name == "--share" && number >= 0.1 && number <= 1) {
      options.share_permille = static_cast<int>(std::lround(number * 1000));
    } else if (name == "--max-pages-per-year") {
      options.max_pages_per_year = number;
    } else {
      return false;
    }
  }
  return true;
}

int Main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    std::fprintf(
        stderr,
        "usage: alert_quality [--tiny] [--config DIR] [--years N] [--missions-per-day N] [--share 0.71]\n"
        "                     [--max-pages-per-year N]\n");
    return 2;
  }
  const config::LoadResult loaded = config::Load(options.config);
  if (loaded.configuration == nullptr) {
    std::fprintf(stderr, "%s", config::FormatProblems(loaded.problems).c_str());
    return 1;
  }
  const std::optional<double> pages = Report(loaded.configuration->regions.front(), options);
  if (!pages) return 1;
  if (options.max_pages_per_year >= 0 && *pages > options.max_pages_per_year) {
    std::fprintf(stderr, "alert_quality: more than %.1f pages a year by chance; lower a floor\n",
                 options.max_pages_per_year);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace vardvakt

int main(int argc, char** argv) { return vardvakt::Main(argc, argv); }
