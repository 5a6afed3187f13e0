"""Programs with standard error on a real pseudo-terminal, and standard output elsewhere."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import time
from dataclasses import dataclass

from programs import Program, Word

ESCAPE = re.compile(r"\x1b\[K")


@dataclass(frozen=True)
class Shown:
    status: int
    text: str  # all that came to the terminal, line ends as \n
    seconds: float

    @property
    def lines(self) -> list[str]:
        """What stood in a line of the terminal at some time."""
        return [ESCAPE.sub("", part) for part in re.split(r"[\r\n]", self.text) if ESCAPE.sub("", part)]

    @property
    def redraws(self) -> int:
        return self.text.count("\r")


def on_terminal(program: Program, *words: Word, columns: int = 80, env: dict[str, str] | None = None,
                when: tuple[str, signal.Signals] | None = None, with_stdout: bool = False) -> Shown:
    """`when` some words are shown, the program gets that signal. `with_stdout`, that is shown there, too."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    modes = termios.tcgetattr(follower)
    modes[1] &= ~termios.OPOST  # line ends as they are written
    termios.tcsetattr(follower, termios.TCSANOW, modes)
    began = time.monotonic()
    output = {"stdout": follower} if with_stdout else {}
    process = program.start(*words, stderr=follower, env={"TERM": "xterm"} | (env or {}), **output)
    os.close(follower)
    text = b""
    try:
        while chunk := os.read(leader, 65536):
            text += chunk
            if when and when[0].encode() in text:
                process.send_signal(when[1])
                when = None
    except OSError:
        pass  # the other end is closed
    os.close(leader)
    if process.stdout:
        process.stdout.read()
    return Shown(process.wait(30), text.decode(), time.monotonic() - began)
