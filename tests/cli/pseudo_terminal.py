"""A terminal that a test can type at and read from."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import termios
import time
from pathlib import Path
from typing import Any

from programs import Program

TIMEOUT_S = 30


def squeezed(text: str) -> str:
    """Without blanks and line ends: a narrow terminal breaks lines anywhere."""
    return "".join(text.split())


class Terminal:
    """The sender in a terminal of its own, its standard output apart."""

    def __init__(self, sender: Program, *words: Any, env: dict[str, str] | None = None, cwd: Path | None = None,
                 columns: int = 80) -> None:
        self.leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (24, columns))
        self.modes_before = termios.tcgetattr(follower)
        self._follower = os.dup(follower)
        self.text = ""
        environment = {"TERM": "xterm", "NO_COLOR": "1"} | (env or {})
        self.process = sender.start(*words, stdin=follower, stderr=follower, env=environment, cwd=cwd or sender.home,
                                    preexec_fn=self._own_terminal(follower))
        os.close(follower)
        self._seen = 0

    @staticmethod
    def _own_terminal(descriptor: int) -> Any:
        def take() -> None:
            os.setsid()
            fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
        return take

    def _read(self, timeout: float) -> bool:
        if not select.select([self.leader], [], [], timeout)[0]:
            return False
        try:
            chunk = os.read(self.leader, 65536)
        except OSError:
            return False
        self.text += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def read_for(self, seconds: float) -> None:
        """What is shown until then."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def wait_for(self, words: str) -> None:
        """The words, behind all that was waited for before."""
        deadline = time.monotonic() + TIMEOUT_S
        wanted = squeezed(words)
        while wanted not in (shown := squeezed(self.plain)[self._seen:]):
            assert time.monotonic() < deadline, f"no {words!r} in {self.text!r}"
            if not self._read(0.2) and self.process.poll() is not None:
                deadline = 0
        self._seen += shown.index(wanted) + len(wanted)

    @property
    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", self.text)

    @property
    def collects_and_shows_lines(self) -> bool:
        return bool(termios.tcgetattr(self._follower)[3] & (termios.ICANON | termios.ECHO))

    def answer(self, question: str, keys: bytes) -> None:
        self.wait_for(question)
        os.write(self.leader, keys)

    def end(self) -> tuple[int, str]:
        deadline = time.monotonic() + TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.1)
        while self._read(0):
            pass
        stdout, _ = self.process.communicate(timeout=5)
        modes = termios.tcgetattr(self._follower)
        os.close(self._follower)
        os.close(self.leader)
        assert modes == self.modes_before, "the terminal is not as it was"
        return self.process.returncode, stdout.decode()
