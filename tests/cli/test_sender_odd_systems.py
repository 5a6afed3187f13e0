"""Systems that answer otherwise than a local disk does: shares, FUSE, sandboxes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Output, Unprivileged
from programs import Program, finished, has_sanitizers, sender_path
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


def send_a_file_without_a_size(sender: Program, folder: Path, answer: Answer) -> int:
    """Of which a temporary copy is made."""
    (folder / "tmp").mkdir()
    result = answered(sender, answer)("--file", "/proc/version", "--all-types", "--output", folder / "out",
                                      env=TRACED | {"TMPDIR": str(folder / "tmp")})
    assert list((folder / "tmp").iterdir()) == [], result
    return result.status


@pytest.mark.parametrize("number", ["1", "2", "3"])
def test_a_kill_leaves_no_temporary_file(number: str, sender: Program, tmp_path: Path) -> None:
    assert send_a_file_without_a_size(sender, tmp_path, Answer("unlink", signal="KILL", when=number)) == -signal.SIGKILL


@pytest.mark.parametrize("error", [*CANNOT, "EISDIR", "ENOENT"])
def test_a_temporary_file_may_have_a_name_for_a_moment(error: str, sender: Program, tmp_path: Path) -> None:
    assert send_a_file_without_a_size(sender, tmp_path, Answer("openat", error, path=str(tmp_path / "tmp"))) == 0


NO_LOCKS = ["ENOLCK", "ENOSYS", "EOPNOTSUPP"]


@pytest.mark.parametrize("error", NO_LOCKS)
def test_a_folder_without_locks_is_said_at_once(error: str, sender: Program, source: Path, tmp_path: Path) -> None:
    output = Output(answered(sender, Answer("flock", error)), tmp_path / "out")

    result = output("--folder", source, env=TRACED)

    assert (result.status, result.stdout) == (10, "")
    result.error_line("cannot lock", "must be on a file system that supports locks")
    assert output.payload_files() == [], "no draft stays"


@pytest.mark.parametrize("error", NO_LOCKS)
def test_an_outbox_without_locks_is_said_at_once(error: str, destination: Destination, source: Path) -> None:
    status, stderr = send(destination, source, Answer("flock", error))
    assert status == 10
    assert "cannot lock" in stderr
    assert [place.name for place in destination.sender.outbox.iterdir()] == ["refused"]


def test_a_batch_that_is_queued_is_told_of_whatever_follows(destination: Destination, source: Path) -> None:
    """The draft gets its lock, the outbox does not."""
    program = answered(destination.sender, Answer("flock", "ENOLCK", when="2+"))
    result = Destination(destination.github, destination.repo, program)("--folder", source, "--json", env=TRACED)
    assert result.status == 10
    report = result.json
    assert (report["status"], report["exit_status"]) == ("queued", 10)
    assert "cannot lock" in report["reason"]
    assert destination.waiting() == [report["batch_id"]]


def test_only_the_race_for_a_new_folder_is_run_again(sender: Program, source: Path, tmp_path: Path) -> None:
    """Another process takes the folder for a dead one's, twice; and then for ever."""
    output = Output(answered(sender, Answer("flock", "EAGAIN", when="1..2")), tmp_path / "out")
    assert output("--folder", source, env=TRACED).status == 0
    assert len(output.payload_files()) == 1

    for_ever = Output(answered(sender, Answer("flock", "EAGAIN")), tmp_path / "never")
    result = for_ever("--folder", source, env=TRACED)
    assert result.status == 10
    result.error_line("cannot pack in", "other processes remove each new folder there")
    assert for_ever.payload_files() == []


