"""Ends a script with status 130 at Ctrl-C, and with 143 at SIGTERM and SIGHUP, without a traceback.

This module is imported first, for its side effects: Python raises KeyboardInterrupt anywhere, also in an
import, and context managers clean up; only what is printed is changed here. So even the imports of this
module come after that.

A context manager that is interrupted while it is entered or left does not clean up. What must be removed
in any case is registered with `at_the_end`.
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
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_last_calls: "list[Callable[[], None]]" = []
_held: "list[int] | None" = None
"""Signals that arrived inside `held`."""


def go_on_ending(failure: BaseException) -> None:
    """Raises the interruption that led to `failure`, if any: after a signal, closing a file may fail, and Python
    then raises that error instead."""
    cause = failure.__context__
    while cause is not None:
        if isinstance(cause, (KeyboardInterrupt, SystemExit)):
            raise cause
        cause = cause.__context__


def at_the_end(call: "Callable[[], None]") -> None:
    """Registers a function to call once when the script ends, also by a signal; the last one first. Signals do
    not interrupt it."""
    _last_calls.append(call)


def forget(call: "Callable[[], None]") -> None:
    """Takes back `at_the_end`."""
    if call in _last_calls:
        _last_calls.remove(call)


@contextmanager
def held() -> "Iterator[None]":
    """Signals interrupt what is after the block, not the block. Blocks are short, and not inside one another."""
    global _held
    _held = arrived = []
    try:
        yield
    finally:
        _held = None
        if arrived:
            _end(arrived[0])


@atexit.register
def _make_last_calls() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    while _last_calls:
        _last_calls.pop()()


def _show_where_nothing_can_be_raised(told: "sys.UnraisableHookArgs") -> None:
    """Python would only print an exception in a destructor and continue."""
    if issubclass(told.exc_type, (KeyboardInterrupt, SystemExit)):
        _make_last_calls()
        os._exit(INTERRUPTED if issubclass(told.exc_type, KeyboardInterrupt) else TERMINATED)
    sys.__unraisablehook__(told)


def _end(number: int, *_: object) -> None:
    if _held is not None:
        _held.append(number)
    elif number == signal.SIGINT:
        raise KeyboardInterrupt
    else:
        sys.exit(TERMINATED)


sys.unraisablehook = _show_where_nothing_can_be_raised
for _number in _ENDING:
    if signal.getsignal(_number) is not signal.SIG_IGN:  # as in a shell's background, or under nohup
        signal.signal(_number, _end)
