"""The two programs, each run with an environment of its own: nothing of the person who runs the
tests (tokens, repository, outbox, configuration of git) decides a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
COMMIT_SCRIPT = REPOSITORY / ".github/scripts/receive_and_commit.py"
TIMEOUT_S = 60

Word = str | bytes | os.PathLike[str]


def program_path(variable: str, default: str) -> Path:
    path = Path(os.environ.get(variable) or REPOSITORY / default).absolute()
    if not path.is_file():
        raise FileNotFoundError(f"{path}: build it, or name it with {variable}")
    return path


def sender_path() -> Path:
    return program_path("HEALTHMETRIC_SENDER", "build/release/sender/healthmetric-sender")


def receiver_path() -> Path:
    return program_path("HEALTHMETRIC_RECEIVER", "build/release/receiver/healthmetric-receiver")


def has_sanitizers(program: Path) -> bool:
    return b"__asan_init" in program.read_bytes()


@dataclass(frozen=True)
class Result:
    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object on one line."""
        assert self.stdout.count("\n") == 1, self
        document = json.loads(self.stdout)
        assert isinstance(document, dict)
        return document

    def error_line(self, *words: str) -> str:
        """The line of stderr that has all the words."""
        lines = [line for line in self.stderr.splitlines() if all(word in line for word in words)]
        assert lines, f"no line has {words}: {self}"
        return lines[0]


class Program:
    """`prefix` is a command that runs another, such as setpriv."""

    def __init__(self, path: Path, home: Path, prefix: Sequence[str] = ()) -> None:
        self.path, self.home, self.prefix = path, home, prefix
        home.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return kept | {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"), "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CEILING_DIRECTORIES": str(self.home.parent),
        }

    @property
    def outbox(self) -> Path:
        return self.home / "state/healthmetric/outbox"

    def start(self, *words: Word, env: Mapping[str, str] | None = None,
              **popen: Any) -> subprocess.Popen[bytes]:
        defaults = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                    "stderr": subprocess.PIPE, "cwd": self.home}
        return self.popen(self.command(*words), env=self.environment | dict(env or {}), **(defaults | popen))

    def command(self, *words: Word) -> list[Word]:
        return [*self.prefix, self.path, *words]

    def popen(self, *words: Any, **popen: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(*words, **popen)

    def __call__(self, *words: Word, env: Mapping[str, str] | None = None,
                 input: bytes | None = None, timeout: float = TIMEOUT_S, **popen: Any) -> Result:
        if input is not None:
            popen["stdin"] = subprocess.PIPE
        return finished(self.start(*words, env=env, **popen), input, timeout)


def is_for_windows() -> bool:
    """Whether the sender under test is one for Windows."""
    return os.environ.get("HEALTHMETRIC_SENDER", "").endswith(".exe")


def sender_program(home: Path) -> Program:
    """The sender under test; one for Windows runs under Wine."""
    path = sender_path()
    if not is_for_windows():
        return Program(path, home)
    from wine import WindowsSender, shared_windows
    return WindowsSender(home, shared_windows(), path)


def commands_of(program: Program, words: Sequence[str] = ()) -> list[list[str]]:
    """The words of each command, as --help names them; [] is the program alone."""
    usage = program(*words, "--help").stdout.partition("\n\n")[0]
    commands = [list(words)]
    for word in re.findall(r"\[OPTION\]\.\.\. ([a-z-]+)$", usage, re.MULTILINE):
        commands += commands_of(program, [*words, word])
    return commands


def options_of(program: Program) -> set[str]:
    """The options of all its commands, as --help lists them."""
    text = "".join(program(*words, "--help").stdout for words in commands_of(program))
    return set(re.findall(r"^  (?:-\w,)?--([\w-]+)", text, re.MULTILINE))


def finished(process: subprocess.Popen[bytes], input: bytes | None = None,
             timeout: float = TIMEOUT_S) -> Result:
    """Waits for the end. A program that hangs is killed and fails the test."""
    try:
        stdout, stderr = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"still running after {timeout} s: {stderr!r}") from None
    return Result(process.returncode, (stdout or b"").decode(), (stderr or b"").decode())


def git(directory: Path, *words: Word, input: bytes | None = None) -> bytes:
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "GIT_CONFIG_SYSTEM": os.devnull,
                   "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]
    return subprocess.run(["git", "-C", directory, *identity, *words], env=environment, input=input,
                          stdout=subprocess.PIPE, check=True, timeout=TIMEOUT_S).stdout


def receive_and_commit(clone: Path) -> Result:
    """What the workflow runs in its checkout."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(clone), "GIT_CONFIG_SYSTEM": os.devnull,
                   "GIT_CONFIG_GLOBAL": os.devnull}
    return finished(subprocess.Popen([sys.executable, COMMIT_SCRIPT, "--receiver", receiver_path()],
                                     cwd=clone, env=environment, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE))
