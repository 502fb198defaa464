#include <iostream>

#include "lib/adapters/http/client.h"
#include "lib/base/strings.h"
#include "lib/simulator/county.h"
#include "lib/simulator/demo.h"
#include "lib/simulator/generator.h"
#include "lib/wire/ndjson.h"
#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"

namespace vardvakt::cli {
namespace {

constexpr size_t kLinesAtOnce = 2000;
constexpr Duration kAfterRefusal = seconds(1);
constexpr Duration kLongestWait = seconds(1);
constexpr int kTooManyRequests = 429;

struct FeedOptions {
  std::string config = "config";
  std::string ingest = "http://127.0.0.1:8081";
  Duration history = days(3);
};

// Posts to a running ingest until a stop is requested; what it has not taken goes again, which is harmless.
class Source {
 public:
  Source(http::Url url, runtime::Signals& signals) : url_(std::move(url)), signals_(signals) {
    url_.target = "/v1/events";
  }

  // False when a stop was requested before the log had all of it.
  bool Post(const std::string& lines) {
    std::string last_trouble;
    while (!signals_.stop_requested()) {
      const auto response = client_.Send({.method = "POST",
                                          .url = url_,
                                          .headers = {{"content-type", "application/x-ndjson"}},
                                          .body = lines});
      if (response.ok() && response->status == 200) return true;
      std::string trouble = response.ok() ? Cat("ingest answers ", response->status)
                                          : std::string(ToStd(response.status().message()));
      if (trouble != last_trouble) std::cerr << trouble << "; trying again\n";
      last_trouble = std::move(trouble);
      signals_.WaitForStop(kAfterRefusal);
    }
    return false;
  }

 private:
  http::Url url_;
  runtime::Signals& signals_;
  http::Client client_{{.timeout = seconds(30), .max_response_bytes = size_t{4} << 20}};
};

absl::Status Feed(const FeedOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  const auto url = http::ParseUrl(options.ingest);
  if (!url.ok()) return url.status();
  const config::RegionConfiguration& region = (*configuration)->regions.front();
  const simulator::County county = simulator::CountyOf(region.geography, region.zone);
  const simulator::DemoPlan plan = simulator::PlanLiveFeed(context.clock.Now(), options.history);
  simulator::Generator generator(county, plan.traffic);
  Source source(*url, context.signals);
  std::cout << "feeding " << url->Authority()
            << ": history, then missions as they happen, and a snow storm until "
            << FormatSeconds(plan.storm.to) << std::endl;
  while (!context.signals.stop_requested()) {
    std::string lines;
    size_t count = 0;
    while (count < kLinesAtOnce && generator.NextAt().value_or(kNever) <= context.clock.Now()) {
      const auto delivery = generator.Next();
      wire::AppendEventJson(delivery->event, lines);
      lines.push_back('\n');
      ++count;
    }
    if (count > 0) {
      if (!source.Post(lines)) break;
    } else {
      context.signals.WaitForStop(kLongestWait);
    }
  }
  return absl::OkStatus();
}

}  // namespace

runtime::Command FeedCommand() {
  auto given = std::make_shared<FeedOptions>();
  return {.name = "feed",
          .doc = "Posts a synthetic county's events to a running ingest, on the real clock, until Ctrl-C.",
          .declare =
              [given](runtime::Options& options) {
                process::DeclareConfig(options, &given->config);
                options.Text("ingest", &given->ingest, "Where ingest answers, http://HOST:PORT.")
                    .Time("history", &given->history, "How much of the past goes in first.",
                          {.least = hours(1), .most = days(60)});
              },
          .run = [given](runtime::Context& context, runtime::ExitCode&) { return Feed(*given, context); }};
}

}  // namespace vardvakt::cli
