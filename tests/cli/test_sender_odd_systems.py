"""Systems that answer otherwise than a local disk does: shares, FUSE, sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Destination, Output
from programs import Program
from system_calls import TRACED, Answer, answered, needs_strace

pytestmark = needs_strace

CANNOT = ["EINVAL", "EOPNOTSUPP", "ENOSYS"]
LOST = ["EIO", "ENOSPC", "EDQUOT"]


def send(destination: Destination, source: Path, answer: Answer) -> tuple[int, str]:
    program = Destination(destination.github, destination.repo, answered(destination.sender, answer))
    result = program("--folder", source, env=TRACED)
    return result.status, result.stderr


@pytest.mark.parametrize("error", CANNOT)
def test_a_file_system_that_cannot_flush_is_good_enough(error: str, destination: Destination, source: Path) -> None:
    assert send(destination, source, Answer("fsync", error)) == (0, "")
    assert len(destination.inbox()) == 1
    assert destination.waiting() == []


@pytest.mark.parametrize("error", LOST)
def test_a_flush_that_failed_is_a_failure(error: str, destination: Destination, source: Path) -> None:
    status, stderr = send(destination, source, Answer("fsync", error))
    assert status == 10, stderr
    assert "cannot write" in stderr
    assert destination.inbox() == {}


@pytest.mark.parametrize("error, status", [*((error, 0) for error in CANNOT), *((error, 10) for error in LOST)])
def test_a_payload_goes_to_such_a_folder_too(error: str, status: int, sender: Program, source: Path,
                                             tmp_path: Path) -> None:
    output = Output(answered(sender, Answer("fsync", error)), tmp_path / "out")
    assert output("--folder", source, env=TRACED).status == status
    assert len(output.payload_files()) == (1 if status == 0 else 0)


def test_an_interrupted_flush_is_asked_for_again(destination: Destination, source: Path) -> None:
    assert send(destination, source, Answer("fsync", "EINTR", when="1+2")) == (0, "")


def test_a_flush_that_is_interrupted_for_ever_ends(destination: Destination, source: Path) -> None:
    status, stderr = send(destination, source, Answer("fsync", "EINTR"))
    assert status == 10, stderr
    assert "Interrupted system call" in stderr
