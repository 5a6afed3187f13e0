"""Storages that are damaged, or there in part: whatever lists, restores or exports names what is wrong once,
goes on with the rest, and ends in 4."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from days import Days
from payloads import stored_path, summary_path
from programs import Program, Result, git
from reading import COMMANDS, ONE, OTHER, REST, TWO, Command, Reading, each_command
from system_calls import Answer, answered, needs_strace

@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO, OTHER)
    return days


@pytest.fixture
def run(days: Days, tmp_path: Path) -> Reading:
    return Reading(days, tmp_path / "back")


def replaced(days: Days, make: Callable[[Path], Any]) -> None:
    place = days.summary(TWO)
    place.unlink()
    make(place)


SUMMARIES: dict[str, tuple[Callable[[Days], Any], str]] = {
    "empty": (lambda days: days.summary(TWO).write_bytes(b""), "the JSON is cut off at byte 0"),
    "something else": (lambda days: days.summary(TWO).write_bytes(b"<html>"), "at byte 0"),
    "a list": (lambda days: days.summary(TWO).write_bytes(b"[]"), ""),
    "nothing but zeros": (lambda days: days.summary(TWO).write_bytes(bytes(5000)), "at byte 0"),
    "a conflict of git": (lambda days: days.summary(TWO).write_bytes(b"<<<<<<< HEAD\n{}\n=======\n"), "at byte 0"),
    "a link": (lambda days: replaced(days, lambda place: place.symlink_to("/etc/hostname")), "is a symbolic link"),
    "a folder": (lambda days: replaced(days, Path.mkdir), "is a folder, not a file"),
    "a pipe": (lambda days: replaced(days, os.mkfifo), "is a named pipe, not a file"),
    "without its status": (lambda days: days.edit(TWO, lambda summary: summary.pop("status")), "no status"),
    "an unknown status": (lambda days: days.edit(TWO, status="melted"), "unknown status 'melted'"),
}


@each_command
@pytest.mark.parametrize("damage", SUMMARIES)
def test_a_summary_that_cannot_be_read(damage: str, command: Command, days: Days, run: Reading) -> None:
    spoil, message = SUMMARIES[damage]
    spoil(days)
    result = run(command)
    assert result.status == 4, result
    result.error_line("error: ", summary_path(TWO.batch_id), message)
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) == command.rest()


@each_command
def test_a_later_version_of_summaries(command: Command, days: Days, run: Reading) -> None:
    """What is known of it counts."""
    days.edit(TWO, schema_version=3, files_of_the_future=[{"x": 1}])
    result = run(command)
    assert result.status == 4, result
    result.error_line("error: ", summary_path(TWO.batch_id), "schema_version 3", "use a later version")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) >= command.rest()


BROKEN_DISKS = {
    "a summary": ("read", lambda days: days.summary(TWO), summary_path(TWO.batch_id)),
    "a folder of summaries": ("getdents64", lambda days: days.summary(TWO).parent, "summaries/2024/01/02"),
}


@needs_strace
@each_command
@pytest.mark.parametrize("what", BROKEN_DISKS)
def test_a_disk_that_cannot_be_read_in_one_place(what: str, command: Command, days: Days,
                                                 run: Reading) -> None:
    call, place, message = BROKEN_DISKS[what]
    result = run(command, answered(days.receiver, Answer(call, "EIO", path=str(place(days)))))
    assert result.status == 4, result
    result.error_line("error: ", message, os.strerror(5))
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) == command.rest()


OF_FILES = [COMMANDS[name] for name in ("files", "files --all", "restore")]


@needs_strace
@pytest.mark.parametrize("command", OF_FILES, ids=("files", "files --all", "restore"))
@pytest.mark.parametrize("call", ["openat", "read"])
def test_a_stored_file_that_cannot_be_read(call: str, command: Command, days: Days, run: Reading) -> None:
    place = days.place(TWO, "c.csv")
    path = place.name if call == "openat" else str(place)
    result = run(command, answered(days.receiver, Answer(call, "EIO", path=path)))
    if call == "read" and command.words[0] == "files":  # it reads no content
        assert (result.status, result.stderr) == (0, "")
        return
    assert result.status == 4, result
    result.error_line("error: ", stored_path(TWO.batch_id, "c.csv"), os.strerror(5))
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) >= REST


@pytest.fixture
def clone(days: Days, tmp_path: Path) -> Path:
    """Sparse, and without the content of what is not checked out."""
    origin = tmp_path / "origin"
    origin.mkdir()
    days.storage.rename(origin / "_storage")
    git(origin, "init", "--quiet")
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "all")
    git(tmp_path, "clone", "--quiet", "--sparse", "--filter=blob:none", f"file://{origin}", "clone")
    days.storage.mkdir()
    return tmp_path / "clone"


def fetched(clone: Path, result: Result) -> None:
    """Runs the command that was told."""
    told = f"git -C '{clone}/_storage' checkout --ignore-skip-worktree-bits HEAD -- ."
    result.error_line("what a sparse or partial clone left out is fetched by " + told)
    git(clone, "-C", clone / "_storage", "checkout", "--quiet", "--ignore-skip-worktree-bits", "HEAD", "--", ".")


@each_command
def test_a_clone_without_summaries(command: Command, clone: Path, run: Reading) -> None:
    git(clone, "sparse-checkout", "set", "_storage/inbox")
    (clone / "_storage").mkdir(exist_ok=True)
    result = run(command, storage=clone / "_storage")
    assert result.status == 4, result
    result.error_line("error: there are no summaries in", "sparse clone")
    fetched(clone, result)
    result = run(command, storage=clone / "_storage")
    assert (result.status, result.stderr) == (0, "")
    assert run.found(command, result) >= command.rest()


@each_command
def test_a_clone_without_files(command: Command, clone: Path, run: Reading) -> None:
    git(clone, "sparse-checkout", "set", "_storage/summaries")
    result = run(command, storage=clone / "_storage")
    if command not in OF_FILES:  # summaries are enough
        assert (result.status, result.stderr) == (0, "")
        return
    assert (result.status, result.stderr.count("error: missing: ")) == (4, 4), result
    fetched(clone, result)
    result = run(command, storage=clone / "_storage")
    assert (result.status, result.stderr) == (0, "")
    assert run.found(command, result) >= command.rest()


def test_verify_says_what_fetches_what_a_clone_left_out(days: Days, clone: Path) -> None:
    storage = clone / "_storage"
    git(clone, "sparse-checkout", "set", "_storage/inbox")
    storage.mkdir(exist_ok=True)
    result = days.receiver("verify", "--storage", storage)
    assert result.status == 4, result
    result.error_line("error: missing: 'summaries': left out by a sparse clone")
    git(clone, "sparse-checkout", "set", "_storage/summaries")
    result = days.receiver("verify", "--storage", storage)
    assert result.status == 4 and result.stderr.count("error: missing: ") > 1, result
    fetched(clone, result)
    assert days.receiver("verify", "--storage", storage).status == 0


def test_where_nothing_is_missing_verify_suggests_no_checkout(days: Days, clone: Path) -> None:
    git(clone, "sparse-checkout", "disable")
    (clone / "_storage/stray.csv").write_bytes(b"")
    result = days.receiver("verify", "--storage", clone / "_storage")
    assert (result.status, "checkout" in result.stderr) == (4, False), result


@pytest.mark.parametrize("words, status", [
    (["list"], 0), (["list", "--batch", "x"], 0), (["files", "*.csv"], 0), (["verify"], 0),
    (["restore", "--to", "back"], 2), (["restore", "--to", "back", "0c0ffee0"], 2),
    (["compare", ".", "--batch", "x"], 2),
], ids=lambda words: " ".join(words) if isinstance(words, list) else "")
def test_where_nothing_is_stored_each_command_says_so(
    words: list[str], status: int, receiver: Program, tmp_path: Path
) -> None:
    (tmp_path / "_storage/inbox").mkdir(parents=True)
    result = receiver(*words, cwd=tmp_path)
    said = result.stdout + result.stderr
    assert (result.status, said.count("nothing is stored in '_storage' yet\n")) == (status, 1), result
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("words", [["page"], ["export", "--format", "csv"]], ids=" ".join)
def test_an_output_in_no_folder(words: list[str], days: Days, tmp_path: Path) -> None:
    output = tmp_path / "nodir/output"
    result = days(*words, "--output", output)
    assert result.status == 10, result
    result.error_line(f"error: cannot write '{output}': there is no folder '{output.parent}'")


def test_all_at_once_are_counted(days: Days, tmp_path: Path) -> None:
    days.summary(TWO).write_text("{")
    days.place(ONE, "a.csv").unlink()
    days.place(OTHER, "z.txt").write_bytes(b"Z")
    result = days("restore", "--to", tmp_path / "back", "--json")
    assert (result.status, result.json["errors"], result.json["files"]) == (4, 3, 1)
    assert len(result.stderr.splitlines()) == 3
