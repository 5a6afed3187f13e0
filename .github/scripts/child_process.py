"""Programs that a script starts, and that end with it.

A signal may arrive while a program is being started. `subprocess` then raises the interruption before
anybody has the process, which goes on by itself and keeps what it inherited, such as the output of a step.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import interruption

TIME_TO_END_S = 5


class Child(subprocess.Popen[bytes]):
    """Used as a context: it is over afterwards, stopped if the block failed."""

    def __init__(self, command: Sequence[str | Path], time_to_end_s: float | None = TIME_TO_END_S, **how: Any) -> None:
        """`time_to_end_s`: for ending itself when it is stopped; None is for ever. `how` as for Popen."""
        self._time_to_end_s = time_to_end_s
        with interruption.held():
            super().__init__(command, **how)
            interruption.at_the_end(self.stop)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind:
            self.stop()
        with suppress(BrokenPipeError):  # its status tells
            super().__exit__(kind, error, trace)
        interruption.forget(self.stop)

    def stop(self) -> None:
        """Lets it clean up and end its own children; kills it if that takes too long."""
        self.terminate()
        try:
            self.wait(self._time_to_end_s)
        except subprocess.TimeoutExpired:
            self.kill()


def run(command: Sequence[str | Path], given: bytes | None = b"", timeout_s: float | None = None,
        **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Collects what it prints. Raises TimeoutExpired."""
    with Child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how) as child:
        stdout, stderr = child.communicate(given, timeout=timeout_s)
    return subprocess.CompletedProcess(list(command), child.returncode, stdout, stderr)


def unnamed_file() -> IO[bytes]:
    """A temporary file for what a program says. A run that is killed leaves nothing of it."""
    try:
        # Without a folder, Python looks for one by writing a file that has a name.
        return tempfile.TemporaryFile(dir=os.environ.get("TMPDIR") or "/tmp")
    except OSError:
        return tempfile.TemporaryFile()
