#include "lib/runtime/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace vardvakt::runtime {
namespace {

void Notify(int event) {
  const uint64_t one = 1;
  while (::write(event, &one, sizeof(one)) < 0 && errno == EINTR) continue;
}

}  // namespace

Signals::Signals(Logger& logger) : logger_(logger) {
  sigset_t handled;
  sigemptyset(&handled);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&handled, signal);
  pthread_sigmask(SIG_BLOCK, &handled, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of that write
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
  signal_fd_ = ::signalfd(-1, &handled, SFD_CLOEXEC);
  stop_event_ = ::eventfd(0, EFD_CLOEXEC);
  end_event_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { Serve(); });
}

Signals::~Signals() {
  Notify(end_event_);
  thread_.join();
  for (const int fd : {signal_fd_, stop_event_, end_event_}) ::close(fd);
}

void Signals::OnReload(std::function<void()> reload) {
  std::lock_guard lock(mutex_);
  reload_ = std::move(reload);
}

void Signals::RequestStop() {
  if (!stop_requested_.exchange(true)) Notify(stop_event_);
}

void Signals::WaitForStop() {
  while (!WaitForStop(hours(1))) continue;
}

bool Signals::WaitForStop(Duration wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (!stop_requested_) {
    const auto left = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) return false;
    pollfd waiting{stop_event_, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(left.count()));
  }
  return true;
}

void Signals::Serve() {
  while (true) {
    pollfd waiting[] = {{signal_fd_, POLLIN, 0}, {end_event_, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    signalfd_siginfo info;
    if (::read(signal_fd_, &info, sizeof(info)) != sizeof(info)) continue;
    if (info.ssi_signo == SIGHUP) {
      HandleReload();
    } else {
      HandleStop(static_cast<int>(info.ssi_signo));
    }
  }
}

void Signals::HandleStop(int signal) {
  if (stop_requested_) {
    logger_.Error("aborted", {{"signal", signal}, {"reason", "a second signal asked for the end at once"}});
    std::_Exit(128 + signal);
  }
  logger_.Info("stopping", {{"signal", signal}});
  RequestStop();
}

void Signals::HandleReload() {
  {
    std::lock_guard lock(mutex_);
    if (reload_) return reload_();
  }
  HandleStop(SIGHUP);  // nothing to read again: the terminal has gone
}

}  // namespace vardvakt::runtime
