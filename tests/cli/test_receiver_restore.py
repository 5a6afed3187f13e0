"""`healthmetric-receiver restore`: what was sent comes back, and nothing leaves the folder it goes to."""

from __future__ import annotations

import fcntl
import json
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import Output
from days import Day, Days, processed
from payloads import Payload, flat_summary_path, stored_path
from programs import Program, Result, has_sanitizers, receiver_path
from system_calls import TRACED, Answer, answered, needs_strace
from trees import file_names, seeded_tree, snapshot, write_tree

ONE = Day(1, {"a.csv": b"1", "b.csv": b"2", "sub/c.json": b"{}"}, folders=("empty", "sub/deep/empty"))
TWO = Day(2, {"a.csv": b"one", "d.csv": b"4"}, gone=("b.csv",), folders=("empty",))
THREE = Day(3, {"b.csv": b"back"}, gone=("d.csv",), folders=("empty",))
OTHER = Day(2, {"a.csv": b"of the ward", "z.txt": b"z"}, producer="ward")
NOW = {"a.csv": b"one", "b.csv": b"back", "sub/c.json": b"{}"}


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO, THREE)
    return days


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "back"


@pytest.fixture
def restore(days: Days, to: Path) -> Callable[..., Result]:
    """Changes nothing in the storage, whatever it finds there."""
    def run(*words: Any, **popen: Any) -> Result:
        before = snapshot(days.storage)
        result = days("restore", "--to", to, *words, **popen)
        assert snapshot(days.storage) == before
        return result
    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in file_names(folder)}


def test_the_state_now_with_its_times_and_empty_folders(restore: Callable[..., Result], to: Path) -> None:
    result = restore()
    assert (result.status, result.stderr) == (0, ""), result
    assert result.stdout == f"restored 3 files (9 B) to '{to}'\n"
    assert contents(to) == NOW
    assert [place.name for place in to.iterdir() if place.is_dir() and not list(place.iterdir())] == ["empty"]
    modified = datetime(2024, 1, 15, 9, tzinfo=timezone.utc).timestamp()
    assert {(to / name).stat().st_mtime for name in NOW} == {modified}


