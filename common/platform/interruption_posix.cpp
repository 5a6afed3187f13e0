#include "common/platform/interruption.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <span>

#include "common/base/error.hpp"
#include "common/platform/posix.hpp"

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

}  // namespace

void wait_for_any(std::span<pollfd> descriptors, int milliseconds) {
  const auto count = static_cast<nfds_t>(descriptors.size());
  if (::poll(descriptors.data(), count, milliseconds) < 0 && errno != EINTR) {
    throw_system_error("cannot wait", errno);
  }
}

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
    throw Error(ErrorCode::terminated, "terminated: the terminal was closed");
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

InterruptionWatch::InterruptionWatch() : handle_(signal_descriptor(watched_signals())) {}

void sleep_unless_signalled(Clock::duration time) {
  const InterruptionWatch signals;
  std::array<pollfd, 1> descriptors{{{signals.waitable(), POLLIN, 0}}};
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    stop_if_signalled();
    const auto left = std::chrono::ceil<Clock::duration>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    wait_for_any(descriptors,
                 static_cast<int>(std::min<Clock::duration::rep>(left.count(), INT_MAX)));
  }
}

void wait_for_input(const Handle& input) {
  const InterruptionWatch signals;
  std::array<pollfd, 2> descriptors{{{signals.waitable(), POLLIN, 0}, {input.get(), POLLIN, 0}}};
  for (;;) {
    // Also after input came: Ctrl-C ends whoever writes it, too, and what was cut off looks whole.
    stop_if_signalled();
    if (descriptors[1].revents != 0) return;
    wait_for_any(descriptors, -1);
  }
}

}  // namespace healthmetric::platform
