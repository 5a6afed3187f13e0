#include <csignal>
#include <ctime>

#if defined(__linux__)
#include <sys/signalfd.h>
#include <unistd.h>
#else
#include <fcntl.h>
#include <sys/event.h>
#endif

#include "common/base/error.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {

#if defined(__linux__)

Handle signal_descriptor(const sigset_t& signals) {
  Handle descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) throw_system_error("cannot watch for signals", errno);
  return descriptor;
}

bool take_signal(const Handle& descriptor, const sigset_t& /*signals*/) {
  signalfd_siginfo info{};
  return ::read(descriptor.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info);
}

#else

// A kqueue hears of signals that come from now on, blocked ones, too; who waits looks first.
Handle signal_descriptor(const sigset_t& signals) {
  Handle queue(::kqueue());
  bool is_watched = queue && ::fcntl(queue.get(), F_SETFD, FD_CLOEXEC) == 0;
  for (int number = 1; is_watched && number < NSIG; ++number) {
    if (sigismember(&signals, number) != 1) continue;
    struct kevent change {};
    EV_SET(&change, number, EVFILT_SIGNAL, EV_ADD, 0, 0, nullptr);
    is_watched = ::kevent(queue.get(), &change, 1, nullptr, 0, nullptr) == 0;
  }
  if (!is_watched) throw_system_error("cannot watch for signals", errno);
  return queue;
}

bool take_signal(const Handle& descriptor, const sigset_t& signals) {
  struct kevent event {};
  const timespec at_once{};
  (void)::kevent(descriptor.get(), nullptr, 0, &event, 1, &at_once);
  sigset_t pending;
  sigemptyset(&pending);
  if (::sigpending(&pending) != 0) return false;
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&signals, number) != 1 || sigismember(&pending, number) != 1) continue;
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    int taken = 0;
    return ::sigwait(&one, &taken) == 0;
  }
  return false;
}

#endif

}  // namespace healthmetric::platform
