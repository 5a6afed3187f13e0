#include "common/platform/interruption.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <span>

#include "common/base/error.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::chrono::milliseconds kLookInterval{10};

/// A signal that was ignored when the program was started, as nohup(1) does, stays ignored; blocked
/// it would count.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  return set;
}

/// Waits for one of them, or for the end of `time`; a negative time has no end.
void wait_for(std::span<pollfd> descriptors, int milliseconds) {
  if (::poll(descriptors.data(), descriptors.size(), milliseconds) < 0 && errno != EINTR) {
    throw_system_error("cannot wait", errno);
  }
}

}  // namespace

void watch_for_signals() {
  const sigset_t set = watched_signals();
  const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (error != 0) throw_system_error("cannot watch for signals", error);
}

void stop_if_signalled() {
  sigset_t pending;
  sigemptyset(&pending);
  if (::sigpending(&pending) != 0) return;
  if (sigismember(&pending, SIGINT) == 1) throw Error(ErrorCode::interrupted, "interrupted");
  if (sigismember(&pending, SIGHUP) == 1) {
    throw Error(ErrorCode::terminated, "terminated, for the terminal is gone");
  }
  if (sigismember(&pending, SIGTERM) == 1) throw Error(ErrorCode::terminated, "terminated");
}

void stop_soon_if_signalled() {
  thread_local std::chrono::steady_clock::time_point next_look;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look) return;
  next_look = now + kLookInterval;
  stop_if_signalled();
}

Handle signal_descriptor() {
  const sigset_t set = watched_signals();
  Handle fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw_system_error("cannot watch for signals", errno);
  return fd;
}

void sleep_unless_signalled(Clock::duration time) {
  const Handle signals = signal_descriptor();
  std::array<pollfd, 1> descriptors{{{signals.get(), POLLIN, 0}}};
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    stop_if_signalled();
    const auto left = std::chrono::ceil<Clock::duration>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    wait_for(descriptors, static_cast<int>(std::min<Clock::duration::rep>(left.count(), INT_MAX)));
  }
}

void wait_for_input(const Handle& input) {
  const Handle signals = signal_descriptor();
  std::array<pollfd, 2> descriptors{{{signals.get(), POLLIN, 0}, {input.get(), POLLIN, 0}}};
  for (;;) {
    // Also after input came: Ctrl-C ends whoever writes it, too, and what was cut off looks whole.
    stop_if_signalled();
    if (descriptors[1].revents != 0) return;
    wait_for(descriptors, -1);
  }
}

}  // namespace healthmetric::platform
