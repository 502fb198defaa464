#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace vardvakt::testkit {

// A program started by a test; killed and reaped when this goes. One thread.
class ChildProcess {
 public:
  // A file that takes all that it prints.
  struct Output {
    std::string file;
  };

  // Aborts the test program when it can't be started: a test without its server means nothing. Without
  // `output` ReadLine gives what it prints, and its error output goes where the test's own goes.
  explicit ChildProcess(const std::vector<std::string>& command,
                        const std::optional<Output>& output = std::nullopt);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line of its standard output; nullopt at its end or after `wait`.
  std::optional<std::string> ReadLine(std::chrono::milliseconds wait = std::chrono::seconds(30));
  void Signal(int signal);
  bool running();
  // Waits for its end: the exit code, or 128 + the signal; nullopt after `wait`.
  std::optional<int> Wait(std::chrono::milliseconds wait = std::chrono::seconds(30));
  // kill -9, then waits.
  void Kill9();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffered_;
  std::optional<int> ended_;
};

// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
int FreePort();

}  // namespace vardvakt::testkit
