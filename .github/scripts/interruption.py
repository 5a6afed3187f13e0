"""Ctrl-C ends a script with 130, SIGTERM and SIGHUP with 143, whenever they come and without a traceback.

Imported for what it does, before everything else: Python raises KeyboardInterrupt wherever it stands,
in an import, too, and contexts clean up behind it; only what is shown of it is decided here. So even
the imports of this module come after that.
"""

import sys

INTERRUPTED, TERMINATED = 130, 143


def _show(kind: type, error: BaseException, trace: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]


sys.excepthook = _show

import os  # noqa: E402
import signal  # noqa: E402


def _show_where_nothing_can_be_raised(told: "sys.UnraisableHookArgs") -> None:
    """In a destructor, for one, Python would print it and go on."""
    if issubclass(told.exc_type, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    sys.__unraisablehook__(told)


def _end(*_: object) -> None:
    sys.exit(TERMINATED)


sys.unraisablehook = _show_where_nothing_can_be_raised
signal.signal(signal.SIGTERM, _end)
if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
    signal.signal(signal.SIGHUP, _end)
