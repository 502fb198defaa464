#include "lib/runtime/run_main.h"
#include "services/vardvakt/commands.h"

int main(int argc, char** argv) {
  using namespace vardvakt::cli;
  const vardvakt::runtime::Program program{
      .name = "vardvakt",
      .doc = "Care events in, live compliance and alerts out.",
      .commands = {DemoCommand(), ServeCommand(), ReplayCommand(), ReportCommand(), ConvertCommand(),
                   SimulateCommand(), FeedCommand(), ExplainCommand(), CheckConfigCommand(), TopicsCommand()},
  };
  return vardvakt::runtime::RunMain(program, argc, argv);
}
