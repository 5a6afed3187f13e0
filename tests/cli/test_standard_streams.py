"""Readers that are gone and disks that are full, behind what both programs print; and times past 2262."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Output
from payloads import BATCH_ID, Payload, summary_path
from programs import Program


@contextmanager
def dead_pipe() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


@pytest.mark.parametrize("word", ["--version", "--help"])
@pytest.mark.parametrize("program", ["sender", "receiver"])
def test_a_text_that_cannot_be_printed_says_why(
    program: str, word: str, request: pytest.FixtureRequest
) -> None:
    run: Program = request.getfixturevalue(program)
    with open("/dev/full", "wb") as full:
        full_disk = run(word, stdout=full)
    assert full_disk.status == 10
    full_disk.error_line("cannot write to standard output: No space left on device")
    with dead_pipe() as pipe:
        gone = run(word, stdout=pipe)
    assert gone.status == 10
    gone.error_line("cannot write to standard output: Broken pipe")
    closed = Program(run.path, run.home, ["sh", "-c", 'exec "$@" >&-', "sh"])(word)
    assert closed.status == 10
    closed.error_line("cannot write to standard output: Bad file descriptor")


def test_a_dead_stderr_ends_no_run(sender: Program, receiver: Program, source: Path, storage: Path) -> None:
    Payload().put_into(storage)
    with dead_pipe() as pipe:
        assert receiver("--storage", storage, "--verbose", stderr=pipe).status == 0
        assert sender("--folder", source, "--output", storage.parent, "--verbose", stderr=pipe).status == 0
    assert (storage / summary_path(BATCH_ID)).exists()


@pytest.mark.parametrize("year, told", [(2300, "2300-01-01T00:00:00Z"), (1800, "1800-01-01T00:00:00Z")])
def test_the_time_of_a_file_is_told_in_any_century(year: int, told: str, output: Output, source: Path) -> None:
    subprocess.run(["touch", "-d", f"{year}-01-01T00:00:00Z", source / "data.json"], check=True)
    if int((source / "data.json").stat().st_mtime) != int(subprocess.run(
            ["date", "-d", f"{year}-01-01T00:00:00Z", "+%s"], capture_output=True, check=True).stdout):
        pytest.skip("this file system keeps no such time")
    assert output("--folder", source).status == 0
    assert output.payload()["files"]["data.json"]["modified"] == told
