"""Starts programs and tells what they cost."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Word = str | os.PathLike[str]

SUCCESS = frozenset({0})


@dataclass(frozen=True)
class Command:
    words: Sequence[Word]
    environment: Mapping[str, str]
    statuses: frozenset[int] = field(default=SUCCESS)

    def check(self, status: int, stderr: str) -> None:
        if status not in self.statuses:
            line = shlex.join(os.fspath(word) for word in self.words)
            raise RuntimeError(f"{line}: exit status {status}\n{stderr}")


class Cost(NamedTuple):
    """Of a process and those it started and waited for."""

    seconds: float
    processor_seconds: float  #: of all of them
    peak_bytes: int  #: of the largest


def seconds_of(command: Command, room: Path) -> float:
    """Time from before the start to after the end. posix_spawn borrows our memory instead of copying
    its page tables, so a large Python costs its children nothing."""
    errors = room / "stderr"
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    words = [os.fspath(word) for word in command.words]
    begin = time.perf_counter()
    process = os.posix_spawnp(words[0], words, command.environment, file_actions=actions)
    _, status = os.waitpid(process, 0)
    end = time.perf_counter()
    command.check(os.waitstatus_to_exitcode(status), errors.read_text(errors="replace"))
    return end - begin


def run(command: Command, room: Path) -> None:
    """Runs it without a look at the clock."""
    seconds_of(command, room)


def peak_bytes(command: Command, room: Path) -> int:
    """The most memory it had at a time."""
    return cost_of(command, room).peak_bytes


def cost_of(command: Command, room: Path) -> Cost:
    """A process begins with the peak of the one it was made from, which is a large Python here; so GNU time, which
    is small, starts it."""
    report = room / "cost"
    words = ["/usr/bin/time", "--format=%M %U %S", f"--output={report}", *command.words]
    seconds = seconds_of(Command(words, command.environment, command.statuses), room)
    peak_kib, user, system = report.read_text().split()[-3:]
    return Cost(seconds, float(user) + float(system), int(peak_kib) * 1024)


def output_of(*words: Word) -> str:
    """Standard output of a small command, "" where it fails or is missing."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()
