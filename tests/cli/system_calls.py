"""A program whose system calls are answered by strace: what file systems and kernels elsewhere say."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest
from programs import Program

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

# The leak checker of the sanitizers is a debugger itself, and a program has one at most.
TRACED = {"ASAN_OPTIONS": "detect_leaks=0"}


@dataclass(frozen=True)
class Answer:
    """`error` instead of `call`: always, or as strace's `when` says ("1": the first time); only for `path`
    where one is named. With a `value` the call is left out and returns that, with a `signal` the program gets that
    at the call, and with none of them it is only slow."""

    call: str
    error: str = ""
    when: str = ""
    path: str = ""
    delay: str = ""
    signal: str = ""
    value: str = ""

    @property
    def options(self) -> list[str]:
        what = (f"error={self.error}" if self.error else f"signal={self.signal}" if self.signal
                else f"retval={self.value}" if self.value else f"delay_enter={self.delay}")
        times = f":when={self.when}" if self.when else ""
        paths = [f"--trace-path={self.path}"] if self.path else []
        return [f"--trace={self.call}", f"--inject={self.call}:{what}{times}", *paths]

    @property
    def strace(self) -> list[str]:
        """What to put before a command. Calls are counted apart in each process that it starts."""
        return ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null", *self.options]


def answered(program: Program, answer: Answer) -> Program:
    return Program(program.path, program.home, [*program.prefix, *answer.strace])
