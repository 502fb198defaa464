#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/clock.h"
#include "lib/base/logger.h"
#include "lib/runtime/exit_code.h"
#include "lib/runtime/lifecycle.h"
#include "lib/runtime/options.h"
#include "lib/runtime/signals.h"

namespace vardvakt::runtime {

// What a running command is given.
struct Context {
  const Clock& clock;
  Logger& logger;
  Signals& signals;
  Lifecycle& lifecycle;  // stopped when the command has returned
};

struct Command {
  std::string name = {};  // empty: the program has this one only
  std::string doc = {};   // one sentence
  // Declares the options; called once before `run`, and for the reference.
  std::function<void(Options&)> declare = {};
  // Runs to its end, or until context.signals asks it to stop. kInvalidArgument: told as wrong usage. Any
  // other error: told as the reason of the failure. `exit_code` may be set to say kFailed with nothing more
  // to tell.
  std::function<absl::Status(Context& context, ExitCode& exit_code)> run = {};
};

struct Program {
  std::string name = {};
  std::string doc = {};
  std::vector<Command> commands = {};
};

// The whole of a main function: options, help, logging to standard error, signals, the end in order, exit
// codes and the last words of a program that can't go on. Adds --log-level and --stop-timeout to every
// command.
int RunMain(const Program& program, int argc, char** argv);

// A section of docs/options.md for every command of the program.
std::string OptionsReference(const Program& program);

}  // namespace vardvakt::runtime
