#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "lib/base/strings.h"
#include "lib/simulator/demo.h"
#include "lib/simulator/pacer.h"
#include "lib/simulator/traffic.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/feeder.h"
#include "services/vardvakt/live_table.h"
#include "services/vardvakt/node.h"

namespace vardvakt::cli {
namespace {

struct DemoOptions {
  NodeOptions node;
  Duration duration{0};
  bool headless = false;
  int64_t speed = simulator::kDemoSpeed;
};

constexpr Duration kRedrawEvery = milliseconds(500);
constexpr Duration kLineEvery = seconds(5);

// A directory of the demo's own where none was named, gone at the end.
absl::Status ChooseDirectory(DemoOptions& options, runtime::Lifecycle& lifecycle) {
  if (!options.node.storage.data_dir.empty()) return absl::OkStatus();
  std::string made = (std::filesystem::temp_directory_path() / "vardvakt-demo-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) {
    return absl::FailedPreconditionError("no temporary directory can be made; name one by --data-dir");
  }
  options.node.storage.data_dir = made;
  lifecycle.OnStop("temporary directory", [made] {
    std::error_code ignored;  // what is left is the machine's to clean
    std::filesystem::remove_all(made, ignored);
  });
  return absl::OkStatus();
}

// When the log of an earlier demo took its last record; nullopt for a new one.
absl::StatusOr<std::optional<Instant>> LastAppend(const DemoOptions& options,
                                                  const config::Configuration& configuration,
                                                  const Clock& clock) {
  auto storage = process::Storage::Open(options.node.storage);
  if (!storage.ok()) return storage.status();
  auto log = (*storage)->OpenLog(clock);
  if (!log.ok()) return log.status();
  std::optional<Instant> last;
  const std::vector<engine::TopicSpec> topics = process::TopicsOf(configuration);
  if (!(*log)->CheckTopics(topics).ok()) return last;
  for (const engine::TopicSpec& topic : topics) {
    for (int32_t partition = 0; partition < topic.partitions; ++partition) {
      auto reader = (*log)->OpenReader({topic.name, partition}, 0);
      if (!reader.ok()) return reader.status();
      auto end = (*reader)->End();
      if (!end.ok()) return end.status();
      if (*end == 0) continue;
      auto tail = (*log)->OpenReader({topic.name, partition}, *end - 1);
      if (!tail.ok()) return tail.status();
      std::vector<engine::Record> records;
      if (absl::Status status = (*tail)->Poll(1, seconds(5), records); !status.ok()) return status;
      if (!records.empty()) last = std::max(last.value_or(kBeginningOfTime), records.back().append_time);
    }
  }
  return last;
}

int TerminalColumns() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 120;
}

// Shows what compliance says until the demo ends.
class Screen {
 public:
  Screen(const Node& node, const DemoOptions& options)
      : node_(node), options_(options), live_(!options.headless && ::isatty(STDOUT_FILENO) == 1) {}

  Duration every() const { return live_ ? kRedrawEvery : kLineEvery; }

  void Show() {
    const config::RegionConfiguration& region = node_.configuration->regions.front();
    absl::StatusOr<LiveView> view = LookAt(node_.compliance->api(), region.code);
    if (!view.ok()) {
      std::cout << "waiting: " << ToStd(view.status().message()) << std::endl;
      return;
    }
    view->speed = options_.speed;
    view->address = node_.address;
    if (live_) {
      std::cout << "\033[H\033[2J" << RenderTable(*view, region, TerminalColumns()) << std::flush;
      return;
    }
    std::cout << RenderLine(*view, region) << std::endl;
    TellPages(*view);
  }

 private:
  // Each page once when it fires and once when it is over.
  void TellPages(const LiveView& view) {
    for (const alerts::v1::Episode& episode : view.episodes.episodes()) {
      if (episode.severity() != "page" || episode.state() == "pending") continue;
      if (!told_.insert(Cat(episode.fingerprint(), episode.started_at().seconds(), episode.state())).second)
        continue;
      std::cout << "PAGE " << episode.state() << ": " << episode.summary_en() << std::endl;
    }
  }

  const Node& node_;
  const DemoOptions& options_;
  const bool live_;
  std::set<std::string> told_;
};

absl::Status RunDemo(DemoOptions options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.node.config);
  if (!configuration.ok()) return configuration.status();
  if (absl::Status status = ChooseDirectory(options, context.lifecycle); !status.ok()) return status;
  auto last = LastAppend(options, **configuration, context.clock);
  if (!last.ok()) return last.status();

  const config::RegionConfiguration& region = (*configuration)->regions.front();
  const simulator::County county = simulator::CountyOf(region.geography, region.zone, region.streams);
  const simulator::DemoPlan plan = simulator::PlanDemo(county, context.clock.Now(), *last);
  auto clock = std::make_shared<simulator::ScaledClock>(context.clock, plan.start);
  context.lifecycle.OnStop("clock", [clock] {});
  auto node = StartNode(options.node, *configuration, *clock, context);
  if (!node.ok()) return node.status();
  std::cout << "Vårdvakt answers at " << (*node)->address << std::endl;

  simulator::Traffic traffic(county, {.missions = plan.traffic, .care = plan.care});
  Feeder feeder(traffic, *clock, (*node)->ingest->publisher(), context.logger);
  std::cout << "Reading the history of the simulated county ..." << std::endl;
  feeder.FeedHistory(context.signals);
  clock->Run(options.speed);
  feeder.Start();
  Screen screen(**node, options);
  const auto end = std::chrono::steady_clock::now() + options.duration;
  while (true) {
    Duration wait = screen.every();
    if (options.duration > Duration(0)) {
      const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
      if (left <= Duration(0)) break;
      wait = std::min(wait, left);
    }
    if (context.signals.WaitForStop(wait)) break;
    screen.Show();
  }
  feeder.Stop();
  return absl::OkStatus();
}

}  // namespace

runtime::Command DemoCommand() {
  auto given = std::make_shared<DemoOptions>();
  given->node.storage.data_dir.clear();
  return {
      .name = "demo",
      .doc = "Runs the whole product in one process with a simulated county, on a clock that runs faster.",
      .declare =
          [given](runtime::Options& options) {
            Declare(options, &given->node);
            options.Time("duration", &given->duration, "Ends by itself after this; 0s: never.")
                .Flag("headless", &given->headless, "Lines of text instead of a live table.")
                .Integer("speed-up", &given->speed, "How many times as fast as real time it runs.",
                         {.least = 1, .most = 100'000});
          },
      .run = [given](runtime::Context& context, runtime::ExitCode&) { return RunDemo(*given, context); }};
}

}  // namespace vardvakt::cli
