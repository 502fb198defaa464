#pragma once

namespace vardvakt::runtime {

// How a program of this project ends. A second SIGTERM or SIGINT ends it with 128 + the signal's number.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,        // it ran and could not do what was asked; the reason is on standard error
  kUsage = 2,         // options or configuration are wrong
  kBroken = 70,       // a defect of the program itself
  kStopTimeout = 75,  // asked to stop, it did not in time
};

}  // namespace vardvakt::runtime
