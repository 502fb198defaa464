#include "lib/runtime/run_main.h"

#include <csignal>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vardvakt::runtime {
namespace {

using ::testing::ExitedWithCode;
using ::testing::HasSubstr;

// A program of one command that does `run`. Each test runs it in a process of its own.
[[noreturn]] void RunAndExit(std::function<absl::Status(Context&, ExitCode&)> run,
                             std::vector<std::string> arguments, std::string command = "") {
  int number = 1;
  const Program program{
      .name = "example",
      .doc = "Does nothing.",
      .commands = {
          {.name = std::move(command),
           .doc = "Does this.",
           .declare = [&](Options& options) { options.Integer("number", &number, "A number.", {.most = 9}); },
           .run = std::move(run)}}};
  arguments.insert(arguments.begin(), "example");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  std::exit(RunMain(program, static_cast<int>(argv.size()), argv.data()));
}
absl::Status Nothing(Context&, ExitCode&) { return absl::OkStatus(); }

class RunMainTest : public ::testing::Test {
 protected:
  RunMainTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(RunMainTest, ExitCodes) {
  EXPECT_EXIT(RunAndExit(Nothing, {}), ExitedWithCode(0), "");
  EXPECT_EXIT(RunAndExit(Nothing, {"--number", "10"}), ExitedWithCode(2),
              "example: --number must be a number 0 to 9\nSee example --help");
  EXPECT_EXIT(RunAndExit(Nothing, {}, "go"), ExitedWithCode(2), "go +Does this");
  EXPECT_EXIT(RunAndExit(Nothing, {"go", "--number=2"}, "go"), ExitedWithCode(0), "");
  EXPECT_EXIT(RunAndExit([](Context&, ExitCode&) { return absl::UnavailableError("the log is away"); }, {}),
              ExitedWithCode(1), "\"event\":\"failed\",\"reason\":\"the log is away\"");
  EXPECT_EXIT(RunAndExit([](Context&, ExitCode&) { return absl::InvalidArgumentError("bad"); }, {}),
              ExitedWithCode(2), "\"event\":\"refused\",\"reason\":\"bad\"");
  EXPECT_EXIT(RunAndExit(
                  [](Context&, ExitCode& code) {
                    code = ExitCode::kFailed;
                    return absl::OkStatus();
                  },
                  {}),
              ExitedWithCode(1), "");
}

TEST_F(RunMainTest, AnExceptionIsTheLastWordWithoutItsText) {
  EXPECT_EXIT(RunAndExit([](Context&, ExitCode&) -> absl::Status { throw std::runtime_error("secret"); }, {}),
              ExitedWithCode(70), "\"terminated\",\"exception\":\"St13runtime_error\"");
}

TEST_F(RunMainTest, CleansUpInReverseAfterASignal) {
  EXPECT_EXIT(RunAndExit(
                  [](Context& context, ExitCode&) {
                    context.lifecycle.OnStop("first", [&context] { context.logger.Info("first"); });
                    context.lifecycle.OnStop("second", [&context] { context.logger.Info("second"); });
                    ::kill(::getpid(), SIGTERM);
                    context.signals.WaitForStop();
                    return absl::OkStatus();
                  },
                  {}),
              ExitedWithCode(0), "\"stopping\",\"signal\":15}\n.*\"second\"}\n.*\"first\"}\n");
}

TEST_F(RunMainTest, ASecondSignalEndsItAtOnce) {
  EXPECT_EXIT(RunAndExit(
                  [](Context& context, ExitCode&) {
                    ::kill(::getpid(), SIGINT);
                    context.signals.WaitForStop();
                    ::kill(::getpid(), SIGTERM);
                    while (true) std::this_thread::yield();
                    return absl::OkStatus();
                  },
                  {}),
              ExitedWithCode(128 + SIGTERM), "\"aborted\"");
}

TEST_F(RunMainTest, AHangingCleanupIsNamedAndEnded) {
  EXPECT_EXIT(RunAndExit(
                  [](Context& context, ExitCode&) {
                    context.lifecycle.OnStop("deaf", [] {
                      while (true) std::this_thread::yield();
                    });
                    return absl::OkStatus();
                  },
                  {"--stop-timeout=1s"}),
              ExitedWithCode(75), "\"stop_timed_out\",\"hanging\":\"deaf\"");
}

TEST_F(RunMainTest, HangupReloads) {
  EXPECT_EXIT(RunAndExit(
                  [](Context& context, ExitCode&) {
                    context.signals.OnReload([&context] { context.signals.RequestStop(); });
                    ::kill(::getpid(), SIGHUP);
                    context.signals.WaitForStop();
                    context.logger.Info("reloaded");
                    return absl::OkStatus();
                  },
                  {}),
              ExitedWithCode(0), "\"reloaded\"");
}

TEST_F(RunMainTest, HangupStopsWhatHasNothingToReload) {
  EXPECT_EXIT(RunAndExit(
                  [](Context& context, ExitCode&) {
                    ::kill(::getpid(), SIGHUP);
                    context.signals.WaitForStop();
                    return absl::OkStatus();
                  },
                  {}),
              ExitedWithCode(0), "\"stopping\"");
}

TEST_F(RunMainTest, ReferenceHasEveryCommand) {
  const Program program{.name = "example",
                        .doc = "Does nothing.",
                        .commands = {{.name = "a", .doc = "Does a."}, {.name = "b", .doc = "Does b."}}};
  EXPECT_THAT(OptionsReference(program), HasSubstr("## example a\n\nDoes a.\n\n| option |"));
  EXPECT_THAT(OptionsReference(program), HasSubstr("## example b\n\nDoes b.\n\n| option |"));
}

}  // namespace
}  // namespace vardvakt::runtime
