#include "lib/runtime/run_main.h"

#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include "lib/base/strings.h"
#include "lib/runtime/json_logger.h"
#include "lib/runtime/system_clock.h"

namespace vardvakt::runtime {
namespace {

// Every command has these.
struct CommonOptions {
  std::string log_level = "info";
  Duration stop_timeout = seconds(30);
};

void Declare(const Command& command, Options& options, CommonOptions& common) {
  if (command.declare) command.declare(options);
  options
      .Text("log-level", &common.log_level, "The least level that is logged.",
            {"debug", "info", "warning", "error"})
      .Time("stop-timeout", &common.stop_timeout,
            "How long an orderly stop may take before the process ends itself.",
            {.least = seconds(1), .most = hours(1)});
}

void PrintError(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }
void PrintOut(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// The type alone, and no core: what an exception says and what is in memory may be about a person.
[[noreturn]] void TellAndEnd() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  std::fprintf(stderr, "{\"level\":\"error\",\"event\":\"terminated\",\"exception\":\"%s\"}\n",
               type == nullptr ? "none" : type->name());
  std::_Exit(static_cast<int>(ExitCode::kBroken));
}

std::string Usage(const Program& program) {
  std::string text = Cat(program.name, ": ", program.doc, "\n");
  for (const Command& command : program.commands) {
    if (command.name.empty()) continue;
    CatTo(text, "  ", command.name, std::string(command.name.size() < 20 ? 20 - command.name.size() : 1, ' '),
          command.doc, "\n");
  }
  if (program.commands.size() > 1) CatTo(text, "Each command tells its options with --help.\n");
  return text;
}

const Command* FindCommand(const Program& program, const std::vector<std::string>& arguments) {
  for (const Command& command : program.commands) {
    if (command.name.empty() || (!arguments.empty() && arguments.front() == command.name)) return &command;
  }
  return nullptr;
}

int Run(const Program& program, const Command& command, const Options& options, const CommonOptions& common) {
  const SystemClock clock;
  LogLevel level = LogLevel::kInfo;
  ParseLogLevel(common.log_level, level);
  JsonLogger logger(command.name.empty() ? program.name : Cat(program.name, "-", command.name), level, clock);
  Signals signals(logger);
  std::string effective;
  for (const auto& [name, value] : options.Effective())
    CatTo(effective, effective.empty() ? "" : " ", name, "=", value);
  logger.Debug("options", {{"effective", effective}});
  ExitCode exit_code = ExitCode::kOk;
  absl::Status status;
  {
    Lifecycle lifecycle(logger, common.stop_timeout);
    Context context{clock, logger, signals, lifecycle};
    try {
      status = command.run(context, exit_code);
    } catch (...) {
      TellAndEnd();
    }
  }
  if (status.ok()) return static_cast<int>(exit_code);
  const bool usage = absl::IsInvalidArgument(status);
  logger.Error(usage ? "refused" : "failed", {{"reason", ToStd(status.message())}});
  return static_cast<int>(usage ? ExitCode::kUsage : ExitCode::kFailed);
}

}  // namespace

int RunMain(const Program& program, int argc, char** argv) {
  std::set_terminate(TellAndEnd);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments.front() == "--options-reference") {
    PrintOut(OptionsReference(program));
    return static_cast<int>(ExitCode::kOk);
  }
  const Command* command = FindCommand(program, arguments);
  const bool help = !arguments.empty() && (arguments.back() == "--help" || arguments.back() == "-h");
  if (command == nullptr) {
    (help ? PrintOut : PrintError)(Usage(program));
    return static_cast<int>(help ? ExitCode::kOk : ExitCode::kUsage);
  }
  if (!command->name.empty()) arguments.erase(arguments.begin());
  Options options;
  CommonOptions common;
  Declare(*command, options, common);
  const std::string called = command->name.empty() ? program.name : Cat(program.name, " ", command->name);
  if (help) {
    PrintOut(Cat(called, ": ", command->name.empty() ? program.doc : command->doc, "\n", options.Help()));
    return static_cast<int>(ExitCode::kOk);
  }
  if (const absl::Status status = options.Parse(arguments); !status.ok()) {
    PrintError(Cat(called, ": ", ToStd(status.message()), "\n", "See ", called, " --help.\n"));
    return static_cast<int>(ExitCode::kUsage);
  }
  return Run(program, *command, options, common);
}

std::string OptionsReference(const Program& program) {
  std::string text;
  for (const Command& command : program.commands) {
    Options options;
    CommonOptions common;
    Declare(command, options, common);
    CatTo(text, "## ", program.name, command.name.empty() ? "" : " ", command.name, "\n\n",
          command.name.empty() ? program.doc : command.doc, "\n\n", options.Reference(), "\n");
  }
  return text;
}

}  // namespace vardvakt::runtime