@pytest.mark.parametrize("words, expected", [
    (["--at", "2024-01-01"], ONE.files),
    (["--at", processed(2)], {"a.csv": b"one", "d.csv": b"4", "sub/c.json": b"{}"}),
    ([ONE.batch_id], ONE.files),
    ([ONE.batch_id[-8:]], ONE.files),
    ([THREE.batch_id, TWO.batch_id], {"a.csv": b"one", "b.csv": b"back"}),
    (["--exclude", "*.csv", "--include", "b.csv"], {"b.csv": b"back", "sub/c.json": b"{}"}),
    (["--include", "*.csv", "--exclude", "b.csv"], {"a.csv": b"one"}),
    (["--include", "sub"], {"sub/c.json": b"{}"}),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_is_asked_for(restore: Callable[..., Result], to: Path, words: list[str],
                           expected: dict[str, bytes]) -> None:
    result = restore(*words)
    assert (result.status, result.stderr) == (0, ""), result
    assert contents(to) == expected


@pytest.mark.parametrize("words, why", [
    (["--at", "2023-12-31"], "nothing was stored by 2023-12-31T23:59:59Z (--at)"),
    (["--include", "*.cvs"], "--include '*.cvs' matches nothing"),
    (["--include", "*.csv", "--exclude", "*"], "--include and --exclude leave nothing to restore"),
    (["--exclude", "gone", "--include", "*.cvs", "--exclude", "*"], "--include '*.cvs' matches nothing"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_left_nothing_to_restore_is_named(restore: Callable[..., Result], to: Path, words: list[str],
                                               why: str) -> None:
    for more in ([], ["--dry-run"]):
        result = restore(*words, *more)
        assert (result.status, result.stderr) == (0, f"healthmetric-receiver: warning: {why}\n"), result
        assert "restore" in result.stdout and " 0 files " in result.stdout
    assert restore(*words, "--quiet").stderr == ""


def test_what_is_there_already_is_not_nothing(restore: Callable[..., Result]) -> None:
    for _ in range(2):
        result = restore("--include", "*.csv", "--include", "*.cvs")
        assert (result.status, result.stderr) == (0, ""), result


def test_folders_of_the_day(restore: Callable[..., Result], to: Path) -> None:
    assert restore("--at", "2024-01-01").status == 0
    assert (to / "sub/deep/empty").is_dir() and (to / "empty").is_dir()
    shutil.rmtree(to)
    assert restore("--exclude", "empty").status == 0
    assert not (to / "empty").exists()


def test_several_trees_go_into_folders_of_their_own(restore: Callable[..., Result], days: Days, to: Path) -> None:
    days.store(OTHER)
    assert restore().status == 0
    assert contents(to) == {**{f"lab/daily/{name}": text for name, text in NOW.items()},
                            "ward/daily/a.csv": b"of the ward", "ward/daily/z.txt": b"z"}
    shutil.rmtree(to)
    assert restore("--producer", "ward").status == 0
    assert contents(to) == OTHER.files


def test_names_of_trees_lead_nowhere(restore: Callable[..., Result], days: Days, to: Path) -> None:
    days.store(OTHER)
    days.edit(OTHER, producer="../../..", batch_name="/etc/CON")
    assert restore().status == 0
    assert {name.rpartition("/")[0] for name in file_names(to)} == {
        "_._..___/_etc_CON", "lab/daily", "lab/daily/sub"}
    assert len(file_names(to)) == 5


def test_flat_merges_and_names_what_clashes(restore: Callable[..., Result], days: Days, to: Path) -> None:
    days.store(OTHER, Day(2, {"sub": b"a file", "b.csv": b"back"}, producer="yard"))
    result = restore("--flat")
    assert result.status == 4
    result.error_line("'a.csv' of 'lab/daily' is in the way of that of 'ward/daily'")
    result.error_line("'sub' of 'lab/daily' is in the way of that of 'yard/daily'")
    assert result.stderr.count("error") == 2
    assert contents(to) == NOW | {"z.txt": b"z"}


def test_versions_that_are_hidden_are_named(restore: Callable[..., Result], days: Days, to: Path) -> None:
    folder = Day(4, {"a.csv/now a folder": b"x"})
    days.store(folder, Day(5, {"b.csv": b"elsewhere"}, source="/elsewhere"))
    result = restore()
    assert result.status == 0
    result.error_line("warning", f"'a.csv' of {TWO.batch_id} is not restored: {folder.batch_id} has")
    result.error_line("warning", f"'b.csv' of {THREE.batch_id} is not restored")
    assert contents(to) == {"a.csv/now a folder": b"x", "b.csv": b"elsewhere", "sub/c.json": b"{}"}


def test_a_second_run_finds_all_done(restore: Callable[..., Result], to: Path) -> None:
    assert restore().status == 0
    before = snapshot(to)
    result = restore("--json")
    assert result.json == {"to": str(to), "dry_run": False, "files": 0, "bytes": 0, "same": 3, "newer": 0,
                           "folders": 1, "errors": 0}
    assert snapshot(to) == before


@pytest.mark.parametrize("words, status, expected", [
    ([], 4, {"a.csv": b"old and other", "b.csv": b"new and other"}),
    (["--overwrite=never"], 4, {"a.csv": b"old and other", "b.csv": b"new and other"}),
    (["--overwrite=if-older"], 0, {"a.csv": b"one", "b.csv": b"new and other"}),
    (["--overwrite=always"], 0, {"a.csv": b"one", "b.csv": b"back"}),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_is_there_is_replaced_only_where_that_is_said(
    restore: Callable[..., Result], to: Path, words: list[str], status: int, expected: dict[str, bytes]
) -> None:
    write_tree(to, {"a.csv": b"old and other", "b.csv": b"new and other", "mine.txt": b"stays"})
    os.utime(to / "a.csv", (0, 0))
    result = restore(*words)
    assert result.status == status
    assert contents(to) == {"sub/c.json": b"{}", "mine.txt": b"stays"} | expected
    if status:
        result.error_line(f"'{to}/a.csv' exists with other content and was kept")


def test_a_dry_run_writes_nothing(restore: Callable[..., Result], days: Days, to: Path) -> None:
    result = restore("--dry-run")
    assert (result.status, result.stdout) == (0, f"would restore 3 files (9 B) to '{to}'\n")
    assert not to.exists()
    write_tree(to, {"b.csv": b"back"})
    before = snapshot(to)
    days.place(TWO, "a.csv").unlink()
    result = restore("--dry-run", "--json")
    assert (result.status, result.json["files"], result.json["same"]) == (4, 1, 1)
    assert snapshot(to) == before


DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (Path.unlink, "missing: "),
    "longer": (lambda place: place.write_bytes(b"longer"), "it has 6 bytes, not 3"),
    "other bytes": (lambda place: place.write_bytes(b"two"), "its SHA-256 differs"),
    "a link": (lambda place: (place.unlink(), place.symlink_to("/etc/hostname")), "is a symbolic link, not a file"),
    "a folder": (lambda place: (place.unlink(), place.mkdir()), "is a folder, not a file"),
    "a pipe": (lambda place: (place.unlink(), os.mkfifo(place)), "is a named pipe, not a file"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_named_and_the_rest_restored(damage: str, days: Days, to: Path) -> None:
    spoil, message = DAMAGE[damage]
    spoil(days.place(TWO, "a.csv"))
    result = days("restore", "--to", to)
    assert result.status == 4
    result.error_line(stored_path(TWO.batch_id, "a.csv"), TWO.batch_id, message)
    assert result.stdout.endswith("; 1 error\n")
    assert contents(to) == {name: NOW[name] for name in ("b.csv", "sub/c.json")}


def set_file(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda summary: summary["files"][0].update(members)


HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a path upwards": (set_file(path="../a.csv"), "unsafe path"),
    "an absolute path": (set_file(path="/etc/passwd"), "unsafe path"),
    "a path through git": (set_file(path=".git/hooks/post-checkout"), "unsafe path"),
    "a stored path upwards": (set_file(stored_path="../secret"), "unsafe path"),
    "a kept name": (set_file(path="sub/.healthmetric-restoring-0123456789abcdef"), "such names are kept"),
    "a size that lies": (set_file(size=2), "it has 3 bytes, not 2"),
    "no digest": (set_file(sha256=""), "its SHA-256 differs"),
    "an empty folder upwards": (lambda summary: summary.update(folders=["../x"]), "unsafe path"),
    "two entries": (lambda summary: summary["files"].append(summary["files"][0] | {"sha256": "0"}), "twice"),
    "an unknown version": (lambda summary: summary.update(schema_version=3), "schema_version 3"),
    "an unknown status": (lambda summary: summary.update(status="melted"), "unknown status"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_summary_leads_out_of_the_folder(case: str, days: Days, to: Path, tmp_path: Path) -> None:
    spoil, message = HOSTILE[case]
    days.edit(TWO, spoil)
    outside = snapshot(tmp_path, without=("back", "home"))
    result = days("restore", "--to", to)
    assert result.status == 4
    result.error_line("error", message)
    assert len(result.stderr.splitlines()) == 1
    assert snapshot(tmp_path, without=("back", "home")) == outside
    restored = contents(to)
    assert restored["b.csv"] == b"back" and restored["sub/c.json"] == b"{}"
    assert restored.keys() <= {"a.csv", "b.csv", "d.csv", "sub/c.json"}


def test_links_in_the_folder_are_not_followed(restore: Callable[..., Result], to: Path, tmp_path: Path) -> None:
    outside = write_tree(tmp_path / "outside", {"precious": b"mine"})
    to.mkdir()
    (to / "sub").symlink_to(outside)
    (to / "a.csv").symlink_to(outside / "precious")
    (to / "empty").symlink_to(outside)
    for words in ([], ["--overwrite=always"]):
        result = restore(*words)
        assert result.status == 4
        result.error_line(f"cannot restore '{to}/a.csv': a symbolic link is there")
        result.error_line(f"cannot restore '{to}/sub/c.json'", "is a symbolic link, not a folder")
        result.error_line(f"cannot restore '{to}/empty'", "is a symbolic link, not a folder")
        assert contents(outside) == {"precious": b"mine"}
        assert (to / "b.csv").read_bytes() == b"back"


def test_a_hundred_thousand_entries(days: Days, to: Path) -> None:
    [entry] = [file for file in json.loads(days.summary(THREE).read_bytes())["files"]]
    days.edit(THREE, files=[entry | {"path": f"{number % 100}/{number}.csv"} for number in range(100_000)])
    result = days("restore", "--to", to, "--include", "7/*.csv")
    assert result.status == 0
    assert contents(to) == {f"7/{number}.csv": b"back" for number in range(7, 100_000, 100)}


def test_batches_of_version_1(days: Days, to: Path) -> None:
    def as_version_1(summary: dict[str, Any]) -> None:
        for member in ("producer", "instance", "sequence", "folders", "gone"):
            del summary[member]
        for file in summary["files"]:
            del file["modified"]
    days.edit(ONE, as_version_1, schema_version=1)
    days.summary(ONE).rename(days.storage / flat_summary_path(ONE.batch_id))
    result = days("restore", "--to", to, ONE.batch_id)
    assert (result.status, contents(to)) == (0, ONE.files)
    assert (to / "a.csv").stat().st_mtime == datetime(2024, 1, 1, 10, 30, tzinfo=timezone.utc).timestamp()


PACKINGS = {"plain": [], "zstd": ["--compress", "zstd"], "parts": ["--part-size", "64K"],
            "zstd in parts": ["--compress", "zstd", "--part-size", "64K"]}


@pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS.keys())
def test_what_was_sent_comes_back(packing: list[str], output: Output, receiver: Program, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", seeded_tree(7, largest=300_000, many=30))
    for number, place in enumerate(sorted(folder.rglob("*"))):
        if place.is_file():
            os.utime(place, ns=(10**18, 10**18 + number * 1_234_567_891))
    (folder / "nothing/in here").mkdir(parents=True)
    assert output("--folder", folder, "--all-types", *packing).status == 0
    assert receiver("--storage", output.storage).status == 0
    result = receiver("restore", "--storage", output.storage, "--to", tmp_path / "back")
    assert (result.status, result.stderr) == (0, "")
    sent, back = snapshot(folder), snapshot(tmp_path / "back")
    assert back.keys() == sent.keys()
    files = [name for name in sent if (folder / name).is_file()]
    assert {name: back[name][1:] for name in files} == {name: sent[name][1:] for name in files}


CALLS = ["write", "renameat2", "openat", "mkdirat"]


@needs_strace
@pytest.mark.parametrize("call", CALLS)
def test_a_run_that_was_killed_is_continued(call: str, days: Days, tmp_path: Path) -> None:
    """On one core, where one thread does everything: calls are counted apart in each thread."""
    whole = tmp_path / "whole"
    trace = tmp_path / "trace"
    one_core = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    single = Program(days.receiver.path, days.receiver.home, one_core)
    traced = Program(single.path, single.home, [*one_core, "strace", "-o", trace, "-e", f"trace={call},flock"])
    assert traced("restore", "--storage", days.storage, "--to", whole, env=TRACED).status == 0
    calls = re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE)
    count = calls.count(call)
    first = calls[:calls.index("flock")].count(call) + 1  # before its lock it has only been loaded
    assert first <= count, f"{call} is never called: it need not be in the list"
    for position in sorted({step for step in (first, first + 1, first + 4, count) if step <= count}):
        to = tmp_path / f"{position}"
        killed = answered(single, Answer(call, signal="KILL", when=str(position)))
        hit = killed("restore", "--storage", days.storage, "--to", to, env=TRACED)
        assert hit.status in (-signal.SIGKILL, 128 + signal.SIGKILL), hit
        done = {name: text for name, text in contents(to).items() if "/.healthmetric" not in "/" + name}
        assert done.items() <= NOW.items(), "no file is there in part"
        again = days("restore", "--to", to)
        assert again.status == 0, again
        assert contents(to) == NOW, position
        assert {name: state[1:] for name, state in snapshot(to).items() if (to / name).is_file()} == \
            {name: state[1:] for name, state in snapshot(whole).items() if (whole / name).is_file()}


def test_a_run_that_is_killed_at_any_time_is_continued(days: Days, to: Path) -> None:
    """With as many threads as there are cores: after more and more of the files."""
    many = Day(4, {f"many/{i}.csv": str(i).encode() * 999 for i in range(2_000)})
    days.store(many)
    kills = 0
    for files in (1, 50, 500, 1_500):
        with days.receiver.start("restore", "--storage", days.storage, "--to", to, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and sum(1 for _ in to.glob("many/*.csv")) < files:
                pass
            process.kill()
        kills += process.returncode == -signal.SIGKILL
        done = {name: text for name, text in contents(to).items() if "/.healthmetric" not in "/" + name}
        assert done.items() <= (NOW | many.files).items(), "no file is there in part"
    assert kills, "each run was over before it was killed"
    assert days("restore", "--to", to).status == 0
    assert contents(to) == NOW | many.files


@needs_strace
def test_a_name_that_the_system_cannot_hold_becomes_the_stored_one(days: Days, to: Path) -> None:
    program = answered(days.receiver, Answer("renameat2,linkat,renameat", error="EINVAL", when="1"))
    result = program("restore", "--storage", days.storage, "--to", to, env=TRACED)
    assert result.status == 0, result
    result.error_line("warning", os.strerror(22), "'a.csv' is restored as", stored_path(TWO.batch_id, "a.csv"))
    assert contents(to) == {stored_path(TWO.batch_id, "a.csv"): b"one", "b.csv": b"back", "sub/c.json": b"{}"}


@needs_strace
def test_so_does_a_name_in_a_folder_that_cannot_be_made(days: Days, to: Path) -> None:
    program = answered(days.receiver, Answer("mkdirat", error="EILSEQ", when="1"))
    result = program("restore", "--storage", days.storage, "--to", to, "--include", "*.json", env=TRACED)
    assert result.status == 0, result
    assert contents(to) == {stored_path(ONE.batch_id, "sub/c.json"): b"{}"}


@needs_strace
def test_a_system_without_times_is_told_once(days: Days, to: Path) -> None:
    program = answered(days.receiver, Answer("utimensat", error="EPERM"))
    result = program("restore", "--storage", days.storage, "--to", to, env=TRACED)
    assert (result.status, contents(to)) == (0, NOW)
    assert len(result.stderr.splitlines()) == 1
    result.error_line("warning", "cannot set the time of", os.strerror(1))


@needs_strace
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_full_disk_ends_it_without_a_half_file(error: str, days: Days, to: Path) -> None:
    if has_sanitizers(receiver_path()):
        pytest.skip("sanitizers write themselves")
    program = answered(days.receiver, Answer("write", error=error, when="1"))
    result = program("restore", "--storage", days.storage, "--to", to, env=TRACED)
    assert result.status == 10
    assert file_names(to) == []
    assert days("restore", "--to", to).status == 0


@needs_strace
@pytest.mark.parametrize("call", ["utimensat", "renameat2"])
@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_run_that_is_interrupted_leaves_no_half_files(call: str, name: str, days: Days, to: Path) -> None:
    many = Day(4, {f"many/{i}.csv": str(i).encode() for i in range(1_000)})
    days.store(many)
    program = answered(days.receiver, Answer(call, signal=name, when="1"))
    result = program("restore", "--storage", days.storage, "--to", to, env=TRACED)
    assert result.status == 128 + signal.Signals[f"SIG{name}"]
    assert "the same command continues" in result.error_line("error", "")
    assert set(file_names(to)) < set(NOW | many.files)
    assert days("restore", "--to", to).status == 0
    assert contents(to) == NOW | many.files


@needs_strace
def test_a_full_disk_that_only_close_tells_ends_it(days: Days, to: Path) -> None:
    temporary = to / f".healthmetric-restoring-{sha256(b'b.csv').hexdigest()[:16]}"
    program = answered(days.receiver, Answer("close", error="ENOSPC", path=str(temporary)))
    result = program("restore", "--storage", days.storage, "--to", to, env=TRACED)
    assert result.status == 10
    result.error_line("error", "cannot write", "b.csv", os.strerror(28))
    assert "b.csv" not in file_names(to)


def test_few_descriptors_are_enough(days: Days, to: Path) -> None:
    many = Day(4, {f"many/{i % 7}/deep/{i}.csv": str(i).encode() for i in range(60)})
    days.store(many)
    few = Program(days.receiver.path, days.receiver.home, ["prlimit", "--nofile=20"])
    result = few("restore", "--storage", days.storage, "--to", to)
    assert (result.status, result.stderr) == (0, ""), result
    assert contents(to) == NOW | many.files


def test_an_empty_folder_where_a_file_belongs_is_named(days: Days, to: Path) -> None:
    days.store(Day(4, {"empty": b"a file"}, producer="ward"))
    for overwrite in ("never", "always"):
        result = days("restore", "--to", to, "--flat", "--overwrite", overwrite)
        assert result.status == 4
        result.error_line("error", "cannot restore", f"{to}/empty", "a folder is there")
        shutil.rmtree(to)


def test_two_at_once_are_apart(days: Days, to: Path) -> None:
    to.mkdir()
    folder = os.open(to, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    assert days("restore", "--to", to).status == 9
    os.close(folder)
    assert days("restore", "--to", to).status == 0


@pytest.mark.parametrize("words, message", [
    ([], "restore requires --to DIR"),
    (["--to", "STORAGE"], "is in the storage folder: name a folder outside of it"),
    (["--to", "STORAGE/back"], "is in the storage folder"),
    (["--to", "TO", "20240101T103000Z-daily-ffffffff"], "there is no batch '20240101T103000Z-daily-ffffffff'"),
    (["--to", "TO", "yesterday"], "there is no batch 'yesterday'; 'healthmetric-receiver list' shows them"),
    (["--to", "TO", "--overwrite=sometimes"], "--overwrite: invalid value 'sometimes'"),
    (["--to", "TO", "--at=soon"], "--at: invalid time 'soon'"),
    (["--to", "TO", "--include="], "--include"),
    (["--to", "TO", "--limit=1"], "restore does not take --limit"),
])
def test_what_cannot_be_meant(days: Days, to: Path, words: list[str], message: str) -> None:
    words = [word.replace("STORAGE", str(days.storage)).replace("TO", str(to)) for word in words]
    result = days("restore", *words)
    assert (result.status, result.stdout) == (2, "")
    assert result.error_line(message)
    assert not to.exists() and not (days.storage / "back").exists()


def test_a_short_id_that_is_not_alone(days: Days, to: Path) -> None:
    twin = Payload(batch_id=f"20240105T103000Z-other-{ONE.batch_id[-8:]}")
    twin.put_into(days.storage)
    assert days.receiver("--storage", days.storage).status == 0
    result = days("restore", "--to", to, ONE.batch_id[-8:])
    assert result.status == 2
    result.error_line(ONE.batch_id, twin.batch_id, "use the whole ID")


@pytest.mark.parametrize("words", [(), ("--overwrite", "always")])
def test_nothing_is_restored_into_the_storage(receiver: Program, tmp_path: Path, words: tuple[str, ...]) -> None:
    """To the folder above it: what a batch calls its files may be the name of a stored one."""
    storage = tmp_path / "_storage"
    days = Days(receiver, storage)
    days.store(ONE)
    victim = days.place(ONE, "a.csv")
    evil = Day(2, {f"_storage/{victim.relative_to(storage)}": b"EVIL", "_storage/inbox/x.json": b"{}", "good.csv": b"1"})
    days.store(evil)
    before = snapshot(storage)
    result = days("restore", "--to", tmp_path, evil.batch_id, *words)
    assert result.status == 4, result
    assert snapshot(storage) == before
    assert result.stderr.count("is in the storage folder") == 2
    assert (tmp_path / "good.csv").read_bytes() == b"1"


@pytest.mark.parametrize("option", ["--producer", "--batch", "--at"])
def test_the_id_of_a_batch_says_all(restore: Callable[..., Result], to: Path, option: str) -> None:
    result = restore(ONE.batch_id, option, "2024-01-01")
    assert result.status == 2
    result.error_line(f"{option} cannot be used with the ID of a batch")
    assert not to.exists()


def test_batches_whose_folders_would_have_one_name_take_no_time(receiver: Program, storage: Path, to: Path) -> None:
    """Ten thousand: counting up from two for each took a minute."""
    days = Days(receiver, storage)
    days.store(ONE)
    summary = json.loads(days.summary(ONE).read_bytes()) | {"files": [], "total_files": 0, "total_size": 0}
    marks = "!#$%&*+,;=?@"
    names = ["".join(marks[number // 12 ** digit % 12] for digit in range(4)) for number in range(10_000)]
    for number, name in enumerate(names):
        batch_id = f"20240102T103000Z-x-{number:08x}"
        place = storage / f"summaries/2024/01/02/{batch_id}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(summary | {"batch_id": batch_id, "batch_name": name}))
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = days("restore", "--to", to, timeout=600)
    assert result.status == 0, result
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used < 10
