#include <iostream>

#include "lib/config/configuration.h"
#include "services/vardvakt/commands.h"

namespace vardvakt::cli {
namespace {

void Check(const std::string& directory, runtime::ExitCode& exit_code) {
  const config::LoadResult loaded = config::Load(directory);
  if (!loaded.problems.empty()) {
    std::cout << config::FormatProblems(loaded.problems);
    std::cerr << loaded.problems.size() << " problem(s) in " << directory << "\n";
    exit_code = runtime::ExitCode::kFailed;
    return;
  }
  for (config::Problem note : loaded.notes) {
    note.message = "note: " + note.message;
    std::cout << config::FormatProblems({note});
  }
  size_t indicators = 0;
  for (const domain::StreamDefinition& stream : loaded.configuration->regions.front().streams) {
    indicators += stream.indicators.size();
  }
  std::cout << directory << ": no problem; revision " << loaded.configuration->revision << ", "
            << loaded.configuration->regions.size() << " region(s), " << loaded.configuration->streams.size()
            << " stream(s), " << indicators << " indicator(s)\n";
}

}  // namespace

runtime::Command CheckConfigCommand() {
  auto directory = std::make_shared<std::string>();
  return {.name = "check-config",
          .doc = "Tells every problem of a configuration directory.",
          .declare =
              [directory](runtime::Options& options) {
                options.Positional("DIR", directory.get(), "The configuration directory.").Required();
              },
          .run =
              [directory](runtime::Context&, runtime::ExitCode& exit_code) {
                Check(*directory, exit_code);
                return absl::OkStatus();
              }};
}

}  // namespace vardvakt::cli
