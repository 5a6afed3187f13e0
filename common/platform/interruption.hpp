#pragma once

#include "common/platform/clock.hpp"
#include "common/platform/handle.hpp"

/// Interruptions: Ctrl-C, a request to terminate, a closed terminal. They are not handled
/// asynchronously but polled, at safe points, and they wake functions that wait.

namespace healthmetric::platform {

/// From now on the signals stay pending until they are polled; before, they end the process at
/// once. Call this before starting threads, which inherit it.
void watch_for_signals();

/// Throws Error{interrupted} or Error{terminated} if such a signal is pending. Costs a system call.
void stop_if_signalled();

/// The same for tight loops: polls at most every ten milliseconds.
void stop_soon_if_signalled();

/// Wakes a wait in another library, such as libcurl, when such a signal arrives. It must exist
/// before the last call of stop_if_signalled().
class InterruptionWatch {
 public:
  InterruptionWatch();

  /// Can be polled like a socket; readable once a signal arrived.
  [[nodiscard]] Handle::Native waitable() const { return handle_.get(); }

 private:
  Handle handle_;
};

/// Sleeps; a signal ends it by throwing as stop_if_signalled() does.
void sleep_unless_signalled(Clock::duration time);

/// Waits until `input` can be read or a signal comes, and then throws as stop_if_signalled().
void wait_for_input(const Handle& input);

}  // namespace healthmetric::platform
