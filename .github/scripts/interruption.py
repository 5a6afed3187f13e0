"""Ctrl-C ends a script with 130, SIGTERM and SIGHUP with 143, whenever they come and without a traceback.

Imported for what it does, before everything else: Python raises KeyboardInterrupt wherever it stands,
in an import, too, and contexts clean up behind it; only what is shown of it is decided here. So even
the imports of this module come after that.

A context that is interrupted while it begins or ends cleans nothing up. So what must not outlive the
script is named to `at_the_end`.
"""

import sys

INTERRUPTED, TERMINATED = 130, 143


def _show(kind: type, error: BaseException, trace: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]


sys.excepthook = _show

import atexit  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
from collections.abc import Callable  # noqa: E402

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_last_calls: "list[Callable[[], None]]" = []


def go_on_ending(failure: BaseException) -> None:
    """Raises the interruption in the middle of which `failure` came up, if there was one: closing what a signal
    has left half closed fails, and Python then raises that instead."""
    cause = failure.__context__
    while cause is not None:
        if isinstance(cause, (KeyboardInterrupt, SystemExit)):
            raise cause
        cause = cause.__context__


def at_the_end(call: "Callable[[], None]") -> None:
    """Calls it once when the script ends, also by a signal; a further signal does not interrupt it."""
    _last_calls.append(call)


@atexit.register
def _make_last_calls() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    while _last_calls:
        _last_calls.pop()()


def _show_where_nothing_can_be_raised(told: "sys.UnraisableHookArgs") -> None:
    """In a destructor, for one, Python would print it and go on."""
    if issubclass(told.exc_type, (KeyboardInterrupt, SystemExit)):
        _make_last_calls()
        os._exit(INTERRUPTED if issubclass(told.exc_type, KeyboardInterrupt) else TERMINATED)
    sys.__unraisablehook__(told)


def _end(*_: object) -> None:
    sys.exit(TERMINATED)


sys.unraisablehook = _show_where_nothing_can_be_raised
signal.signal(signal.SIGTERM, _end)
if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
    signal.signal(signal.SIGHUP, _end)
