"""Where a file of the sender's own belongs, something else may lie: a FIFO, that nobody writes to, a link,
a folder. It is refused at once, in one line that names it, and never waited for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from pseudo_terminal import Terminal

SOON_S = 20

KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "fifo": (os.mkfifo, "a named pipe"),
    "link": (lambda place: place.symlink_to("/dev/null"), "a symbolic link"),
    "folder": (os.mkdir, "a folder"),
}


@pytest.fixture(params=KINDS)
def odd(request: pytest.FixtureRequest) -> tuple[Callable[[Path], None], str]:
    return KINDS[request.param]


@pytest.fixture
def state(destination: Destination) -> Path:
    folder = destination.sender.home / "state/healthmetric"
    (folder / "outbox").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["sent.db", "sent.db-journal", "sent.db-wal", "outbox/lock"])
@pytest.mark.parametrize("words", [[], ["--dry-run"]], ids=["sending", "dry"])
def test_what_is_no_file_is_refused_at_once(name: str, words: list[str], odd: tuple[Callable[[Path], None], str],
                                            state: Path, destination: Destination, source: Path) -> None:
    make, kind = odd
    if name.startswith("sent.db-"):
        (state / "sent.db").touch()
    make(state / name)
    result = destination("--folder", source, "--changed-only", *words, timeout=SOON_S)
    if words and name == "outbox/lock":
        assert (result.status, result.stderr) == (0, ""), "a dry run takes no lock"
        return
    assert result.status == 10, result
    result.error_line(f"cannot use '{state / name}': it is {kind}, not a regular file of this program; remove it")
    assert destination.inbox() == {}


def test_a_batch_is_delivered_although_its_record_cannot_be_kept(state: Path, destination: Destination,
                                                                 source: Path) -> None:
    os.mkfifo(state / "sent.db")
    result = destination("--folder", source, timeout=SOON_S)
    assert result.status == 0, result
    assert result.stderr.count("\n") == 1, result
    result.error_line("warning: cannot use", "it is a named pipe", "--changed-only may take the files")
    assert len(destination.inbox()) == 1


def test_a_note_that_is_a_fifo_is_told_as_unreadable(state: Path, destination: Destination, source: Path) -> None:
    entry = state / "outbox/20240115T103000Z-test_batch-3f9a1c07"
    entry.mkdir()
    os.mkfifo(entry / "entry.json")
    result = destination("--folder", source, timeout=SOON_S)
    assert result.status == 4, result
    result.error_line("cannot be read", "not a regular file", "outbox drop")


@pytest.mark.parametrize("name", ["paths", "paths.new"])
def test_a_history_that_is_a_fifo_ends_the_dialogue(name: str, state: Path, destination: Destination,
                                                    source: Path) -> None:
    (state / "history").mkdir()
    os.mkfifo(state / "history" / name)
    terminal = Terminal(destination.sender, *destination.target, "--batch-name", "x", env={"GH_TOKEN": TOKEN})
    terminal.answer("JSON [folder]: ", b"\r")
    if name == "paths.new":
        terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
        terminal.answer("[yes]: ", b"\r")
    terminal.wait_for("it is a named pipe, not a regular file of this")
    assert terminal.end()[0] == 10
