#pragma once

#include "common/platform/clock.hpp"
#include "common/platform/handle.hpp"

/// SIGINT, SIGTERM and SIGHUP as a wish that is granted at the next safe moment.
///
/// The signals are blocked and looked at, not handled: a handler could only set a global, and one
/// that comes between looking and waiting would be missed. A blocked signal stays pending, so it
/// can be looked at any number of times, and a signalfd wakes who waits.

namespace healthmetric::platform {

/// From now on the signals wait to be looked at. Until then they end the process at once. Called
/// before threads are started, which inherit it.
void watch_for_signals();

/// Throws Error{interrupted} or Error{terminated} when such a signal came. Costs a system call.
void stop_if_signalled();

/// The same for loops with very many small steps: looks at most every ten milliseconds.
void stop_soon_if_signalled();

/// Readable once such a signal came, for who waits for something else beside.
Handle signal_descriptor();

/// Sleeps, unless a signal comes: then it throws as stop_if_signalled() does.
void sleep_unless_signalled(Clock::duration time);

/// Waits until `input` can be read or a signal comes, and then throws as stop_if_signalled().
void wait_for_input(const Handle& input);

}  // namespace healthmetric::platform
