"""The sender asks where nobody told it what to send: in a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Destination
from programs import Program

TIMEOUT_S = 30
CTRL_C, CTRL_D, UP, TAB = b"\x03", b"\x04", b"\x1b[A", b"\t"


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
            import fcntl
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


@pytest.fixture
def ask(destination: Destination) -> Any:
    def start(*words: Any, **options: Any) -> Terminal:
        environment = {"GH_TOKEN": TOKEN} | options.pop("env", {})
        return Terminal(destination.sender, "--api-url", destination.github.url, *words, env=environment, **options)
    return start


@pytest.mark.parametrize("columns", [80, 30])
def test_a_folder_is_asked_for_shown_and_sent(columns: int, ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask(columns=columns)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"/no/where\r")
    terminal.wait_for("there is no folder '/no/where'")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("Batch name [source]: ", b"January\r")
    terminal.answer("Repository: ", b"nonsense\r")
    terminal.wait_for("Please write owner/name.")
    terminal.answer("Repository: ", destination.repo.encode() + b"\r")
    terminal.wait_for("batch     January")
    terminal.wait_for("files     1 file, 13 B")
    terminal.answer("(yes or no) [yes]: ", b"\r")
    terminal.wait_for(f"Watch the receiver at {destination.github.url}/{destination.repo}/actions")
    status, stdout = terminal.end()
    assert status == 0
    assert re.fullmatch(rf"sent \S+-January-\S+: 1 file, 13 B, 1 payload, to {destination.repo}\n", stdout)
    assert len(destination.inbox()) == 1


def test_a_file_and_json_are_asked_for(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo)
    terminal.answer("JSON [folder]: ", b"file\r")
    terminal.answer("File: ", os.fsencode(source / "data.json") + b"\r")
    terminal.answer("Batch name [data.json]: ", b"\r")
    terminal.answer("[yes]: ", b"y\r")
    assert terminal.end()[0] == 0
    terminal = ask("--repo", destination.repo, "--batch-name", "pulse")
    terminal.answer("JSON [folder]: ", b"json\r")
    terminal.answer("JSON: ", b"{61\r")
    terminal.wait_for("no valid JSON")
    terminal.answer("JSON: ", b'{"secret pulse": 61}\r')
    terminal.answer("[yes]: ", b"y\r")
    assert terminal.end()[0] == 0
    assert len(destination.inbox()) == 2
    kept = [path for path in destination.sender.home.rglob("*") if path.is_file()]
    assert all(b"secret pulse" not in path.read_bytes() for path in kept)


def test_what_is_told_already_is_not_asked_for(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("[yes]: ", b"no\r")
    assert terminal.end() == (0, "nothing sent\n")
    assert "Repository" not in terminal.plain and "Batch name" not in terminal.plain
    assert destination.inbox() == {} and not destination.sender.outbox.exists()


def test_the_tabulator_completes_paths(ask: Any, destination: Destination, tmp_path: Path) -> None:
    folder = tmp_path / "home/my metrics of 2024"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(b"1")
    terminal = ask("--repo", destination.repo, "--batch-name", "x", cwd=tmp_path)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"~/my" + TAB)
    terminal.wait_for("my metrics of 2024/")
    os.write(terminal.leader, b"\r")
    terminal.answer("[yes]: ", b"\r")
    assert terminal.end()[0] == 0


def test_earlier_answers_come_back(ask: Any, destination: Destination, source: Path) -> None:
    for keys in (os.fsencode(source) + b"\r", UP + b"\r"):
        terminal = ask("--repo", destination.repo, "--batch-name", "x")
        terminal.answer("JSON [folder]: ", b"\r")
        terminal.answer("Folder [.]: ", keys)
        terminal.answer("[yes]: ", b"\r")
        assert terminal.end()[0] == 0, terminal.plain
    assert len(destination.inbox()) == 2
    [history] = (destination.sender.home / "state/healthmetric/history").iterdir()
    assert history.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D])
@pytest.mark.parametrize("questions", range(5))
def test_who_leaves_leaves_nothing_behind(keys: bytes, questions: int, ask: Any, destination: Destination,
                                          source: Path) -> None:
    terminal = ask()
    dialogue = [("JSON [folder]: ", b"\r"), ("Folder [.]: ", os.fsencode(source) + b"\r"),
                ("Batch name [source]: ", b"\r"), ("Repository: ", destination.repo.encode() + b"\r"), ("[yes]: ", b"")]
    for question, answer in dialogue[:questions]:
        terminal.answer(question, answer)
    terminal.answer(dialogue[questions][0], keys)
    status, stdout = terminal.end()
    assert (status, stdout) == (130, "")
    assert "nothing was sent" in terminal.plain
    assert terminal.plain.endswith("\n")
    assert destination.requests() == []
    assert not destination.sender.outbox.exists()


def test_without_a_token_nothing_is_asked(ask: Any) -> None:
    terminal = ask(env={"GH_TOKEN": ""})
    status, stdout = terminal.end()
    assert (status, stdout) == (5, "")
    assert "no token" in terminal.plain and "Send a folder" not in terminal.plain


def test_without_a_terminal_nobody_is_asked(sender: Program) -> None:
    result = sender(stdin=subprocess.DEVNULL)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("nothing to send: use --folder")