def test_a_mask_that_forbids_the_owner_everything_leaves_nothing(unprivileged: Unprivileged) -> None:
    source, out = unprivileged.folder / "source", unprivileged.folder / "out"
    for folder in (source, out / "_storage/inbox"):
        folder.mkdir(parents=True)
    (source / "data.json").write_bytes(b"1")
    unprivileged.own(unprivileged.folder)
    for words in ([], ["--output", out], ["--output", unprivileged.folder / "new"]):
        result = unprivileged.sender("--folder", source, "--repo", "octo/data", "--api-url", "http://127.0.0.1:9",
                                     *words, env={"GH_TOKEN": TOKEN}, umask=0o700)
        assert (result.status, result.stdout) == (10, ""), result
        result.error_line("Permission denied")
    assert list((out / "_storage/inbox").iterdir()) == []
    assert not (unprivileged.folder / "new").exists()
    assert not (unprivileged.sender.home / "state").exists()


def test_a_file_whose_opening_is_interrupted_is_opened_again(output: Output, source: Path) -> None:
    program = answered(output.sender, Answer("openat", "EINTR", when="1..2", path=str(source / "data.json")))
    assert Output(program, output.folder)("--folder", source, env=TRACED).status == 0
    assert list(output.payload()["files"]) == ["data.json"]


def test_a_folder_whose_opening_is_interrupted_is_opened_again(output: Output, source: Path) -> None:
    program = answered(output.sender, Answer("openat", "EINTR", when="1..2", path=str(source)))
    assert Output(program, output.folder)("--folder", source, env=TRACED).status == 0


@pytest.mark.parametrize("folder, when", [("", "3"), ("sub", "2")], ids=["itself", "below"])
def test_a_folder_whose_listing_breaks_off_is_named(folder: str, when: str, output: Output,
                                                    source: Path) -> None:
    (source / "sub").mkdir()
    (source / "sub/more.json").write_bytes(b"2")
    answer = Answer("getdents64", "EIO", when=when, path=str(source / folder))
    result = Output(answered(output.sender, answer), output.folder)("--folder", source, env=TRACED)
    assert result.status == 4, result
    result.error_line(f"skipped '{folder or 'source'}/'", "its listing broke off", "Input/output error")
    assert "data.json" in output.payload()["files"], "what was seen goes"


@pytest.mark.skipif(has_sanitizers(sender_path()),
                    reason="sanitizers try with writes of their own what memory they may read")
def test_a_write_that_takes_nothing_is_no_endless_loop(output: Output, source: Path) -> None:
    strace = ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null", "--trace=write",
              "--inject=write:retval=0:when=1"]
    result = Output(Program(output.sender.path, output.sender.home, strace), output.folder)(
        "--folder", source, env=TRACED)
    assert result.status == 10
    result.error_line("cannot write", "No space left on device")


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_a_git_that_hangs_is_not_waited_for(number: signal.Signals, status: int, output: Output, source: Path,
                                            tmp_path: Path) -> None:
    tools, started = tmp_path / "tools", tmp_path / "started"
    tools.mkdir()
    (tools / "git").write_text(f"#!/bin/sh\ntouch '{started}'\nexec sleep 300\n")
    (tools / "git").chmod(0o755)
    (source / ".healthmetricignore").write_text("*.tmp\n")
    process = output.sender.start("--output", output.folder, "--folder", source,
                                  env={"PATH": f"{tools}:{os.environ['PATH']}"})
    while not started.exists():
        assert process.poll() is None, finished(process)
    process.send_signal(number)
    result = finished(process, timeout=20)
    assert (result.status, result.stdout) == (status, "")


def test_parts_that_cannot_all_be_moved_are_taken_back(sender: Program, source: Path, tmp_path: Path) -> None:
    """With --output, a batch is there whole or not at all."""
    (source / "noise.png").write_bytes(os.urandom(300_000))
    out = tmp_path / "out"
    whole = ("--folder", source, "--part-size", "64K", "--output")
    assert sender(*whole, tmp_path / "whole").status == 0
    parts = len(list((tmp_path / "whole/_storage/inbox").iterdir()))
    assert parts > 3
    moves = range(parts + 1, 2 * parts + 1)  # behind those that name the parts in the draft
    for number in moves:
        result = answered(sender, Answer("rename", "EIO", when=str(number)))(*whole, out, env=TRACED)
        assert result.status == 10, (number, result)
        result.error_line("cannot move", str(out), "Input/output error")
        assert list((out / "_storage/inbox").iterdir()) == [], number
