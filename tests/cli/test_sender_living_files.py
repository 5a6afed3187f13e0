"""Files that are written while they are sent, that have no size, that are half of something; and what lies
where a tilde points to."""

from __future__ import annotations

import base64
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Destination, Output, Unprivileged
from living_files import growing
from programs import Program
from system_calls import TRACED, Answer, answered, needs_strace
from trees import snapshot, write_tree


def content(output: Output, name: str) -> bytes:
    return base64.b64decode(output.payload()["files"][name]["content"])


@needs_strace
@pytest.mark.parametrize("size", [300_000, 2_000_000], ids=["at once", "read ahead"])
def test_a_file_that_only_grows_goes_as_it_was(size: int, output: Output, source: Path) -> None:
    log = source / "log.txt"
    log.write_bytes(os.urandom(size))
    slow = answered(output.sender, Answer("read", path=str(log), delay="20ms"))
    with growing(log):
        result = Output(slow, output.folder)("--folder", source, env=TRACED)
    assert result.status == 0, result
    result.error_line("warning: 'log.txt' grew while it was read: it is sent as it was when it was opened")
    sent = content(output, "log.txt")
    assert len(sent) >= size
    assert log.read_bytes().startswith(sent)


@pytest.mark.parametrize("path", ["/proc/version", "/proc/filesystems"])
def test_a_file_without_a_size_is_read_to_its_end(path: str, output: Output) -> None:
    assert os.stat(path).st_size == 0
    result = output("--file", path)
    assert (result.status, result.stderr) == (0, "")
    assert content(output, Path(path).name) == Path(path).read_bytes()


def test_a_file_without_a_size_has_a_limit_too(output: Output) -> None:
    result = output("--file", "/proc/filesystems", "--max-file-size", "10")
    assert result.status == 4
    result.error_line("skipped 'filesystems': larger than 10 B (--max-file-size)")


PAGE_OF_SYSFS = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.mark.skipif(not PAGE_OF_SYSFS.is_file(), reason="there is no such file in /sys here")
def test_a_file_whose_size_is_not_its_contents_is_read_to_its_end(output: Output) -> None:
    assert PAGE_OF_SYSFS.stat().st_size > len(PAGE_OF_SYSFS.read_bytes())
    result = output("--file", PAGE_OF_SYSFS)
    assert (result.status, result.stderr) == (0, ""), result
    assert content(output, "enabled") == PAGE_OF_SYSFS.read_bytes()
    limited = output("--file", PAGE_OF_SYSFS, "--max-file-size", "5000")
    assert limited.status == 0


@needs_strace
def test_a_file_that_ends_early_is_not_sent_and_told_of_truly(output: Output, source: Path) -> None:
    """As of a share that lost what its folder still tells of: sent short, nobody would notice."""
    place = source / "short.json"
    place.write_bytes(b"1" * 5000)
    strace = ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null", "--trace=read",
              "--inject=read:retval=0", f"--trace-path={place}"]
    program = Program(output.sender.path, output.sender.home, strace)
    result = Output(program, output.folder)("--folder", source, env=TRACED)
    assert result.status == 4, result
    result.error_line("'short.json': it ends before the size that its file system reports")
    assert list(output.payload()["files"]) == ["data.json"]


