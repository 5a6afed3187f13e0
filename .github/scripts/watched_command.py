"""Runs a command that talks to a server, in a bounded time.

git gives up a connection that transfers nothing, but a server whose hook never ends keeps its connection
alive. So git is run with --progress, and is terminated when it prints nothing for too long.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence

from child_process import Child

SILENT_PERIODS = 5  # a server may process a push for longer than a connection may be idle
_PROGRESS = re.compile(
    rb"^(?:remote: )?(?:"
    rb"(?:Enumerating|Counting|Compressing|Writing|Receiving|Unpacking|Resolving|Checking)"
    rb" (?:objects|deltas|connectivity): +\d|Delta compression using |Total \d+ \(delta )[^\r\n]*(?:[\r\n]+|$)",
    re.MULTILINE)


class FellSilent(RuntimeError):
    """The command was terminated because it printed nothing for too long."""


def run_watched(command: Sequence[str], environment: Mapping[str, str], period_s: float,
                given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Removes progress messages from stderr. Raises FellSilent after SILENT_PERIODS."""
    with Child(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
               stderr=subprocess.PIPE) as process:
        stdout, stderr = _listen(process, period_s, given)
    return subprocess.CompletedProcess(command, process.returncode, stdout, without_progress(stderr))


def without_progress(stderr: bytes) -> bytes:
    return _PROGRESS.sub(b"", stderr.replace(b"\r", b"\n"))


def _listen(process: Child, period_s: float, given: bytes | None) -> tuple[bytes, bytes]:
    heard = silent = 0
    while silent < SILENT_PERIODS:
        try:
            return process.communicate(given, timeout=period_s)
        except subprocess.TimeoutExpired as expired:
            given = None
            now = len(expired.output or b"") + len(expired.stderr or b"")
            silent = silent + 1 if now == heard else 0
            heard = now
    raise FellSilent(f"no output for {SILENT_PERIODS * period_s} s; gave up")
