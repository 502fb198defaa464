#include <iostream>

#include "services/process/configuration.h"
#include "services/vardvakt/commands.h"
#include "services/vardvakt/node.h"

namespace vardvakt::cli {
namespace {

absl::Status Serve(const NodeOptions& options, runtime::Context& context) {
  auto configuration = process::LoadConfiguration(options.config);
  if (!configuration.ok()) return configuration.status();
  auto node = StartNode(options, *configuration, context.clock, context);
  if (!node.ok()) return node.status();
  std::cout << (*node)->address << std::endl;
  context.signals.WaitForStop();
  return absl::OkStatus();
}

}  // namespace

runtime::Command ServeCommand() {
  auto given = std::make_shared<NodeOptions>();
  return {.name = "serve",
          .doc = "Runs all services in one process on the embedded log; prints its address when it answers.",
          .declare = [given](runtime::Options& options) { Declare(options, given.get()); },
          .run = [given](runtime::Context& context, runtime::ExitCode&) { return Serve(*given, context); }};
}

}  // namespace vardvakt::cli
