#pragma once

#include "common/platform/clock.hpp"
#include "common/platform/handle.hpp"

/// The wish to end the program - Ctrl-C, a request to terminate, a terminal that is gone - is
/// granted at the next safe moment. It is not handled but looked at, any number of times, and wakes
/// who waits.

namespace healthmetric::platform {

/// From now on the signals wait to be looked at. Until then they end the process at once. Called
/// before threads are started, which inherit it.
void watch_for_signals();

/// Throws Error{interrupted} or Error{terminated} when such a signal came. Costs a system call.
void stop_if_signalled();

/// The same for loops with very many small steps: looks at most every ten milliseconds.
void stop_soon_if_signalled();

/// What wakes a wait that is made elsewhere, as in libcurl, once such a signal came. It must be
/// there before stop_if_signalled() is asked for the last time.
class InterruptionWatch {
 public:
  InterruptionWatch();

  /// To be waited for like a socket: until it can be read.
  [[nodiscard]] Handle::Native waitable() const { return handle_.get(); }

 private:
  Handle handle_;
};

/// Sleeps, unless a signal comes: then it throws as stop_if_signalled() does.
void sleep_unless_signalled(Clock::duration time);

/// Waits until `input` can be read or a signal comes, and then throws as stop_if_signalled().
void wait_for_input(const Handle& input);

}  // namespace healthmetric::platform