@pytest.mark.parametrize("mode, suffix", [("WAL", "-wal"), ("DELETE", "-journal")])
def test_a_database_in_use_gets_a_warning(mode: str, suffix: str, output: Output, source: Path) -> None:
    with closing(sqlite3.connect(source / "health.db", isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode={mode}")
        database.execute("CREATE TABLE pulse (rate)")
        database.execute("BEGIN")
        database.execute("INSERT INTO pulse VALUES (61)")
        if mode == "WAL":
            database.execute("COMMIT")
        result = output("--folder", source, "--include", "*.db")
        assert result.status == 0
        result.error_line(f"warning: 'health.db' is a database in use, with 'health.db{suffix}' beside it",
                          "send a copy made with sqlite3's .backup instead")
        if mode == "DELETE":
            database.execute("ROLLBACK")
    for payload in output.payload_files():
        payload.unlink()
    assert output("--folder", source, "--include", "*.db").stderr == ""


@pytest.mark.parametrize("size", [10, 30_000, 300_000])
def test_no_part_is_over_its_limit_for_what_was_left_out(size: int, output: Output, tmp_path: Path) -> None:
    names = [f"{'long name ' * 20}{number:03}.pdf" for number in range(1000)]
    source = write_tree(tmp_path / "s", {name: b"" for name in names} | {"a.csv": os.urandom(size)})
    too_large = source / "z.json"
    too_large.write_bytes(b"1" * (1 << 20))

    result = output("--folder", source, "--part-size", "64K", "--max-file-size", "512K")

    assert result.status == 4
    payloads = output.payload_files()
    assert max(payload.stat().st_size for payload in payloads) <= 64 * 1024
    last = Output(output.sender, output.folder).payload_files()[-1].read_text()
    assert "larger than 512.0 KiB" in last, "errors come first where there is no room for all"
    assert last.count("unsupported type") > 10


def test_a_record_that_a_crash_left_half_written_can_be_read(destination: Destination, source: Path) -> None:
    words = ["--folder", source, "--changed-only"]
    assert destination(*words).status == 0
    state = destination.sender.outbox.parent
    crash = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size=1")
database.execute("BEGIN IMMEDIATE")
database.execute("DELETE FROM sent")
database.executemany("INSERT INTO sent VALUES ('t', ?, 1, 1, 's', 'b')", ((str(n) * 50,) for n in range(3000)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", crash, state / "sent.db"]).returncode == -signal.SIGKILL
    assert (state / "sent.db-journal").stat().st_size > 0
    before = snapshot(state)

    plan = destination(*words, "--dry-run", "--json")

    assert (plan.status, plan.json["unchanged"], plan.json["files"]) == (0, 1, [])
    assert snapshot(state) == before, "a plan changes nothing"
    assert destination(*words).stdout.startswith("nothing new to send in ")


def test_a_tilde_is_the_home_folder_wherever_a_path_is_taken(sender: Program, receiver: Program,
                                                             source: Path) -> None:
    home = sender.home
    source.rename(home / "data")
    (home / "sender.toml").write_text('log-file = "~/sender.log"\nbatch-name = "b"\n')
    for words, variables in [
        (["--folder=~/data", "--output=~/out", "--config=~/sender.toml"], {}),
        (["--file=~/data/data.json", "--config", "~/sender.toml"], {"HEALTHMETRIC_OUTPUT": "~/out"}),
        (["--files-from=~/list", "--folder", "~/data"], {"HEALTHMETRIC_CONFIG": "~/sender.toml",
                                                       "HEALTHMETRIC_OUTPUT": "~/out"}),
    ]:
        (home / "list").write_text("data.json\n")
        result = sender(*words, env=variables)
        assert result.status == 0, result
    assert len(list((home / "out/_storage/inbox").iterdir())) == 3
    assert (home / "sender.log").is_file()
    (home / "rejections.json").write_text("{}")
    received = receiver("--storage=~/out/_storage", "--reject-list=~/rejections.json",
                        env={"HEALTHMETRIC_LOG_FILE": "~/receiver.log"})
    assert received.status == 0, received
    assert (home / "receiver.log").is_file()
    assert not (home / "~").exists()


def test_state_and_token_may_be_named_with_a_tilde(destination: Destination, source: Path) -> None:
    home = destination.sender.home
    (home / "sender.toml").write_text('state-dir = "~/kept"\n')
    result = destination("--folder", source, "--config=~/sender.toml")
    assert result.status == 0, result
    assert (home / "kept/outbox").is_dir()
    missing = destination("--folder", source, "--token-file=~/none", "--ca-bundle=~/none.pem")
    assert missing.status == 2
    assert f"{home}/none" in missing.stderr


def test_a_tilde_alone_is_the_home_folder(sender: Program) -> None:
    (sender.home / "a.json").write_bytes(b"1")
    result = sender("--folder=~", "--output=~")
    assert result.status == 0, result
    assert (sender.home / "_storage/inbox").is_dir()


@pytest.mark.parametrize("home", [None, ""])
def test_a_tilde_without_a_home_folder_is_refused(home: str | None, sender: Program, receiver: Program,
                                                  tmp_path: Path) -> None:
    unset = ["env", "--unset=HOME"] if home is None else ["env", "HOME="]
    for program, words in ((sender, ["--data", "1", "--output=~/out"]), (receiver, ["--storage=~/out"])):
        result = Program(program.path, program.home, unset)(*words)
        assert (result.status, result.stdout) == (2, "")
        result.error_line(f"{words[-1].split('=')[0]}: '~/out' needs HOME, which is not set: write the path in full")
    assert not (sender.home / "~").exists()


def test_a_batch_that_cannot_be_set_aside_does_not_block_the_others(destination: Destination,
                                                                    unprivileged: Unprivileged) -> None:
    source = write_tree(unprivileged.folder / "source", {"a.json": b"1"})
    unprivileged.own(source)
    mine = Destination(destination.github, destination.repo, unprivileged.sender)
    mine.github.faults({"path": "^/repos/", "times": None, "action": "close_before"})
    first, second = (mine("--folder", source, "--max-wait", "0", "--json").json["batch_id"] for _ in range(2))
    mine.github.clear_faults()
    mine.github.faults({"method": "PUT", "times": 1, "action": {"status": 400, "body": '{"message": "no"}'}})
    refused = mine.sender.outbox / "refused"
    refused.chmod(0o500)

    result = mine("--folder", source, "--json")

    assert result.status == 10
    report = result.json
    assert (report["status"], report["exit_status"]) == ("sent", 10)
    result.error_line("cannot move", "it cannot be set aside: the next run tries it again", first)
    assert mine.waiting() == [first], "the others went"
    assert {name.removesuffix(".json") for name in mine.inbox()} == {second, report["batch_id"]}
    again = mine("outbox", "retry", "--json")
    assert (again.status, again.json["exit_status"]) == (0, 0)
    assert mine.waiting() == []


def test_a_refused_batch_that_must_stay_does_not_block_the_others(destination: Destination,
                                                                  unprivileged: Unprivileged) -> None:
    source = write_tree(unprivileged.folder / "source", {"a.json": b"1"})
    unprivileged.own(source)
    mine = Destination(destination.github, destination.repo, unprivileged.sender)
    mine.github.faults({"method": "PUT", "times": 1, "action": {"status": 400, "body": '{"message": "no"}'}})
    assert mine("--folder", source).status == 8
    mine.github.faults({"path": "^/repos/", "times": None, "action": "close_before"})
    assert mine("--folder", source, "--max-wait", "0").status == 7
    mine.github.clear_faults()
    [waiting] = mine.waiting()
    (mine.sender.outbox / "refused").chmod(0o500)

    for command in (["retry"], ["drop", *(place.name for place in (mine.sender.outbox / "refused").iterdir())]):
        result = mine("outbox", *command, "--json")
        assert result.status == 10
        result.error_line("cannot move")
        assert result.json
    assert [name.removesuffix(".json") for name in mine.inbox()] == [waiting]
